/** The counts of one week, or of a group within it. */
import { FIGURE_NAMES, type FigureName } from './figures.ts';
import { percentilesOf } from './percentiles.ts';
import type { Percentiles, Rate, Tally } from './weekly-report.ts';

/** @example rateOf(19, 20) // { numerator: 19, denominator: 20, value: 0.95 } */
export const rateOf = (numerator: number, denominator: number): Rate => ({
  numerator,
  denominator,
  value: denominator === 0 ? null : numerator / denominator,
});

export interface TallyFold {
  /** @param tookMs of a case that was healed: from its opening to its end */
  add(figures: readonly FigureName[], tookMs: number | undefined): void;
  told(): Tally;
  toRemediate(): Percentiles | null;
}

export const tallyFold = (): TallyFold => {
  const figures = Object.fromEntries(FIGURE_NAMES.map((name) => [name, 0])) as Record<FigureName, number>;
  const times: number[] = [];
  return {
    add: (names, tookMs) => {
      for (const name of names) figures[name] += 1;
      if (tookMs !== undefined) times.push(tookMs);
    },
    told: () => ({ figures, success: rateOf(figures.succeeded, figures.attempted) }),
    toRemediate: () => percentilesOf(times),
  };
};
