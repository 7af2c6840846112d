/**
 * Measures selfheal every few minutes: how many cases wait and how long, what is open, whether Config records. Each
 * part is measured by itself; one that fails leaves its gauges out, is counted and named, and harms no other.
 */
import { isOpened } from '../breaker.ts';
import { OPEN_STATES } from '../case/case.ts';
import type { ComplianceSource } from '../compliance/compliance-source.ts';
import type { PolicyBook } from '../engine/policy-book.ts';
import { type Lane, laneId } from '../finding.ts';
import { SUCCESS_RATE_CASES_MIN } from '../metrics.ts';
import { LANE_DEFAULTS } from '../policy/resolve-limits.ts';
import { PortError, type Ports } from '../ports.ts';
import { FIGURES } from '../report/figures.ts';
import type { CaseRows, ControlJournal, ReportStore } from '../report/report-ports.ts';
import { weekNamed } from '../report/week.ts';
import { dayMs, epochMs, hourMs, type Instant, minuteMs, plusMs, secondMs } from '../time.ts';
import { measuredCompliance } from './measured-compliance.ts';
import type { MeasuredShare, RecorderStore, SlowFigure, SlowFigures } from './measured-store.ts';
import { noteControls } from './note-controls.ts';
import { openFigures } from './open-figures.ts';
import type { PermitsInUse } from './permits-in-use.ts';
import type { RecorderSource } from './recorder-source.ts';
import { seeRecorders } from './see-recorders.ts';
import { troubledLately } from './troubled-lately.ts';

export interface MeasureDeps {
  readonly ports: Pick<Ports, 'cases' | 'controls' | 'clock' | 'log' | 'metrics'>;
  readonly policy: () => Pick<PolicyBook, 'policy'>;
  readonly rows: CaseRows;
  readonly reports: Pick<ReportStore, 'latest'>;
  readonly journal: ControlJournal;
  readonly permitsInUse: PermitsInUse;
  readonly recorders: RecorderSource;
  readonly recorderStore: RecorderStore;
  readonly slowFigures: SlowFigures;
  readonly compliance: ComplianceSource;
  /** Starts a stopwatch that tells the ms since then: a function is ended by the time of its machine, whatever clock cases go by. */
  readonly stopwatch: () => () => number;
}

export const PARTS = [
  'cases',
  'permits',
  'breakers',
  'control-journal',
  'recorders',
  'weekly-report',
  'success-rate',
  'compliance',
] as const;
export type MeasuredPart = (typeof PARTS)[number];

export type Measured = {
  /** Parts whose gauges are missing. */
  readonly failed: readonly MeasuredPart[];
};

/** Answers when everything was written that is to be kept. Throws nothing: what failed is counted, named and logged. */
export const createMeasure = (deps: MeasureDeps) => async (): Promise<Measured> => {
  const { metrics, log } = deps.ports;
  const shared = sharedBy(deps);
  const failed: MeasuredPart[] = [];
  const measure = async (part: MeasuredPart): Promise<void> => {
    try {
      await MEASURES[part](deps, shared);
    } catch (error) {
      failed.push(part);
      log.error('could not be measured', { part, ...reasonOf(error) });
    }
  };
  await Promise.all(PARTS.filter((part) => part !== 'compliance').map(measure));
  // Last, because it takes as long as there are lanes.
  await measure('compliance');
  metrics.count('MeasureFailed', failed.length);
  return { failed };
};

const reasonOf = (error: unknown) =>
  error instanceof PortError
    ? { operation: error.operation, code: error.code, reason: error.message }
    : { reason: error instanceof Error ? error.message : String(error) };

/** What more than one part needs is read once. */
interface Shared {
  readonly now: Instant;
  readonly open: () => ReturnType<typeof openFigures>;
  readonly covered: () => ReturnType<RecorderSource['lanes']>;
}

const sharedBy = ({ ports, recorders }: MeasureDeps): Shared => {
  const now = ports.clock.now();
  return {
    now,
    open: once(() => openFigures(ports.cases.list({ status: 'open' }), now)),
    covered: once(() => recorders.lanes()),
  };
};

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

