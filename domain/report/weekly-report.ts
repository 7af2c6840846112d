/**
 * The weekly report as data. Every count is of cases, by a rule that stands in `figures.ts` once: the same rule lists
 * the cases behind it. All is told as of the end of the week, so a report made later says the same.
 */
import type { Lapsing } from '../exemption/lapsing.ts';
import type { RecordersSeen } from '../health/recorder-health.ts';
import type { Instant } from '../time.ts';
import type { FigureName } from './figures.ts';
import type { Week } from './week.ts';

export interface Rate {
  readonly numerator: number;
  readonly denominator: number;
  /** 0 to 1; null when there is nothing to divide by. */
  readonly value: number | null;
}

/** In ms, by nearest rank; null when nothing was timed. */
export interface Percentiles {
  readonly count: number;
  /** All of them added up, in ms: percentiles of parts add up to nothing. */
  readonly totalMs: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

export type TimeName =
  | 'to-remediate'
  | 'waiting-for-approval'
  | 'waiting-for-quota'
  | 'running'
  | 'verifying'
  | 'held-back'
  | 'approval-response';

/** The counts of one week, or of one group within it. */
export interface Tally {
  readonly figures: Readonly<Record<FigureName, number>>;
  readonly success: Rate;
}

export type Dimension = 'account' | 'rule' | 'severity' | 'framework' | 'owner';
export const DIMENSIONS = [
  'account',
  'rule',
  'severity',
  'framework',
  'owner',
] as const satisfies readonly Dimension[];

export interface Group extends Tally {
  /** Account id, rule, severity, framework or owner; `` for those without one. */
  readonly key: string;
  /** For people, where it differs: the account's name. */
  readonly title?: string;
  readonly toRemediate: Percentiles | null;
}

export interface RunbookLine {
  readonly document: string;
  /** Attempts that ended within the week: healed, or failed. */
  readonly attempts: number;
  readonly failed: number;
  /** What most of the failures said, with what differs between them left out. */
  readonly commonestError?: { readonly error: string; readonly count: number };
}

export interface FlappingLine {
  readonly findingId: string;
  readonly account: string;
  readonly region: string;
  readonly rule: string;
  readonly resourceType: string;
  readonly resourceId: string;
  /** Its cases opened in the four weeks that end with this one, two at least. */
  readonly cases: number;
  /** It was handed to a person for it within the week. */
  readonly handed: boolean;
}

/** Something that people or selfheal did to the whole. */
export interface ControlEvent {
  readonly at: Instant;
  readonly kind: 'stop-set' | 'stop-lifted' | 'breaker-opened' | 'breaker-closed';
  /** `everything`, `account 111122223333`, `rule S3_BUCKET_VERSIONING_ENABLED` … */
  readonly scope: string;
  readonly who?: string;
  readonly why?: string;
}

export interface HoursSaved {
  readonly hours: number;
  /** Minutes a person would have needed for each healed case, by rule. */
  readonly byRule: readonly {
    readonly rule: string;
    readonly healed: number;
    readonly minutesEach: number;
  }[];
  readonly assumption: string;
}

export interface Cost {
  readonly automationSteps: number;
  readonly automationDollars: number;
  readonly requests: number;
  readonly requestDollars: number;
  readonly dollars: number;
  readonly assumption: string;
}

export interface TrendWeek extends Tally {
  readonly week: string;
  readonly toRemediateP50: number | null;
}

export interface WeeklyReport {
  readonly version: 1;
  readonly week: Week;
  /** Until when it tells: the end of the week, or before it while the week runs. */
  readonly until: Instant;
  readonly isOver: boolean;
  readonly madeAt: Instant;
  readonly policyVersion: string;
  readonly total: Tally;
  readonly before: Tally;
  readonly times: Readonly<Record<TimeName, Percentiles | null>>;
  readonly timesBefore: Readonly<Record<TimeName, Percentiles | null>>;
  /** Twelve weeks, this one last. */
  readonly trend: readonly TrendWeek[];
  readonly by: Readonly<Record<Dimension, readonly Group[]>>;
  /** Most failures first. */
  readonly runbooks: readonly RunbookLine[];
  readonly flapping: readonly FlappingLine[];
  readonly lapsing: readonly Lapsing[];
  readonly controlEvents: readonly ControlEvent[];
  /** Absent when nobody ever looked. */
  readonly recorders?: RecordersSeen;
  readonly hoursSaved: HoursSaved;
  readonly cost: Cost;
  /** What limits the trust in a figure, each a sentence. */
  readonly doubts: readonly string[];
}
