/**
 * Has people hear of each week once it is over. Every hour it looks what is still to be done, so that a Monday on
 * which nothing ran is made good:
 *
 *   make and store ──▶ into the bucket ──▶ tell ──▶ record that it was told
 *
 * Each step can be repeated, and is recorded when it is done and not before: who dies on the way tells twice, and
 * never not at all. What is stored first stays, so that the bucket and people get the same figures however often it
 * is repeated. A bucket that refuses keeps nobody from hearing: it is told, and tried again by the next run.
 */
import type { PolicyBook } from '../engine/policy-book.ts';
import type { Message } from '../message.ts';
import { type Announcer, type Clock, type Log, type Metrics, PortError } from '../ports.ts';
import { type Instant, minuteMs, plusMs } from '../time.ts';
import type { ReportStore } from './report-ports.ts';
import type { FoundReport, StoredReport } from './stored-report.ts';
import { type Week, weekAt, weeksFrom } from './week.ts';
import type { WeeklyReport } from './weekly-report.ts';

/** How far weekly reports came; weeks as `2026-W47`. */
export interface ReportProgress {
  read(): Promise<{
    /** The newest week that people were told of. */
    readonly told?: string;
    /** The newest week whose report was put into the bucket. */
    readonly kept?: string;
  }>;
  /** False when that week, or a later one, is recorded already. */
  record(what: 'told' | 'kept', week: string): Promise<boolean>;
}

export interface ReportBucket {
  /** For people: `s3://selfheal-reports-222222222222`. */
  readonly name: string;
  /** Such as `s3://selfheal-reports-222222222222/weekly/2026-W47.html`. */
  at(week: string): string;
  /**
   * Puts it there, over what may be there of the same week.
   *
   * @throws PortError when the bucket refuses
   */
  put(report: WeeklyReport): Promise<void>;
}

/** What the message says beside the report itself. */
export interface AroundReport {
  readonly now: Instant;
  /** Where the bucket has it, or why it has not; absent: there is no bucket. */
  readonly kept?: { readonly at: string } | { readonly bucket: string; readonly why: string };
  /** Earlier weeks of which people were not told, because nothing ran: made now, and not told one by one. */
  readonly late: readonly string[];
  /** Those of them that could not be made, and why. */
  readonly missing: readonly { readonly week: string; readonly why: string }[];
  /** Why the stored report is not to be trusted: what is told was made anew from the cases. */
  readonly doubt?: string;
}

export interface WeeklyJobDeps {
  /** Makes the report of a week that is over. */
  readonly make: (week: Week) => Promise<StoredReport>;
  readonly reports: Pick<ReportStore, 'get' | 'put'>;
  readonly progress: ReportProgress;
  /** Absent: reports are in the table alone. */
  readonly bucket?: ReportBucket;
  readonly message: (report: WeeklyReport, around: AroundReport) => Promise<Message>;
  readonly announcer: Announcer;
  /** Where weekly reports are told. */
  readonly topics: readonly string[];
  readonly policy: () => PolicyBook;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'count'>;
}

export type WeeklyDone = {
  /** The week that ended last. */
  readonly week: string;
  /** People were told of it by this run. */
  readonly told: boolean;
  /** Weeks that this run put into the bucket. */
  readonly kept: readonly string[];
};

/** @throws whatever kept the report of the week that ended last from being made, stored or told */
export const createWeeklyJob =
  (deps: WeeklyJobDeps): (() => Promise<WeeklyDone>) =>
  async () => {
    try {
      return await work(deps);
    } catch (error) {
      deps.metrics.count('WeeklyReportFailed');
      throw error;
    }
  };

const work = async (deps: WeeklyJobDeps): Promise<WeeklyDone> => {
  const { progress, bucket, clock, log } = deps;
  const last = lastOver(clock.now(), timezoneOf(deps.policy()));
  const { told, kept } = await progress.read();
  const untold = weeksAfter(told, last);
  const unkept = bucket === undefined ? [] : weeksAfter(kept, last);
  const found = new Map<string, FoundReport>();
  const missing: { week: string; why: string }[] = [];
  for (const week of union(untold, unkept))
    try {
      found.set(week.id, await madeAndStored(deps, week));
    } catch (error) {
      if (week.id === last.id) throw error;
      missing.push({ week: week.id, why: whyOf(error) });
      deps.metrics.count('WeeklyReportFailed');
      log.error('weekly report of an earlier week not made', { week: week.id, reason: whyOf(error) });
    }
  const keeping = await keep(deps, unkept, found);
  const done = { week: last.id, told: untold.length > 0, kept: keeping.weeks };
  const report = found.get(last.id);
  if (untold.length === 0 || report === undefined) return done;
  await tell(deps, report, {
    now: clock.now(),
    ...(bucket && { kept: keeping.refusal ?? { at: bucket.at(last.id) } }),
    late: untold.flatMap(({ id }) => (id !== last.id && found.has(id) ? [id] : [])),
    missing: missing.filter(({ week }) => untold.some(({ id }) => id === week)),
    ...(report.doubt !== undefined && { doubt: report.doubt }),
  });
  return done;
};

