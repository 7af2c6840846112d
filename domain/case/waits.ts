/** How long it is until a case is looked at again, by how often it was. */
import { hourMs, minuteMs } from '../time.ts';

export const checkFailedWaitMs = (failures: number): number =>
  Math.min(15 * minuteMs, minuteMs * 2 ** (failures - 1));

/** The backstop looks ever more rarely, so that ten thousand waiting cases cost next to nothing. */
export const queuedLookMs = (looks: number): number =>
  Math.min(hourMs, 5 * minuteMs * 2 ** Math.min(looks, 10));

/** A message that SNS did not take is tried again after this. */
export const UNANNOUNCED_WAIT_MS = minuteMs;
