/** The sandbox's clock as worker threads can read it. */
import type { SandboxClock } from '../core/clock.ts';

export interface SharedClock {
  readonly kind: 'real' | 'driven';
  readonly speed: number;
  /** Sandbox time at `wallStartMs`. */
  readonly startMs: number;
  readonly wallStartMs: number;
  /** One 64-bit integer: the sandbox time of a driven clock, in ms. */
  readonly shared: SharedArrayBuffer;
}

/** Tells the workers what a driven clock shows now. */
export const showTime = ({ shared }: SharedClock, nowMs: number): void => {
  Atomics.store(new BigInt64Array(shared), 0, BigInt(nowMs));
};

export const shareClock = (clock: SandboxClock): SharedClock => {
  const startMs = clock.nowMs();
  const shared: SharedClock = {
    kind: clock.kind,
    speed: clock.speed,
    startMs,
    wallStartMs: Date.now(),
    shared: new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT),
  };
  showTime(shared, startMs);
  return shared;
};
