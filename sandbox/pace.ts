/**
 * Has a driven clock follow the wall's, faster by a factor, but never ahead of the work: it stands still while
 * functions are busy. On a machine that is slow, or does much else, the sandbox's time passes more slowly then, and
 * no function runs into a time-out that it would not know on AWS.
 */
import type { Sandbox } from './sandbox.ts';

export interface PaceOptions {
  /** Sandbox milliseconds per millisecond of the wall, at most. */
  readonly speed: number;
  /** Does all work that can be done now. */
  readonly settle: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** How far time moves at once, at most: what happens in between is seen that much late. */
const STEP_MS_MAX = 1_000;
const PAUSE_WALL_MS = 40;

export const pace = (
  { clock, advanceTo }: Pick<Sandbox, 'clock' | 'advanceTo'>,
  { speed, settle, onError }: PaceOptions,
): { close(): Promise<void> } => {
  let closed = false;
  const run = async (): Promise<void> => {
    let lastWallMs = performance.now();
    while (!closed) {
      await settle().catch(onError);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_WALL_MS));
      const wallMs = performance.now();
      // A request may have moved the clock meanwhile.
      const targetMs = Math.floor(clock.nowMs() + Math.min((wallMs - lastWallMs) * speed, STEP_MS_MAX));
      lastWallMs = wallMs;
      advanceTo(targetMs);
    }
  };
  const running = run();
  return {
    close: async () => {
      closed = true;
      await running;
    },
  };
};
