/**
 * Sandbox time: every delay, timeout and timestamp in the sandbox counts in it, so that a demo can run
 * fast and a test can drive a week in a second. It never goes backwards, not even across a kill.
 */
import type { World } from '../service.ts';

export type ClockOptions =
  /** Runs by itself, `speed` times as fast as the wall clock (default 1). */
  | { readonly kind: 'real'; readonly speed?: number }
  /** Stands still until `sandbox.advanceTo` or `advanceBy`. */
  | { readonly kind: 'driven'; readonly startMs: number };

export interface SandboxClock {
  readonly kind: 'real' | 'driven';
  /** Sandbox milliseconds per wall millisecond; 0 for a driven clock, which stands still. */
  readonly speed: number;
  nowMs(): number;
  /** Moves a driven clock; refused by a real one. Going back is refused by both. */
  set(nowMs: number): void;
  close(): void;
}

/** A kill loses at most this much wall time: the clock then goes on from the time it had promised. */
const PROMISE_MS = 1_000;
const KEY = 'now';

export const createClock = (
  options: ClockOptions,
  world: World,
  wallMs: () => number = Date.now,
): SandboxClock =>
  options.kind === 'real'
    ? realClock(options.speed ?? 1, world, wallMs)
    : drivenClock(options.startMs, world);

/**
 * Before the clock shows a time, a time a little later is on disk; a restart goes on from that one.
 *
 *     shown ....x          kill
 *     on disk ......P      restart shows P, P+1, …
 */
const realClock = (speed: number, world: World, wallMs: () => number): SandboxClock => {
  if (!(speed > 0)) throw new Error(`The sandbox's clock needs a speed above 0, not ${speed}.`);
  const stored = world.table<number>('clock');
  const startMs = stored.get(KEY) ?? wallMs();
  const wallStartMs = wallMs();
  let shownMs = startMs;
  let promisedMs = startMs;
  const nowMs = (): number => {
    shownMs = Math.max(shownMs, Math.floor(startMs + (wallMs() - wallStartMs) * speed));
    if (shownMs >= promisedMs) {
      promisedMs = shownMs + Math.ceil(PROMISE_MS * speed);
      stored.put(KEY, promisedMs);
    }
    return shownMs;
  };
  return {
    kind: 'real',
    speed,
    nowMs,
    set: () => {
      throw new Error('A real clock cannot be set: start the sandbox with a driven clock to advance it.');
    },
    close: () => stored.put(KEY, nowMs()),
  };
};

const drivenClock = (startMs: number, world: World): SandboxClock => {
  const stored = world.table<number>('clock');
  let now = Math.max(stored.get(KEY) ?? startMs, startMs);
  return {
    kind: 'driven',
    speed: 0,
    nowMs: () => now,
    set: (nextMs) => {
      if (nextMs < now) throw new Error(`The sandbox's clock cannot go back from ${now} to ${nextMs}.`);
      if (nextMs === now) return;
      now = nextMs;
      stored.put(KEY, now);
    },
    close: () => {},
  };
};
