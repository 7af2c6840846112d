/**
 * A case: our work on one finding, from the event that opened it until it is closed. Each state carries
 * only the fields that are true in it, so a closed case has no `dueAt` and a running one cannot lack its
 * execution id.
 */
import type { BreakerScope } from '../breaker.ts';
import type { Severity } from '../catalog/catalog.ts';
import type { EvaluationOrigin, Finding, Lane } from '../finding.ts';
import type { Plan } from '../plan.ts';
import type { Mode, PolicyEntry, Safeguards } from '../policy/policy.ts';
import type { RecordedTags } from '../policy/recorded-tags.ts';
import type { Instant } from '../time.ts';
import type { EarlierCase } from './earlier-case.ts';
import type { Routed } from './routed.ts';
import type { Stays } from './stays.ts';

export type ComplianceType = 'COMPLIANT' | 'NON_COMPLIANT' | 'NOT_APPLICABLE' | 'INSUFFICIENT_DATA';

/** One answer of Config about one resource and one rule. */
export interface Evaluation {
  readonly compliance: ComplianceType;
  /** `resultRecordedTime`: what orders evaluations of one finding. */
  readonly recordedAt: Instant;
  /** `configRuleInvokedTime`: when the rule looked; not always told. */
  readonly invokedAt?: Instant;
  readonly annotation?: string;
}

/** The policy entry's terms, as they were when the case was last routed. */
export type Terms = Pick<PolicyEntry, 'limits' | 'retry' | 'approval' | 'verify' | 'notify'> &
  Safeguards & {
    /** Longest run of the planned runbook, in ms. */
    readonly runMsMax: number;
    /** The topic that hears of the case while its grace runs; absent without grace. */
    readonly ownerTopic?: string;
    /** Value of the resource's tag by which the policy knows owners, where it has one. */
    readonly owner?: string;
    /** Who wrote the entry; only where the policy leaves them out of deciding. */
    readonly authors?: readonly string[];
    /** Who changed the resource last, where its tag says so; only where the policy leaves them out of deciding. */
    readonly changedBy?: string;
  };

export interface Decision {
  readonly planHash: string;
  readonly answer: 'approve' | 'deny';
  readonly who: string;
  readonly reason: string;
  readonly at: Instant;
  /** Groups of the policy that they were in when they decided. */
  readonly groups?: readonly string[];
  /** Of an approval: nothing starts before. */
  readonly notBefore?: Instant;
  /** Of a denial: name of the exemption that was made with it. */
  readonly exemption?: string;
}

/** A quorum of decisions for exactly one plan hash. */
export interface Approval {
  readonly planHash: string;
  /** What was approved, to tell in what another plan differs. */
  readonly plan?: Plan;
  readonly decisions: readonly Decision[];
  /** The plan may start until then; after it, people are asked again. */
  readonly validUntil: Instant;
  /** Nothing starts before: the latest that one of the decisions names. */
  readonly notBefore?: Instant;
}

/** Whom a request for approval reached, and what they heard since; gone when what they approved runs. */
export interface Asked {
  /** How many rungs of the ladder were told. */
  readonly rungs: number;
  /** Of what was approved: when they were told that it starts. */
  readonly startsAt?: Instant;
  /** Why it is kept back beyond that, as far as they heard. */
  readonly told?: readonly HoldReason[];
}

export interface TimelineEntry {
  readonly at: Instant;
  /** `config`, `ssm`, `selfheal`, or a person's name. */
  readonly who: string;
  /** The fact, in the past tense: `attempt-started`. */
  readonly what: string;
  readonly why: string;
  /** The state that the same write brought. */
  readonly state: StateName;
  /** What the policy says of the case from now on; only where that is not what it said before. */
  readonly routed?: Routed;
  /** Of an intent to start: the runbook's document. */
  readonly document?: string;
  /** Of what handed it to a person: why, in one word. */
  readonly code?: string;
}

/** A plan with the hash under which people approve it. */
export interface Planned {
  readonly plan: Plan;
  readonly planHash: string;
}

/** What breakers count. Attempts that nobody answers for, such as one that a person stopped, are none. */
export interface FailedAttempt {
  readonly attempt: number;
  readonly document: string;
  readonly startedAt: Instant;
  readonly at: Instant;
}

