/** What selfheal itself did about findings in a stretch of time, in all and by rule. */
import type { CaseRow } from '../report/case-row.ts';
import { FIGURES, type Span } from '../report/figures.ts';

export interface Remediated {
  /** Cases with at least one attempt whose work came to its first end. */
  readonly tried: number;
  /** Of those, healed and verified. */
  readonly healed: number;
  /** Attempts that failed, also of cases that were healed by a later one. */
  readonly failedAttempts: number;
}

export interface Remediation extends Remediated, Span {
  /** Those with the most failed attempts first. By source identifier, or by the plain name of a rule of one's own. */
  readonly byRule: readonly ({ readonly rule: string } & Remediated)[];
  /** Milestones that bounded stories no longer show: attempts may be too few by so many. */
  readonly dropped: number;
}

/** One pass; rows are not kept. */
export const remediationOf = async (
  rows: AsyncIterable<CaseRow> | Iterable<CaseRow>,
  span: Span,
): Promise<Remediation> => {
  const byRule = new Map<string, Remediated>();
  let dropped = 0;
  for await (const row of rows) {
    const more = remediatedOf(row, span);
    if (more.tried + more.failedAttempts === 0) continue;
    byRule.set(row.rule, added(byRule.get(row.rule) ?? NONE, more));
    dropped += row.dropped;
  }
  return {
    ...span,
    ...[...byRule.values()].reduce(added, NONE),
    byRule: [...byRule].map(([rule, figures]) => ({ rule, ...figures })).sort(mostFailedFirst),
    dropped,
  };
};

const remediatedOf = (row: CaseRow, span: Span): Remediated => ({
  tried: FIGURES.attempted.counts(row, span) ? 1 : 0,
  healed: FIGURES.succeeded.counts(row, span) ? 1 : 0,
  failedAttempts: row.attempts.filter(
    ({ failed }) => failed !== undefined && failed.at >= span.from && failed.at < span.to,
  ).length,
});

const NONE: Remediated = { tried: 0, healed: 0, failedAttempts: 0 };

const added = (one: Remediated, other: Remediated): Remediated => ({
  tried: one.tried + other.tried,
  healed: one.healed + other.healed,
  failedAttempts: one.failedAttempts + other.failedAttempts,
});

const mostFailedFirst = (one: Remediation['byRule'][number], other: Remediation['byRule'][number]): number =>
  other.failedAttempts - one.failedAttempts ||
  other.tried - other.healed - (one.tried - one.healed) ||
  other.tried - one.tried ||
  (one.rule < other.rule ? -1 : 1);
