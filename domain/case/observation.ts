/** What a case can be told: facts in the past tense. Whoever reads the world turns what it read into one. */

import type { AutomationStatus } from '../automation-status.ts';
import type { AskedBatch } from '../batch-id.ts';
import type { BreakerScope } from '../breaker.ts';
import type { Severity } from '../catalog/catalog.ts';
import type { PlanRefusal } from '../plan.ts';
import type { Mode } from '../policy/policy.ts';
import type { RecordedTags } from '../policy/recorded-tags.ts';
import type { Instant } from '../time.ts';
import type { Decision, Evaluation, HoldReason, Planned, Terms } from './case.ts';
import type { Refusal } from './move.ts';

/** The policy's word on a finding at one moment, and the plan that follows from it. */
export interface Assessment {
  readonly entry: string;
  readonly severity: Severity;
  readonly mode: Mode;
  readonly policyVersion: string;
  readonly terms: Terms;
  readonly manualSteps: readonly string[];
  /** What the policy saw of the resource's tags; absent when it looks at none. */
  readonly tags?: RecordedTags;
  /** The rule's source identifier as Config tells it; absent when it has none or could not be asked. */
  readonly ruleIdentifier?: string;
  readonly outcome: AssessmentOutcome;
}

export type AssessmentOutcome =
  | { readonly kind: 'observe'; readonly why: string }
  | ({ readonly kind: 'planned' } & Planned)
  /** No plan can be made of this finding: a person must act. */
  | { readonly kind: 'refused'; readonly refusal: PlanRefusal }
  /** What the plan needs could not be read just now. */
  | { readonly kind: 'unreadable'; readonly why: string }
  /** There is no policy that can be trusted just now. */
  | { readonly kind: 'no-policy'; readonly why: string }
  /** Somebody said that nothing is to be done about it. */
  | { readonly kind: 'exempt'; readonly exemption: Exempted };

/** The exemption that holds for a finding, as the case remembers it. */
export interface Exempted {
  readonly name: string;
  readonly owner: string;
  readonly reason: string;
  /** Absent when it has no end. */
  readonly until?: Instant;
}

export type CheckName =
  | 'stop-switch'
  | 'exemption'
  | 'policy'
  | 'approval'
  | 'attempts'
  | 'compliance'
  | 'grace'
  | 'window'
  | 'breaker'
  | 'backlog'
  | 'blast-radius'
  | 'permit';

/** What becomes of a case when a check said no. */
export type AfterNo =
  /** It is looked at again then. */
  | { readonly kind: 'hold'; readonly reason: HoldReason; readonly until: Instant }
  /** People are asked for its plan, together with the others of the batch. */
  | { readonly kind: 'ask'; readonly batch: AskedBatch }
  | { readonly kind: 'hand-over' };

export type Observation =
  /** Config's answer about the resource, by event or because it was asked. */
  | { readonly kind: 'evaluated'; readonly evaluation: Evaluation; readonly via: 'event' | 'read' }
  /** Config was asked and knows no evaluation of this rule for this resource. */
  | { readonly kind: 'evaluation-missing' }
  | { readonly kind: 'due' }
  | { readonly kind: 'assessed'; readonly assessment: Assessment }
  /** A check before a start said no, or could not be made (`failed`). */
  | {
      readonly kind: 'check-refused';
      readonly check: CheckName;
      readonly failed: boolean;
      readonly reason: string;
      /** Of a check that said no. */
      readonly next?: AfterNo;
    }
  /** All checks said yes and the permits are held. */
  | {
      readonly kind: 'permit-granted';
      readonly clientToken: string;
      readonly scopes: readonly string[];
      /** The breakers of which the attempt is the probe. */
      readonly probes?: readonly BreakerScope[];
    }
  | { readonly kind: 'start-accepted'; readonly executionId: string }
  | {
      readonly kind: 'start-failed';
      readonly errorClass: 'transient' | 'terminal';
      readonly code: string;
      readonly message: string;
    }
  /** No execution carries the tag of this attempt. */
  | { readonly kind: 'execution-missing' }
  | { readonly kind: 'execution-read'; readonly execution: ExecutionReport }
  /** A person has what runs stopped, by the stop switch. */
  | { readonly kind: 'stop-ordered'; readonly who: string; readonly reason: string }
  | {
      readonly kind: 'decided';
      readonly decision: Decision;
      /** What was found out before the case was told, such as that no policy says who may. */
      readonly refusal?: Refusal;
    }
  | { readonly kind: 'announced' }
  | { readonly kind: 'closed-by-human'; readonly who: string; readonly reason: string }
  /** It was looked whether the exemption still holds by which the case is closed. */
  | { readonly kind: 'exemption-reviewed'; readonly review: ExemptionReview };

export type ExemptionReview =
  | { readonly kind: 'holds'; readonly exemption: Exempted; readonly policyVersion: string }
  /** It could not be found out: it is looked at again then. */
  | { readonly kind: 'unknown'; readonly lookAgainAt: Instant }
  /** Nothing is left to be looked at: the finding has a newer case, is compliant, or is gone. */
  | { readonly kind: 'over'; readonly why: string };

export type ObservationKind = Observation['kind'];
export type ObservationOf<K extends ObservationKind> = Extract<Observation, { kind: K }>;

export interface ExecutionReport {
  readonly executionId: string;
  readonly status: AutomationStatus;
  /** As SSM spells it, also when selfheal does not know it. */
  readonly statusText: string;
  readonly endedAt?: Instant;
  readonly failureMessage?: string;
  /** What SSM says ran: compared with the plan. */
  readonly document: string;
  readonly documentVersion: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
}
