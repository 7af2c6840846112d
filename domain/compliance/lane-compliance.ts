/** What AWS Config says of every rule in one lane, counted to the last result. */
import type { Lane } from '../finding.ts';
import type { RecorderHealth } from '../health/recorder-health.ts';
import type { SweepTrouble } from '../sweep/sweep-report.ts';
import type { Instant } from '../time.ts';

export interface ComplianceCounts {
  readonly compliant: number;
  readonly nonCompliant: number;
  readonly notApplicable: number;
  readonly insufficientData: number;
}

export interface RuleCompliance {
  /** As its deployment calls it, e.g. `securityhub-s3-bucket-versioning-enabled-baa2cf8c`. */
  readonly name: string;
  /** Without decoration. */
  readonly plainName: string;
  /** Absent for custom rules. */
  readonly identifier?: string;
  readonly counts: ComplianceCounts;
  /** Resources that are NON_COMPLIANT: the first so many; `counts` counts them all. */
  readonly nonCompliant: readonly { readonly type: string; readonly id: string }[];
  readonly lastEvaluatedAt?: Instant;
  /** Why its results are not to be relied on: it errs, was never evaluated, or could not be read. */
  readonly trouble?: RuleTrouble;
}

/** What can be wrong with a rule; anything else is AWS's name of the error with which it could not be read. */
export const RULE_TROUBLES = {
  /** Config says that its last evaluation failed. */
  errs: 'RuleErrs',
  neverEvaluated: 'NeverEvaluated',
  insufficientData: 'InsufficientData',
  /** Nothing in the lane is in its scope, or it has told of nothing: nobody can tell these apart. */
  noResults: 'NoResults',
  malformed: 'MalformedAnswer',
  /** Alone it has more results than can be read in one answer. */
  tooLarge: 'TooManyResults',
} as const;

export interface RuleTrouble {
  /** One of `RULE_TROUBLES`, or AWS's name of an error. */
  readonly code: string;
  readonly message: string;
}

export interface LaneCompliance {
  readonly lane: Lane;
  readonly readAt: Instant;
  /** `aggregator`: COMPLIANT and NON_COMPLIANT only, and as old as its last update. */
  readonly via: 'account' | 'aggregator';
  readonly recorder: RecorderHealth;
  readonly rules: readonly RuleCompliance[];
  /** Names of rules that time did not reach: to be asked for again, and until then a doubt. */
  readonly unread: readonly string[];
  /** What of the lane could not be read. Not empty: nothing that was counted is the whole. */
  readonly troubles: readonly SweepTrouble[];
}
