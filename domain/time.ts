/** Instants are ISO 8601 strings in UTC with milliseconds: readable in an item, and they sort as text. */
export type Instant = string;

/** @example instant(0) // '1970-01-01T00:00:00.000Z' */
export const instant = (epochMs: number): Instant => new Date(epochMs).toISOString();

export const epochMs = (at: Instant): number => Date.parse(at);

export const plusMs = (at: Instant, ms: number): Instant => instant(epochMs(at) + ms);

/** The first of two instants. */
export const soonest = (one: Instant, other: Instant): Instant => {
  if (one < other) return one;
  return other;
};

/** The last of two instants. */
export const latest = (one: Instant, other: Instant): Instant => {
  if (one > other) return one;
  return other;
};

export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** What `decide` may know of the outside: the time, and one random number for jitter, both passed in. */
export interface Moment {
  readonly now: Instant;
  /** 0 <= jitter < 1. */
  readonly jitter: number;
}
