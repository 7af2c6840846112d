/**
 * A weekly report as it was made once, with what shows later whether the cases that it counts are still as they were:
 * a digest of each, of what it told before the week was over. Whatever a case does afterwards leaves that alone.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';
import type { Instant } from '../time.ts';
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
 * What was known of a case at an instant: all that came later is left out. Undefined when there was no case yet.
 *
 * @param until does not belong to it any more
 */
export const asOf = (
  row: CaseRow,
  until: Instant,
): Omit<CaseRow, 'rule' | 'spentMs' | 'dropped'> | undefined => {
  if (row.openedAt >= until) return undefined;
  const before = ({ at }: { readonly at: Instant }): boolean => at < until;
  // The rule's identifier may be learned late, and the finding's id stands for it; times of a stay go on.
  const { rule: _, spentMs, dropped, closed, ...told } = row;
  return {
    ...told,
    routed: row.routed.filter(before),
    asked: row.asked.filter((at) => at < until),
    decided: row.decided.filter(before),
    handed: row.handed.filter(before),
    attempts: row.attempts.filter(before).map(({ failed, ...attempt }) => ({
      ...attempt,
      ...(failed && before(failed) && { failed }),
    })),
    ...(closed && before(closed) && { closed, spentMs, dropped }),
  };
};

/** Of what was known of a case at an instant; undefined when there was none yet. 22 characters of base64url. */
export const rowDigest = (row: CaseRow, until: Instant): string | undefined => {
  const known = asOf(row, until);
  return known && digestOf(known);
};

/**
 * Whoever changes a value and not its digest is found. Who can write both is not: see docs/threat-model.md.
 *
 * @example
 * digestOf({ b: 1, a: 2 }) === digestOf({ a: 2, b: 1 }) // true
 */
export const digestOf = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('base64url').slice(0, DIGEST_CHARS);

/** 132 bits. */
const DIGEST_CHARS = 22;
