/** Percentiles by nearest rank: each is a time that some case really took, and no mean of two. */
import type { Percentiles } from './weekly-report.ts';

/**
 * Null when nothing was timed.
 *
 * @param times in ms, in any order
 * @example
 * percentilesOf([40, 10, 20, 30]) // { count: 4, totalMs: 100, p50: 20, p90: 40, p99: 40 }
 */
export const percentilesOf = (times: readonly number[]): Percentiles | null => {
  if (times.length === 0) return null;
  const sorted = Float64Array.from(times).sort();
  return {
    count: sorted.length,
    totalMs: sorted.reduce((sum, each) => sum + each, 0),
    p50: nearestRank(sorted, 50),
    p90: nearestRank(sorted, 90),
    p99: nearestRank(sorted, 99),
  };
};

/** The smallest of them that so many per cent do not exceed. */
const nearestRank = (sorted: Float64Array, percent: number): number =>
  sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? 0;
