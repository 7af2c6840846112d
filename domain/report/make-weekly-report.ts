/**
 * Makes the weekly report: every row is looked at once and not kept, and added to what it counts in.
 *
 *   12 weeks ───────────────────────── trend: counts, median
 *                       4 weeks ────── what keeps coming back
 *                         2 weeks ──── counts and times, now and before
 *                           1 week ─── groups, runbooks, hours saved, cost, doubts
 */
import type { Catalog } from '../catalog/catalog.ts';
import type { Lapsing } from '../exemption/lapsing.ts';
import type { RecordersSeen } from '../health/recorder-health.ts';
import { type Instant, soonest } from '../time.ts';
import { rowAsOf } from './as-of.ts';
import type { CaseRow } from './case-row.ts';
import { costFold } from './cost.ts';
import { doubtsFold } from './doubts.ts';
import type { Span } from './figures.ts';
import { flappingFold } from './flapping-lines.ts';
import { groupsFold } from './groups.ts';
import { figuresOf } from './heads.ts';
import { hoursSavedFold } from './hours-saved.ts';
import { runbooksFold } from './runbook-lines.ts';
import { remediationMs, timesFold } from './times.ts';
import { type Week, weeksFrom } from './week.ts';
import { type WeekFold, weekFold } from './week-fold.ts';
import type { ControlEvent, WeeklyReport } from './weekly-report.ts';

export interface ReportInput {
  /** Of every case that was open, or was closed, since `rowsSince(week)`; others do no harm. Each case once. */
  readonly rows: AsyncIterable<CaseRow> | Iterable<CaseRow>;
  readonly week: Week;
  readonly now: Instant;
  readonly policyVersion: string;
  readonly catalog: Pick<Catalog, 'rule'>;
  /** For people; undefined where nobody gave one. */
  readonly accountName: (account: string) => string | undefined;
  readonly lapsing: readonly Lapsing[];
  /** Stored exemptions that cannot be read, so that nobody knows when they lapse. Default 0. */
  readonly exemptionsUnread?: number;
  readonly controlEvents: readonly ControlEvent[];
  /** Absent when nobody ever looked. */
  readonly recorders?: RecordersSeen;
}

/**
 * All is told as of the end of the week, or of `now` while it runs: of the same cases, a report that is made later
 * says the same.
 *
 * @throws RangeError when the week has not begun
 */
export const makeWeeklyReport = async (input: ReportInput): Promise<WeeklyReport> => {
  const { rows, week, now, catalog } = input;
  if (now < week.from)
    throw new RangeError(`week ${week.id} begins at ${week.from}: there is nothing to report yet`);
  const span = reportSpan(week, now);
  const weeks = trendOf(week).map((each) => weekFold(each.id, reportSpan(each, now)));
  const [before, current] = weeks.slice(-2) as [WeekFold, WeekFold];
  // Of the other weeks no times are told.
  const [timesBefore, times] = [timesFold(before.span), timesFold(span)];
  const groups = groupsFold(span, catalog, input.accountName);
  const runbooks = runbooksFold(span);
  const flapping = flappingFold(span, weeksFrom(week, 1 - FLAPPING_WEEKS).from, catalog);
  const hoursSaved = hoursSavedFold(span, catalog);
  const cost = costFold(span);
  const doubts = doubtsFold(span);
  for await (const whole of rows) {
    const row = rowAsOf(whole, span.to);
    if (row === undefined) continue;
    for (const each of weeks) if (lives(row, each.span)) each.add(row);
    flapping.add(row);
    if (lives(row, before.span)) timesBefore.add(row);
    if (!lives(row, span)) continue;
    times.add(row);
    const figures = figuresOf(row, span);
    if (figures.length > 0) groups.add(row, figures, remediationMs(row, span));
    for (const fold of [runbooks, hoursSaved, cost, doubts]) fold.add(row);
  }
  const { lines, more } = flapping.told();
  const total = current.tally();
  const isOver = now >= week.to;
  return {
    version: 1,
    week,
    until: span.to,
    isOver,
    madeAt: now,
    policyVersion: input.policyVersion,
    total,
    before: before.tally(),
    times: times.told(),
    timesBefore: timesBefore.told(),
    trend: weeks.map(({ trend }) => trend()),
    by: groups.told(),
    runbooks: runbooks.told(),
    flapping: lines,
    lapsing: input.lapsing,
    controlEvents: input.controlEvents.filter(({ at }) => span.from <= at && at < span.to),
    ...(input.recorders && { recorders: input.recorders }),
    hoursSaved: hoursSaved.told(),
    cost: cost.told(),
    doubts: doubts.told({
      from: span.from,
      until: span.to,
      isOver,
      timezone: week.timezone,
      attempted: total.figures.attempted,
      recorders: input.recorders,
      exemptionsUnread: input.exemptionsUnread ?? 0,
      flappingLeftOut: more,
    }),
  };
};

/** What a report of the week tells of: to its end, or to `now` while it runs. */
export const reportSpan = ({ from, to }: Week, now: Instant): Span => ({ from, to: soonest(to, now) });

/** Cases that were closed before count in no figure of the report. */
export const rowsSince = (week: Week): Instant => weeksFrom(week, 1 - TREND_WEEKS).from;

const trendOf = (week: Week): readonly Week[] =>
  Array.from({ length: TREND_WEEKS }, (_, index) => weeksFrom(week, index + 1 - TREND_WEEKS));

const TREND_WEEKS = 12;
const FLAPPING_WEEKS = 4;

/** Nothing happens to a case before it is opened, nor after it is closed. */
const lives = ({ openedAt, closed }: CaseRow, { from, to }: Span): boolean =>
  openedAt < to && (closed === undefined || closed.at >= from);
