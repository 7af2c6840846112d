/**
 * A weekly report as it was made once, with what shows later whether the cases that it counts are still as they were:
 * a digest of each, of what it told before the week was over. Whatever a case does afterwards leaves that alone.
 */
import { OPEN_STATES } from '../case/case.ts';
import { digestOfText } from '../digest.ts';
import type { Instant } from '../time.ts';
import { rowAsOf } from './as-of.ts';
import type { CaseRow } from './case-row.ts';
import type { WeeklyReport } from './weekly-report.ts';

export interface StoredReport {
  readonly report: WeeklyReport;
  /** Case id -> `rowDigest` of its row, of each case that the report looked at. */
  readonly digests: ReadonlyMap<string, string>;
  readonly madeAt: Instant;
}

/** As the store has it. */
export interface FoundReport extends StoredReport {
  /** Why it is not as it was stored; absent when it is. */
  readonly doubt?: string;
}

/**
 * Of what was known of a case at an instant; undefined when there was no case yet. The rule's identifier may be learned
 * later, so the finding's id stands for the rule; and an old story may lose its milestones.
 */
export const rowDigest = (row: CaseRow, until: Instant): string | undefined => {
  const known = rowAsOf(row, until);
  return known && digestOfText(textOf(known));
};

/** Fifty thousand are made for a report: fields that are written one by one need no sorting. */
const textOf = (row: CaseRow): string =>
  JSON.stringify([
    row.id,
    row.findingId,
    row.account,
    row.region,
    row.resourceType,
    row.resourceId,
    row.openedAt,
    row.routed.map(({ at, severity, mode, entry, owner }) => [at, severity, mode, entry, owner]),
    row.asked,
    row.decided.map(({ at, answer }) => [at, answer]),
    row.handed.map(({ at, code }) => [at, code]),
    row.attempts.map(({ at, document, failed }) => [at, document, failed?.at, failed?.error]),
    row.closed?.at,
    row.closed?.as,
    OPEN_STATES.map((name) => row.spentMs[name]),
  ]);
