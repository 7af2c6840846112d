/**
 * How long to wait before trying again: full jitter, so that a thousand cases that failed together do
 * not come back together.
 */
export interface Backoff {
  /** Upper bound of the first wait, in ms. */
  readonly backoffMs: number;
  /** Upper bound of any wait, in ms. */
  readonly backoffMsMax: number;
}

/**
 * A wait in ms, between half a second and the bound: the bound doubles with every failure.
 *
 * @param failures how many tries have failed so far, from 1
 * @param jitter 0 <= jitter < 1
 * @example
 * backoffDelayMs({ backoffMs: 1_000, backoffMsMax: 60_000 }, 3, 0.5) // 2000
 */
export const backoffDelayMs = (backoff: Backoff, failures: number, jitter: number): number => {
  const bound = Math.min(backoff.backoffMsMax, backoff.backoffMs * 2 ** Math.min(failures - 1, 30));
  return Math.max(DELAY_MS_MIN, Math.floor(bound * jitter));
};

/** Full jitter may draw zero, and a retry at once is no retry at all. */
const DELAY_MS_MIN = 500;