const MEASURES: Readonly<Record<MeasuredPart, (deps: MeasureDeps, shared: Shared) => Promise<void>>> = {
  cases: async ({ ports: { metrics } }, { open }) => {
    const { byState, oldestQueuedSeconds, oldestApprovalSeconds } = await open();
    for (const state of OPEN_STATES) metrics.gauge('CasesOpen', byState[state], { state });
    metrics.gauge('OldestQueuedSeconds', oldestQueuedSeconds);
    metrics.gauge('ApprovalsWaiting', byState['awaiting-approval']);
    metrics.gauge('OldestApprovalSeconds', oldestApprovalSeconds);
  },

  permits: async ({ ports: { metrics }, policy, permitsInUse }, { now, open, covered }) => {
    const lanes: readonly Lane[] = [
      ...(await covered()).lanes.map(({ lane }) => lane),
      ...(await open()).lanes,
    ];
    const inUse = [...(await permitsInUse(lanes, now)).values()];
    const max = policy().policy.limits.lane?.concurrencyMax ?? LANE_DEFAULTS.concurrencyMax;
    metrics.gauge(
      'PermitsInUse',
      inUse.reduce((sum, each) => sum + each, 0),
    );
    metrics.gauge('BusiestLanePercent', (100 * Math.max(0, ...inUse)) / max);
  },

  breakers: async ({ ports: { controls, metrics } }) => {
    const { breakers } = await controls.read();
    // One that cannot be read holds starts back like one that is open.
    const open = breakers.filter((breaker) => isOpened(breaker) || breaker.state === 'unreadable');
    metrics.gauge('BreakersOpen', open.length);
  },

  'control-journal': async ({ ports, journal }) => {
    await noteControls({ ...ports, journal });
  },

  recorders: async (deps, { covered }) => {
    const { recorders, recorderStore, ports } = deps;
    const { clock, metrics, log } = ports;
    const isTimeUp = within(deps, RECORDERS_MS_MAX);
    const seen = await seeRecorders({ recorders, clock, isTimeUp }, await covered());
    // A list of lanes that could not be read whole may hide one, and is no sign that all is well.
    metrics.gauge('RecordersTroubled', seen.troubledCount + (seen.doubt === undefined ? 0 : 1));
    for (const { lane, state, why } of seen.troubled.slice(0, TROUBLED_LOGGED_MAX))
      log.warn('recorder in trouble', { lane: laneId(lane), state, why });
    if (seen.doubt !== undefined) log.warn('lanes not all known', { reason: seen.doubt });
    await recorderStore.write({ ...seen, lately: troubledLately(await recorderStore.read(), seen) });
  },

  'weekly-report': async ({ ports: { metrics }, reports, policy }, { now }) => {
    const id = await reports.latest();
    if (id === undefined) return;
    const week = weekNamed(id, policy().policy.timezone);
    if (week === undefined)
      throw new Error(`the newest stored report is of ${id}, and there is no such week`);
    metrics.gauge('WeeklyReportAgeSeconds', Math.max(0, (epochMs(now) - epochMs(week.to)) / secondMs));
  },

  'success-rate': async (deps, { now }) => {
    const share = await hourly(deps, now, 'success', () => measuredSuccess(deps.rows, now));
    if (share.denominator >= SUCCESS_RATE_CASES_MIN)
      deps.ports.metrics.gauge('SuccessRatePercent', percentOf(share));
  },

  compliance: async (deps, { now }) => {
    const { compliance, ports } = deps;
    const { clock, metrics, log } = ports;
    const isTimeUp = within(deps, COMPLIANCE_MS_MAX);
    let told = 0;
    const unread = (lane: Lane, why: string): void => {
      told += 1;
      if (told <= TROUBLED_LOGGED_MAX) log.warn('compliance not known whole', { lane: laneId(lane), why });
    };
    const share = await hourly(deps, now, 'compliance', () =>
      measuredCompliance({ compliance, clock, isTimeUp, unread }),
    );
    metrics.gauge('ComplianceLanesUnread', share.lanesUnread ?? 0);
    if (share.denominator > 0) metrics.gauge('CompliancePercent', percentOf(share));
    else if (share.lanesUnread !== undefined && share.lanesUnread > 0)
      throw new Error(`compliance could be read of no lane: ${share.lanesUnread} are not known`);
  },
};

/** Together with the lanes under way then, and all else, less than the four minutes that the function may take. */
const RECORDERS_MS_MAX = 45_000;
const COMPLIANCE_MS_MAX = 100_000;

const within = ({ stopwatch }: Pick<MeasureDeps, 'stopwatch'>, msMax: number): (() => boolean) => {
  const elapsedMs = stopwatch();
  return () => elapsedMs() >= msMax;
};

/** The log of a Lambda function is paid for. */
const TROUBLED_LOGGED_MAX = 20;

const percentOf = ({ numerator, denominator }: MeasuredShare): number => (100 * numerator) / denominator;

/** The same numbers as a report of the last seven days would have. */
const measuredSuccess = async (rows: CaseRows, now: Instant): Promise<MeasuredShare> => {
  const span = { from: plusMs(now, -7 * dayMs), to: now };
  let numerator = 0;
  let denominator = 0;
  for await (const row of rows.rows(span.from)) {
    if (FIGURES.attempted.counts(row, span)) denominator += 1;
    if (FIGURES.succeeded.counts(row, span)) numerator += 1;
  }
  return { at: now, numerator, denominator };
};

/** What was found within the hour is told again; one that can neither be found nor remembered is missing. */
const hourly = async (
  { slowFigures, ports: { log } }: MeasureDeps,
  now: Instant,
  name: SlowFigure,
  find: () => Promise<MeasuredShare>,
): Promise<MeasuredShare> => {
  const known = await slowFigures.read(name).catch((error: unknown) => {
    log.warn('figure not remembered', { figure: name, ...reasonOf(error) });
    return undefined;
  });
  if (known !== undefined && known.at <= now && plusMs(known.at, FOUND_EVERY_MS) > now) return known;
  const found = await find();
  // Of nothing: it is looked for again before an hour is over.
  if (found.denominator === 0) return found;
  await slowFigures.write(name, found).catch((error: unknown) => {
    log.warn('figure not kept', { figure: name, ...reasonOf(error) });
  });
  return found;
};

/** A little less than an hour: the run that comes an hour after it finds it anew. */
const FOUND_EVERY_MS = hourMs - 2 * minuteMs;
