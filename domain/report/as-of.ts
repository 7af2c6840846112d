/** A case's row as it was at an instant: a report of a past week says the same whenever it is made. */
import type { Instant } from '../time.ts';
import type { CaseRow } from './case-row.ts';

/**
 * What came later is left out; undefined when there was no case yet. Where its time went is known of a closed case
 * only: a stay that goes on is in none of the sums.
 *
 * @param until does not belong to it any more
 */
export const rowAsOf = (row: CaseRow, until: Instant): CaseRow | undefined => {
  if (row.openedAt >= until) return undefined;
  const { closed, ...known } = row;
  if (closed !== undefined && closed.at < until) return row;
  const isBefore = ({ at }: { readonly at: Instant }): boolean => at < until;
  return {
    ...known,
    routed: row.routed.filter(isBefore),
    asked: row.asked.filter((at) => at < until),
    decided: row.decided.filter(isBefore),
    handed: row.handed.filter(isBefore),
    attempts: row.attempts
      .filter(isBefore)
      .map(({ failed, ...attempt }) => (failed && isBefore(failed) ? { ...attempt, failed } : attempt)),
    spentMs: {},
  };
};
