/**
 * The sweep: reads compliance from Config itself and makes good what events missed. It begins where the one before
 * it ended, and what it cannot read or does not reach is said, so that nobody takes silence for compliance. Nothing
 * of it is done twice: cases are opened under the same keys as by events, and a sweep that died is swept again.
 */
import type { Catalog } from '../catalog/catalog.ts';
import type { Selfheal } from '../engine/engine.ts';
import { type Lane, laneId, plainRuleName } from '../finding.ts';
import { inParallel } from '../in-parallel.ts';
import type { Ports } from '../ports.ts';
import { dayMs, type Instant, minuteMs, plusMs } from '../time.ts';
import { gatheredOf, rememberedLanes } from './covered-lanes.ts';
import { type KnownCases, knownCases } from './known-cases.ts';
import { lanesToSweep } from './lanes-to-sweep.ts';
import { type LaneToSweep, sweepLane } from './sweep-lane.ts';
import type { SweepOrder, SweepScope } from './sweep-order.ts';
import { notBegun, reportOf, type SweepReport, type SweepTrouble, troubleOf } from './sweep-report.ts';
import type { Gathered, SweepSource } from './sweep-source.ts';
import { NO_SWEEP_YET, type SweepMemory, type SweepStore } from './sweep-store.ts';

export interface SweepDeps {
  readonly source: SweepSource;
  readonly store: SweepStore;
  readonly ports: Pick<Ports, 'cases' | 'clock' | 'log' | 'metrics'>;
  readonly engine: Pick<Selfheal, 'complianceReported' | 'complianceAsked'>;
  readonly catalog: Catalog;
  /** Swept whatever else is known: the hub's own, and those that settings name. */
  readonly lanes: readonly Lane[];
}

/** Answers when everything that it found is durable, the report included. */
export type Sweep = (order: SweepOrder) => Promise<SweepReport>;

export const createSweep =
  (deps: SweepDeps): Sweep =>
  async (order) => {
    const { source, store, ports } = deps;
    const kind = order.only === undefined ? 'everything' : 'asked';
    const everything = (await store.read('everything')) ?? NO_SWEEP_YET;
    const memory = kind === 'everything' ? everything : ((await store.read('asked')) ?? NO_SWEEP_YET);
    if (memory.last !== undefined && memory.ended.includes(order.id)) return memory.last;
    const startedAt = ports.clock.now();
    await store.write(kind, { ...memory, running: { id: order.id, startedAt } });

    const gathered = await gatheredOf(source);
    const known = await knownCases(ports.cases, everything.last?.startedAt);
    const chosen = lanesToSweep({
      gathered: gathered.lanes,
      others: [...deps.lanes, ...known.lanes, ...rememberedLanes(everything)],
      ...(order.only && { only: order.only }),
      ...(kind === 'everything' && memory.last?.next !== undefined && { beginAt: memory.last.next }),
    });
    const { lanes, troubles } = await withRules(source, chosen);
    const until = plusMs(startedAt, SWEEP_MS_MAX);
    const isTimeUp = () => ports.clock.now() >= until;
    const isWanted = ruleFilter(deps.catalog, order.only);
    const swept = await inParallel(lanes, LANES_AT_ONCE, async (lane) => {
      if (isTimeUp()) return notBegun(lane.lane, lane.rules === undefined ? 'account' : 'aggregator');
      const report = await sweepLane(
        { ...deps, known, isWanted, isTimeUp, ...(order.who !== undefined && { who: order.who }) },
        lane,
      );
      ports.metrics.count('SweepFound', report.opened);
      return report;
    });

    const report = reportOf({
      id: order.id,
      ...(order.who === undefined ? {} : { who: order.who }),
      ...(order.only && { only: order.only }),
      startedAt,
      endedAt: ports.clock.now(),
      troubles: [...gathered.troubles, ...troubles],
      lanes: swept,
    });
    await store.write(kind, remembered(kind === 'everything', memory, report, known, gathered));
    tell(ports, report);
    return report;
  };

/** Less than the 15 minutes that a function may take by what the lanes under way may still need. */
export const SWEEP_MS_MAX = 12 * minuteMs;
const LANES_AT_ONCE = 4;

/** Each aggregator is asked once for the rules of all its lanes; those of one that does not answer are asked themselves. */
const withRules = async (
  source: SweepSource,
  lanes: readonly LaneToSweep[],
): Promise<{ readonly lanes: readonly LaneToSweep[]; readonly troubles: readonly SweepTrouble[] }> => {
  const rules = new Map<string, ReadonlyMap<string, readonly string[]>>();
  const troubles: SweepTrouble[] = [];
  for (const aggregator of new Set(lanes.flatMap(({ aggregator: name }) => name ?? [])))
    try {
      rules.set(aggregator, await source.aggregatedRules(aggregator));
    } catch (error) {
      troubles.push(troubleOf(error));
    }
  return {
    troubles,
    lanes: lanes.map((each) => {
      const known = each.aggregator === undefined ? undefined : rules.get(each.aggregator);
      return known === undefined ? each : { ...each, rules: known.get(laneId(each.lane)) ?? [] };
    }),
  };
};

/** A rule is meant by its identifier and by its name, with its decoration or without. */
export const ruleFilter = (catalog: Catalog, only: SweepScope | undefined): ((rule: string) => boolean) => {
  const wanted = only?.rules;
  if (wanted === undefined) return () => true;
  const names = new Set(
    wanted.flatMap((rule) => [rule, plainRuleName(rule), catalog.rule(rule)?.name ?? rule]),
  );
  return (rule) => names.has(rule) || names.has(plainRuleName(rule));
};

const remembered = (
  isEverything: boolean,
  memory: SweepMemory,
  report: SweepReport,
  known: KnownCases,
  gathered: Gathered,
): SweepMemory => ({
  last: report,
  ended: [...memory.ended, report.id].slice(-ENDED_MAX),
  laneSeenAt: isEverything ? lanesSeen(memory.laneSeenAt, report.endedAt, known, gathered) : {},
});

const ENDED_MAX = 10;

/** What an aggregator gathers from need not be remembered; what had no case for long is let go. */
const lanesSeen = (
  before: SweepMemory['laneSeenAt'],
  now: Instant,
  known: KnownCases,
  gathered: Gathered,
): SweepMemory['laneSeenAt'] => {
  const isGathered = new Set(gathered.lanes.map(({ lane }) => laneId(lane)));
  const seen = { ...before, ...Object.fromEntries(known.lanes.map((lane) => [laneId(lane), now])) };
  return Object.fromEntries(
    Object.entries(seen)
      .filter(([lane, at]) => !isGathered.has(lane) && at > plusMs(now, -LANE_REMEMBERED_MS))
      .sort(([, left], [, right]) => right.localeCompare(left))
      .slice(0, LANES_REMEMBERED_MAX),
  );
};

const LANE_REMEMBERED_MS = 90 * dayMs;
const LANES_REMEMBERED_MAX = 1_000;

const tell = ({ log, metrics }: Pick<Ports, 'log' | 'metrics'>, report: SweepReport): void => {
  const { id, complete, lanes, totals, troubles, next } = report;
  const failed = lanes.failed + troubles.length;
  if (failed > 0) metrics.count('SweepFailed', failed);
  const fields = { sweepId: id, complete, ...lanes, ...totals, troubles: troubles.length, next };
  if (complete) log.info('swept', fields);
  else log.warn('swept in part', fields);
};