/**
 * A while after Sunday's midnight: what was decided in the last minute is written then, and shows in the indexes, and
 * a clock that is ahead tells nothing of a week that is not over.
 */
const SETTLED_AFTER_MS = 10 * minuteMs;

const lastOver = (now: Instant, timezone: string): Week =>
  weeksFrom(weekAt(plusMs(now, -SETTLED_AFTER_MS), timezone), -1);

/** Whoever does not know the policy does not know when its week ends, nor which exemptions lapse. */
const timezoneOf = ({ policy, doubt }: PolicyBook): string => {
  if (doubt === undefined) return policy.timezone;
  throw new Error(
    `no weekly report is made while the policy is in doubt: ${doubt}. It is tried again within the hour.`,
  );
};

/** The oldest first, the last one included; that one alone where nothing is known of any before. */
const weeksAfter = (known: string | undefined, last: Week): readonly Week[] => {
  const weeks = [last];
  if (known === undefined) return weeks;
  while (weeks[0] !== undefined && weeks[0].id > known && weeks.length <= WEEKS_MAX)
    weeks.unshift(weeksFrom(weeks[0], -1));
  return weeks.filter(({ id }) => id > known).slice(-WEEKS_MAX);
};

/** A report shows as many in its trend. */
const WEEKS_MAX = 12;

const union = (left: readonly Week[], right: readonly Week[]): readonly Week[] =>
  left.length > right.length ? left : right;

/** Of two who make it at once the first one's stays, and both go on with that. */
const madeAndStored = async (
  { make, reports, log, metrics }: WeeklyJobDeps,
  week: Week,
): Promise<FoundReport> => {
  const known = await storedOf(reports, week);
  if (known !== undefined && !('doubt' in known)) return known;
  const made = await make(week);
  if (known !== undefined) {
    metrics.count('WeeklyReportFailed');
    log.error('stored weekly report not to be trusted, made anew', { week: week.id, reason: known.doubt });
    return { ...made, doubt: known.doubt };
  }
  const isFirst = await reports.put(made);
  log.info('weekly report made', { week: week.id, cases: made.digests.size, stored: isFirst });
  if (isFirst) return made;
  const first = await reports.get(week.id);
  if (first === undefined)
    throw new Error(`the report of ${week.id} was stored by somebody else, and is gone`);
  return first;
};

/** What is there and cannot be read is a doubt; what does not answer is asked again. */
const storedOf = async (
  reports: WeeklyJobDeps['reports'],
  week: Week,
): Promise<StoredReport | { readonly doubt: string } | undefined> => {
  try {
    const found = await reports.get(week.id);
    return found?.doubt === undefined ? found : { doubt: found.doubt };
  } catch (error) {
    if (error instanceof PortError && error.code === 'MalformedItem') return { doubt: error.message };
    throw error;
  }
};

interface Keeping {
  readonly weeks: readonly string[];
  /** It went so far, and no further. */
  readonly refusal?: { readonly bucket: string; readonly why: string };
}

/** One after the other: what is recorded is that all up to a week are there. */
const keep = async (
  { bucket, progress, log, metrics }: WeeklyJobDeps,
  weeks: readonly Week[],
  found: ReadonlyMap<string, FoundReport>,
): Promise<Keeping> => {
  if (bucket === undefined) return { weeks: [] };
  const kept: string[] = [];
  for (const { id } of weeks) {
    const one = found.get(id);
    // It could not be made. Nobody waits for it to be.
    if (one === undefined) continue;
    try {
      if (one.doubt !== undefined)
        throw new PortError(
          'terminal',
          'DoubtfulReport',
          'dynamodb:Query',
          `the stored report is doubted: ${one.doubt}`,
        );
      await bucket.put(one.report);
      await progress.record('kept', id);
      kept.push(id);
    } catch (error) {
      metrics.count('WeeklyReportFailed');
      log.error('weekly report not put into its bucket, tried again within the hour', {
        week: id,
        bucket: bucket.name,
        reason: whyOf(error),
      });
      return { weeks: kept, refusal: { bucket: bucket.name, why: whyOf(error) } };
    }
  }
  return { weeks: kept };
};

const tell = async (
  { message, announcer, topics, progress, log, metrics }: WeeklyJobDeps,
  { report }: FoundReport,
  around: AroundReport,
): Promise<void> => {
  await announcer.announce(topics, await message(report, around));
  await progress.record('told', report.week.id);
  metrics.count('WeeklyReportStored');
  log.info('weekly report told', { week: report.week.id, late: around.late });
};

const whyOf = (error: unknown): string => {
  if (error instanceof PortError) return `${error.operation}: ${error.code}, ${error.message}`;
  return error instanceof Error ? error.message : String(error);
};
