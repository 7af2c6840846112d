/** What a gate is asked, what was seen for it, and its verdict. */
import type { Lane } from '../finding.ts';
import type { SweepTrouble } from '../sweep/sweep-report.ts';
import type { ComplianceCounts, LaneCompliance, RuleCompliance } from './lane-compliance.ts';
import type { Share } from './share.ts';

export interface GateAsked {
  /** By identifier or name, with its decoration or without. Each must be deployed where it is asked for. */
  readonly rules: readonly string[];
  /** Of these the rules that are deployed anywhere. */
  readonly frameworks: readonly AskedFramework[];
  /** Empty: all that selfheal covers. */
  readonly accounts: readonly string[];
  /** Empty: all that selfheal covers. */
  readonly regions: readonly string[];
  readonly except: readonly GateException[];
  readonly minScore: Share;
}

export interface AskedFramework {
  readonly name: string;
  /** Identifiers of the rules that serve it. */
  readonly rules: readonly string[];
}

/** A rule that is left out, everywhere or in a part. */
export interface GateException {
  /** As it was written: `s3-bucket-versioning-enabled@111122223333/eu-west-1`. */
  readonly text: string;
  readonly rule: string;
  readonly account?: string;
  readonly region?: string;
}

export interface GateSeen {
  /** Every lane that selfheal covers. */
  readonly covered: readonly Lane[];
  /** Why there may be more of them. */
  readonly troubles: readonly SweepTrouble[];
  /** Of a lane there may be several, each of some of its rules. One that has none was not read. */
  readonly readings: readonly LaneReading[];
}

export type LaneReading =
  | { readonly lane: Lane; readonly compliance: LaneCompliance }
  /** Nobody answered, or not as expected. */
  | { readonly lane: Lane; readonly unread: Doubt };

/**
 * - `failing`: Config was asked, and what it says is not enough to pass.
 * - `unread`: it could not be asked, or not to the end.
 */
export type DoubtKind = 'failing' | 'unread';

export type DoubtCode =
  | 'score-low'
  | 'nothing-judged'
  | 'bad-minimum'
  | 'unknown-rule'
  | 'framework-empty'
  | 'not-deployed'
  | 'rule-errs'
  | 'never-evaluated'
  | 'stale'
  | 'insufficient-data'
  | 'no-results'
  | 'recorder-off'
  | 'recorder-unknown'
  | 'rule-unread'
  | 'lane-unread'
  | 'lanes-unread'
  | 'not-covered'
  | 'aggregated'
  | 'malformed';

/** One reason why a gate does not pass. */
export interface Doubt {
  readonly kind: DoubtKind;
  readonly code: DoubtCode;
  /** The lane it is about, and the rule; absent: the gate as a whole, all rules of the lane. */
  readonly lane?: Lane;
  readonly rule?: string;
  readonly why: string;
  readonly mend: string;
}

export type Standing =
  | 'compliant'
  /** Some of its results are NON_COMPLIANT or INSUFFICIENT_DATA: the score says whether too many. */
  | 'non-compliant'
  /** Only NOT_APPLICABLE results. */
  | 'not-applicable'
  /** What it judges is there once in an account, and it does so in another Region. */
  | 'elsewhere'
  | 'left-out'
  | DoubtKind;

/** One rule in one lane. */
export interface GateLine {
  /** As it is deployed; where it is not or is not known to be, as it was asked for. */
  readonly rule: string;
  /** Without decoration. */
  readonly plainName: string;
  readonly identifier?: string;
  readonly lane: Lane;
  readonly standing: Standing;
  readonly why: string;
  readonly counts: ComplianceCounts;
  /** Its part of the score: so many passed, of so many. */
  readonly passed: number;
  readonly judged: number;
  readonly nonCompliant: RuleCompliance['nonCompliant'];
  /** Not empty if and only if it stands as `failing` or `unread`. */
  readonly doubts: readonly Doubt[];
}

export interface GateVerdict {
  /** `not-judged`: something could not be read. The gate passes then no more than when it is `not-passed`. */
  readonly outcome: 'passed' | 'not-passed' | 'not-judged';
  readonly score: { readonly passed: number; readonly judged: number };
  readonly minScore: Share;
  /** Why it does not pass: empty if and only if it does. What could not be read comes first. */
  readonly reasons: readonly Doubt[];
  /** By lane, then by rule. */
  readonly lines: readonly GateLine[];
  readonly lanes: readonly Lane[];
  /** What changes nothing, and people should know all the same. */
  readonly remarks: readonly string[];
}
