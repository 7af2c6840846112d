/**
 * Sweeps one lane: what Config says is NON_COMPLIANT goes the way that an event would have gone, and open cases of
 * which it does not say so are asked about, one by one, in the account. Whatever goes wrong is told and harms no
 * other rule.
 *
 *   rules with NON_COMPLIANT results ▶ results, page by page ▶ intake
 *   open cases that wait and were not among them ▶ Config, in the account ▶ the case decides
 */
import type { Selfheal } from '../engine/engine.ts';
import { type ComplianceReport, findingOf, type IntakeResult } from '../engine/intake.ts';
import type { Settled } from '../engine/settled.ts';
import { findingId, type Lane, laneId } from '../finding.ts';
import { PortError } from '../ports.ts';
import type { KnownCases } from './known-cases.ts';
import {
  added,
  type LaneReport,
  NOTHING_COUNTED,
  type SweepCounts,
  type SweepTrouble,
  troubleOf,
} from './sweep-report.ts';
import type { GatheredLane, SweepSource, SweptResult } from './sweep-source.ts';

export interface LaneToSweep extends GatheredLane {
  /** As the aggregator knows them; absent when it does not answer for the lane. */
  readonly rules?: readonly string[];
}

export interface SweepLaneDeps {
  readonly source: SweepSource;
  readonly engine: Pick<Selfheal, 'complianceReported' | 'complianceAsked'>;
  readonly known: KnownCases;
  readonly isWanted: (rule: string) => boolean;
  /** The person who ordered the sweep; absent when it was time for it. */
  readonly who?: string;
  readonly isTimeUp: () => boolean;
}

export const sweepLane = async (
  deps: SweepLaneDeps,
  { lane, aggregator, rules: aggregatedRules }: LaneToSweep,
): Promise<LaneReport> => {
  const { source, isWanted, isTimeUp } = deps;
  const told = beginTelling(lane, aggregatedRules === undefined ? 'account' : 'aggregator');
  const readers: readonly Reader[] = [
    ...(aggregator === undefined || aggregatedRules === undefined
      ? []
      : [(rule: string) => source.aggregatedResults(aggregator, lane, rule)]),
    (rule) => source.results(lane, rule),
  ];
  const found = new Set<string>();
  const unread = new Set<string>();
  let rules: readonly string[];
  try {
    rules = (aggregatedRules ?? (await source.rules(lane))).filter(isWanted);
  } catch (error) {
    told.trouble(troubleOf(error));
    return told.report('partly');
  }
  for (const rule of rules) {
    if (isTimeUp() || told.isHopeless()) return told.report('partly');
    const read = await sweepRule(deps, { lane, rule, readers, found, told });
    if (read === 'whole') told.count({ rules: 1 });
    else unread.add(rule);
    if (read === 'time-up') return told.report('partly');
  }
  const doubtful = deps.known
    .openIn(lane)
    .filter(
      ({ waits, rule, findingId: id }) => waits && isWanted(rule) && !unread.has(rule) && !found.has(id),
    );
  for (const slice of slices(doubtful, ASKED_AT_ONCE)) {
    if (isTimeUp() || told.isHopeless()) return told.report('partly');
    const answers = await deps.engine.complianceAsked(slice.map(({ id }) => id));
    answers.forEach((answer, n) => {
      if (!answer.ok) told.trouble(troubleOf(answer.error, slice[n]?.rule));
      else if (answer.value === 'closed') told.count({ closed: 1 });
    });
  }
  return told.report('whole');
};

type Reader = (rule: string) => AsyncIterable<readonly SweptResult[]>;

interface RuleToSweep {
  readonly lane: Lane;
  readonly rule: string;
  /** Each is asked when the one before fails. */
  readonly readers: readonly Reader[];
  readonly found: Set<string>;
  readonly told: Telling;
}

