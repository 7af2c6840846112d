/** What Config records and evaluates in a lane, for what it costs and whom it serves. */
import type { Lane } from '../finding.ts';
import type { SweepTrouble } from '../sweep/sweep-report.ts';
import type { Instant } from '../time.ts';

export interface RecordedType {
  readonly type: string;
  /** Resources of it that are recorded. */
  readonly resources: number;
  /** Absent when its recorder could not be asked how often it records. */
  readonly frequency?: 'continuous' | 'daily';
  /** Policy entries that may hold for it, by a rule that is evaluated here. */
  readonly entries: readonly string[];
}

export interface EvaluatedRule {
  readonly name: string;
  readonly plainName: string;
  readonly identifier?: string;
  /** Runs every so many hours; absent: when something changes. */
  readonly everyHours?: number;
  /** Policy entries that may hold for its findings. */
  readonly entries: readonly string[];
}

export interface LaneRecorded {
  readonly lane: Lane;
  readonly readAt: Instant;
  readonly types: readonly RecordedType[];
  readonly rules: readonly EvaluatedRule[];
  /** What could not be read. Not empty: no hint is given for this lane. */
  readonly troubles: readonly SweepTrouble[];
}
