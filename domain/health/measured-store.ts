/** What the measuring keeps from one run to the next, and what reports read of it. */
import type { Instant } from '../time.ts';
import type { RecordersSeen } from './recorder-health.ts';

/** How the recorders were when they were looked at last. */
export interface RecorderStore {
  /** Undefined when nobody ever looked, and when what lies there does not say what they saw. */
  read(): Promise<RecordersSeen | undefined>;
  write(seen: RecordersSeen): Promise<void>;
}

/** So many of so many, as it was found at one time. */
export interface MeasuredShare {
  readonly at: Instant;
  readonly numerator: number;
  readonly denominator: number;
  /** Lanes that could not be read, or only in part: nothing of them is counted but what was read. */
  readonly lanesUnread?: number;
}

/** Figures that take long to find: they are found once an hour, and told as they were found meanwhile. */
export type SlowFigure = 'success' | 'compliance';

export interface SlowFigures {
  /** Undefined when it was never found, and when what lies there is no such figure. */
  read(name: SlowFigure): Promise<MeasuredShare | undefined>;
  write(name: SlowFigure, share: MeasuredShare): Promise<void>;
}
