/** One week's counts. */
import type { CaseRow } from './case-row.ts';
import type { Span } from './figures.ts';
import { figuresOf } from './heads.ts';
import { tallyFold } from './tally.ts';
import { remediationMs } from './times.ts';
import type { Tally, TrendWeek } from './weekly-report.ts';

export interface WeekFold {
  readonly span: Span;
  add(row: CaseRow): void;
  tally(): Tally;
  trend(): TrendWeek;
}

/** @param id `2026-W47` */
export const weekFold = (id: string, span: Span): WeekFold => {
  const tally = tallyFold();
  return {
    span,
    add: (row) => tally.add(figuresOf(row, span), remediationMs(row, span)),
    tally: tally.told,
    trend: () => ({ week: id, ...tally.told(), toRemediateP50: tally.toRemediate()?.p50 ?? null }),
  };
};