const sweepRule = async (
  deps: SweepLaneDeps,
  { lane, rule, readers, found, told }: RuleToSweep,
): Promise<'whole' | 'time-up' | 'unread'> => {
  let failure: unknown;
  for (const read of readers) {
    try {
      for await (const page of read(rule)) {
        if (deps.isTimeUp()) return 'time-up';
        await takeIn(deps, { lane, rule, found, told }, page);
      }
      return 'whole';
    } catch (error) {
      // It was deleted since it was listed, and has no results any more.
      if (error instanceof PortError && error.code === 'NoSuchConfigRuleException') return 'whole';
      failure = error;
    }
  }
  told.trouble(troubleOf(failure, rule));
  return 'unread';
};

const takeIn = async (
  { engine, known, who }: SweepLaneDeps,
  { lane, rule, found, told }: Omit<RuleToSweep, 'readers'>,
  page: readonly SweptResult[],
): Promise<void> => {
  const reports: ComplianceReport[] = [];
  for (const result of page) {
    if (result.kind === 'malformed') {
      told.trouble(troubleOf(result.error, rule));
      continue;
    }
    const report = { ...reportOf(lane, rule, result), ...(who !== undefined && { requestedBy: who }) };
    const id = findingId(findingOf(report));
    if (found.has(id)) continue;
    found.add(id);
    told.count({ nonCompliant: 1 });
    const heardAt = known.heardAt(id);
    // What its case has heard already, or something newer, is no news to it; so that a look costs nothing then.
    if (heardAt !== undefined && heardAt >= report.evaluation.recordedAt) told.count({ open: 1 });
    else reports.push(report);
  }
  for (const slice of slices(reports, TAKEN_IN_AT_ONCE))
    for (const taken of await takenIn(engine, slice))
      if (taken.ok) told.count(countOf(taken.value));
      else told.trouble(troubleOf(taken.error, rule));
};

/** What failed is tried once more, as a message would come once more: what its first try wrote is told again. */
const takenIn = async (
  engine: SweepLaneDeps['engine'],
  reports: readonly ComplianceReport[],
): Promise<readonly Settled<IntakeResult>[]> => {
  const first = await engine.complianceReported(reports);
  const again = reports.filter((_, n) => !first[n]?.ok).map((report) => ({ ...report, redelivered: true }));
  if (again.length === 0) return first;
  return [...first.filter(({ ok }) => ok), ...(await engine.complianceReported(again))];
};

const reportOf = (
  { account, region }: Lane,
  configRuleName: string,
  { resourceType, resourceId, evaluation }: Extract<SweptResult, { kind: 'result' }>,
): ComplianceReport => ({
  account,
  origin: { region, configRuleName },
  resourceType,
  resourceId,
  evaluation,
  redelivered: false,
});

const countOf = ({ kind }: IntakeResult): Partial<SweepCounts> => {
  if (kind === 'opened') return { opened: 1 };
  return kind === 'told' ? { open: 1 } : { settled: 1 };
};

interface Telling {
  count(more: Partial<SweepCounts>): void;
  trouble(trouble: SweepTrouble): void;
  /** So much went wrong that the next call would hardly go better. */
  isHopeless(): boolean;
  report(swept: LaneReport['swept']): LaneReport;
}

const beginTelling = (lane: Lane, via: LaneReport['via']): Telling => {
  let counts: SweepCounts = NOTHING_COUNTED;
  let failures = 0;
  const troubles: SweepTrouble[] = [];
  return {
    count: (more) => {
      counts = added(counts, more);
    },
    trouble: (trouble) => {
      if (trouble.code !== MALFORMED) failures += 1;
      if (troubles.length < TROUBLES_TOLD_MAX) troubles.push(trouble);
    },
    isHopeless: () => failures >= FAILURES_MAX,
    report: (swept) => ({
      ...counts,
      lane: laneId(lane),
      via,
      swept: troubles.length > 0 ? 'partly' : swept,
      troubles,
    }),
  };
};

/** The code of an answer that AWS should not give: it says nothing about the next one. */
const MALFORMED = 'MalformedAnswer';
const TROUBLES_TOLD_MAX = 5;
const FAILURES_MAX = 3;
/** With four lanes at once, forty findings: as many as four functions that take in events. */
const TAKEN_IN_AT_ONCE = 10;
const ASKED_AT_ONCE = 5;

const slices = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