export interface LastPlanned {
  readonly document: string;
  readonly documentVersion: string;
  readonly planHash: string;
}

export type HoldReason =
  | 'stop-switch'
  | 'backoff'
  | 'check-failed'
  | 'no-evaluation'
  | 'policy-unreadable'
  | 'grace'
  | 'window'
  | 'blackout'
  | 'breaker'
  | 'blast-radius';

export interface Observing {
  readonly name: 'observing';
  readonly dueAt: Instant;
}
export interface Held {
  readonly name: 'held';
  readonly reason: HoldReason;
  readonly detail: string;
  /** How often in a row the same reason was found. */
  readonly seen: number;
  /** Only of a grace: false until SNS took the message to the owner. */
  readonly announced?: boolean;
  readonly dueAt: Instant;
}
export interface AwaitingApproval extends Planned {
  readonly name: 'awaiting-approval';
  /** When people were asked: a decision on a batch covers only what it asked for before. */
  readonly requestedAt: Instant;
  /** The batch in which it is asked for together with others: people get one message for all of them. */
  readonly batch?: string;
  readonly expiresAt: Instant;
  readonly decisions: readonly Decision[];
  /** False until SNS took the request: until then it is sent again. */
  readonly announced: boolean;
  /** How many rungs of the ladder were told, where the policy has one. */
  readonly rungs?: number;
  /** What is different from the plan that was approved and is void now; absent when people are asked for the first time. */
  readonly changes?: readonly string[];
  readonly dueAt: Instant;
}
export interface Queued extends Planned {
  readonly name: 'queued';
  readonly queuedAt: Instant;
  /** How often the backstop timer looked; each look is twice as far away as the one before. */
  readonly looks: number;
  readonly dueAt: Instant;
}
/** What holds from the intent to start until the execution has ended. */
export interface AtWork extends Planned {
  readonly attempt: number;
  readonly clientToken: string;
  /** The scopes whose permits this attempt holds. */
  readonly scopes: readonly string[];
  /** The breakers of which this attempt is the probe. */
  readonly probes?: readonly BreakerScope[];
}
export interface Starting extends AtWork {
  readonly name: 'starting';
  readonly intentAt: Instant;
  /** Calls of StartAutomationExecution that failed in passing. */
  readonly tries: number;
  /** SSM's answer that no call of this attempt will ever work: nothing more is issued. */
  readonly refusal?: { readonly code: string; readonly reason: string };
  readonly dueAt: Instant;
}
export interface Running extends AtWork {
  readonly name: 'running';
  readonly executionId: string;
  readonly startedAt: Instant;
  readonly stopRequestedAt?: Instant;
  /** The person who has it stopped; absent when it outlasted its limit. */
  readonly stoppedBy?: { readonly who: string; readonly reason: string };
  readonly dueAt: Instant;
}
export interface Verifying extends Planned {
  readonly name: 'verifying';
  readonly attempt: number;
  readonly executionId: string;
  readonly startedAt?: Instant;
  /** The breakers of which this attempt is the probe. */
  readonly probes?: readonly BreakerScope[];
  readonly endedAt: Instant;
  /** From then on NON_COMPLIANT is believed: Config has had time to record the change. */
  readonly settledAt: Instant;
  readonly expiresAt: Instant;
  readonly dueAt: Instant;
}
export interface NeedsHuman {
  readonly name: 'needs-human';
  /** The batch in which nobody decided on it in time: people get one message for all of them. */
  readonly batch?: string;
  readonly code: string;
  readonly reason: string;
  readonly manualSteps: readonly string[];
  readonly announced: boolean;
  /** How often in a row Config knew no evaluation: a resource that is gone needs nobody. */
  readonly missing: number;
  readonly dueAt: Instant;
}
export interface Resolved {
  readonly name: 'resolved';
  readonly closedAt: Instant;
  readonly attempt: number;
  readonly executionId: string;
  readonly runEndedAt: Instant;
  readonly verdictRecordedAt: Instant;
}
export interface SelfResolved {
  readonly name: 'self-resolved';
  readonly closedAt: Instant;
  readonly why: 'compliant' | 'gone';
}
export interface Suppressed {
  readonly name: 'suppressed';
  readonly closedAt: Instant;
  readonly why: string;
  /** Name of the exemption. */
  readonly exemption: string;
  /** When the exemption lapses; absent when it has no end. */
  readonly until?: Instant;
  /** When it is looked at again whether the exemption still holds; absent when that is over. */
  readonly reviewAt?: Instant;
}
export interface Denied {
  readonly name: 'denied';
  readonly closedAt: Instant;
  readonly decision: Decision;
}
export interface ClosedByHuman {
  readonly name: 'closed-by-human';
  readonly closedAt: Instant;
  readonly who: string;
  readonly reason: string;
}

