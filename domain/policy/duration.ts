/**
 * Durations as people write them in a policy: a whole number and one unit, so that nobody has to count
 * zeros in milliseconds.
 */

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const SHAPE = /^(?<count>\d{1,6})(?<unit>[smhd])$/;

/**
 * Milliseconds of a duration, or undefined when the text is not one.
 *
 * @example
 * durationMs('15m') // 900000
 * durationMs('15 minutes') // undefined
 */
export const durationMs = (text: string): number | undefined => {
  const groups = SHAPE.exec(text)?.groups;
  if (groups === undefined) return undefined;
  return Number(groups.count) * UNIT_MS[groups.unit as keyof typeof UNIT_MS];
};

/** The shortest way to write a duration in whole units: the inverse of `durationMs`. */
export const durationText = (ms: number): string => {
  for (const unit of ['d', 'h', 'm'] as const) {
    if (ms > 0 && ms % UNIT_MS[unit] === 0) return `${ms / UNIT_MS[unit]}${unit}`;
  }
  return `${ms / UNIT_MS.s}s`;
};