export type OpenState =
  | Observing
  | Held
  | AwaitingApproval
  | Queued
  | Starting
  | Running
  | Verifying
  | NeedsHuman;
export type ClosedState = Resolved | SelfResolved | Suppressed | Denied | ClosedByHuman;
export type CaseState = OpenState | ClosedState;
export type StateName = CaseState['name'];
export type OpenStateName = OpenState['name'];

export const OPEN_STATES = [
  'observing',
  'held',
  'awaiting-approval',
  'queued',
  'starting',
  'running',
  'verifying',
  'needs-human',
] as const satisfies readonly OpenStateName[];

export const CLOSED_STATES = [
  'resolved',
  'self-resolved',
  'suppressed',
  'denied',
  'closed-by-human',
] as const satisfies readonly ClosedState['name'][];

export interface Case<S extends CaseState = CaseState> {
  /** `<finding id>-<number>`. */
  readonly id: string;
  readonly findingId: string;
  /** 1 for the first case of the finding, 2 when it came back, … */
  readonly number: number;
  /** Counts the writes of the item; every write is conditional on it. */
  readonly version: number;
  readonly finding: Finding;
  readonly origin: EvaluationOrigin;
  /** Where its runbook runs. */
  readonly lane: Lane;
  readonly severity: Severity;
  readonly mode: Mode;
  /** Name of the policy entry that decided. */
  readonly entry: string;
  readonly policyVersion: string;
  readonly terms: Terms;
  readonly manualSteps: readonly string[];
  /** What the policy saw of the resource's tags when it was asked last. */
  readonly tags?: RecordedTags;
  readonly openedAt: Instant;
  readonly newestEvaluation: Evaluation;
  /** Intents to start, in all. */
  readonly attempts: number;
  readonly lastFailure?: string;
  /** The last attempt that failed by its runbook's fault. */
  readonly lastFailed?: FailedAttempt;
  /** What was planned last, also when the state no longer carries the plan. */
  readonly lastPlanned?: LastPlanned;
  /** Checks before a start that could not be made, in a row. */
  readonly checkFailures: number;
  readonly approval?: Approval;
  /** Absent where people were not asked, or by a batch, or heard all there is. */
  readonly asked?: Asked;
  /** The person whose order opened it: a sweep or a plan that they applied. Absent where an event did. */
  readonly requestedBy?: string;
  /** When the owner was told what is to come, where there is a grace. */
  readonly ownerToldAt?: Instant;
  /** When and how the finding's latest earlier cases opened and ended, the newest last; bounded. */
  readonly earlier?: readonly EarlierCase[];
  /** True of a case that opened by what Config recorded while our own run on the finding was settling. */
  readonly echo?: boolean;
  readonly timeline: readonly TimelineEntry[];
  /** Entries that the bounded timeline no longer shows. */
  readonly timelineDropped: number;
  /** Of them, those by which reports count; absent when there is none. */
  readonly milestonesDropped?: number;
  /** Absent in what an older selfheal opened. */
  readonly stays?: Stays;
  readonly state: S;
}

export const isOpen = (state: CaseState): state is OpenState => 'dueAt' in state;
/** Closed by an exemption that is looked after: it may lapse. */
export const isWatched = (state: CaseState): state is Suppressed & { readonly reviewAt: Instant } =>
  state.name === 'suppressed' && state.reviewAt !== undefined;
export const isClosed = (state: CaseState): state is ClosedState => 'closedAt' in state;
