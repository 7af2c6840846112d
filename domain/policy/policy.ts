/**
 * The policy as the rest of the domain sees it: ordered entries, the first whose `match` holds decides.
 * `parse-policy.ts` makes one from text; `select-policy.ts` finds the entry for a subject.
 */
import type { Framework, Severity } from '../catalog/catalog.ts';
import type { Instant } from '../time.ts';
import type { EventPattern } from './event-pattern.ts';

export type Mode = 'observe' | 'approve' | 'auto';

/** Scopes in which work is limited. */
export type LimitScope = 'organization' | 'account' | 'lane' | 'rule' | 'runbook';

/** For as many leases a scope's item, of 400 KB at most, has room beside what else lies in it: one takes some 180 bytes. */
export const CONCURRENCY_MAX = 1_500;

export interface Limit {
  /** Executions at once in the scope: at most `CONCURRENCY_MAX`. */
  readonly concurrencyMax?: number;
  /** Shortest time between two starts in the scope, in ms. */
  readonly startIntervalMs?: number;
}

export type Limits = Readonly<Partial<Record<LimitScope, Limit>>>;

export interface RetryPolicy {
  /** Starts of a plan in all, the first included. */
  readonly attemptsMax: number;
  readonly backoffMs: number;
  readonly backoffMsMax: number;
}

/** Whose word does not count, although a group would let them: who asked for it, wrote the entry, changed the resource. */
export type Excluded = 'requester' | 'author' | 'changer';

/** Who is told next, when nobody has decided for so long since people were asked. */
export interface Rung {
  readonly afterMs: number;
  /** Names of topics. */
  readonly notify: readonly string[];
}

export interface ApprovalPolicy {
  /** How many different people must approve. */
  readonly quorum: number;
  readonly expiresAfterMs: number;
  /** Groups whose members decide, by their names under `groups`; absent: whoever is signed in. */
  readonly from?: readonly string[];
  /** Absent: nobody is left out. */
  readonly not?: readonly Excluded[];
  /** Ascending by time; absent: nobody else is told before it expires. */
  readonly escalate?: readonly Rung[];
}

/** People who count as one kind of approver: whoever one of the lists names. */
export interface Group {
  /** Names as selfheal knows people: `ada@example.com`, or an IAM user's. */
  readonly people: readonly string[];
  /** Values of the token's groups claim. */
  readonly claims: readonly string[];
  /** Names of IAM roles; `*` stands for any characters. */
  readonly roles: readonly string[];
}

export interface VerifyPolicy {
  /** Config's answer is not believed to be NON_COMPLIANT before this long after a run ended: it records changes late. */
  readonly settleMs: number;
  /** When no verdict has come by then, the case is unverified and a person is told. */
  readonly timeoutMs: number;
}

/** A maintenance window: it opens whenever the cron expression says, and stays open for a while. */
export interface Window {
  readonly name: string;
  /** Five fields: minute, hour, day of month, month, day of week, read in the time zone. */
  readonly cron: string;
  readonly durationMs: number;
  /** IANA name. */
  readonly timezone: string;
}

/** A time in which nothing starts: one that recurs, or one stretch of the calendar. It beats every window. */
export type Blackout = {
  readonly name: string;
  readonly reason?: string;
  /** The findings it holds for; absent for all. */
  readonly match?: EventPattern;
} & (Omit<Window, 'name'> | { readonly from: Instant; readonly until: Instant });

/** How much of what a rule looks at may be touched. */
export interface BlastRadius {
  /** Of the rule's resources, in percent, at work at once; at least one may always be. */
  readonly concurrentPercentMax?: number;
  /** Different resources of the rule in `windowMs`; what is more waits. */
  readonly resourcesMax?: number;
  readonly windowMs: number;
}

/** How many different resources of one rule may be started unasked in a stretch of time; the surplus is asked for. */
export interface BacklogGuard {
  readonly resourcesMax: number;
  readonly windowMs: number;
}

/** When so many attempts of a rule or of a runbook failed, its breaker opens. */
export interface BreakerPolicy {
  readonly errorPercentMax: number;
  readonly windowMs: number;
  /** With fewer attempts in the window nothing can be said. */
  readonly attemptsMin: number;
  /** What the cases do meanwhile: wait for the probe, or ask a person. */
  readonly whenOpen: 'wait' | 'approve';
  /** One probe at a time, the first so long after it opened. */
  readonly probeAfterMs: number;
}

/** So many cases of one finding within a while: somebody else keeps changing it, and a person must look. */
export interface FlappingPolicy {
  readonly cases: number;
  readonly withinMs: number;
}

/** What holds back starts beyond the limits. */
export interface Safeguards {
  /** From the opening of a case until selfheal may act: the owner is told first. 0: none. */
  readonly graceMs: number;
  /** Starts only while one of them is open; none: at any time. */
  readonly windows: readonly Window[];
  readonly blastRadius?: BlastRadius;
  readonly backlog: BacklogGuard;
  readonly breaker: BreakerPolicy;
  readonly flapping: FlappingPolicy;
}

/** Who hears of a case while its grace runs. */
export interface Owners {
  /** Key of the tag that names the owner. */
  readonly tag: string;
  /** Value of the tag -> a topic, by its name under `topics`. */
  readonly contacts: Readonly<Record<string, string>>;
  /** The topic for resources without an owner, or with one that has no contact. */
  readonly fallback: string;
}

/** An exemption as the policy writes it. */
export interface WrittenExemption {
  readonly name: string;
  readonly match: EventPattern;
  readonly owner: string;
  readonly reason: string;
  /** Absent: without an end, which the policy allowed by its name. */
  readonly expiresAt?: Instant;
}

export interface PolicyEntry extends Safeguards {
  readonly name: string;
  readonly severity: Severity;
  readonly mode: Mode;
  /** SSM document name. Absent: what the catalog prefers for the rule. */
  readonly runbook?: string;
  /** Values for the runbook's parameters whose source is the policy. */
  readonly parameters: Readonly<Record<string, string | readonly string[]>>;
  /** All limits that hold for the entry's cases: the policy's, with the entry's own laid over them. */
  readonly limits: Limits;
  readonly retry: RetryPolicy;
  readonly approval: ApprovalPolicy;
  readonly verify: VerifyPolicy;
  /** Names of topics (in `topics`) that messages about these cases go to; `owner` among them until a case is assessed. */
  readonly notify: readonly string[];
  /** Who wrote the entry, as selfheal knows people; absent: not said. */
  readonly authors?: readonly string[];
}

/** Names of topics; by severity where it depends on that and nobody knows it yet. */
export type Notify = readonly string[] | Readonly<Record<Severity, readonly string[]>>;

/** Stands in `notify` for the topic of the resource's owner; no topic may have its name. */
export const OWNER = 'owner';

/** An entry as its author meant it: defaults filled in, but severity and mode still open when unwritten. */
export interface WrittenEntry extends Omit<PolicyEntry, 'severity' | 'mode' | 'notify'> {
  readonly match: EventPattern;
  readonly notify: Notify;
  /** Absent: the catalog's severity for the finding's rule. */
  readonly severity?: Severity;
  /** Absent: follows the severity. */
  readonly mode?: Mode;
}

export interface Policy {
  /** SHA-256 of the text, first 12 hex digits: which policy decided. */
  readonly version: string;
  /** In the order in which they are asked; `compilePolicy` gives the `PolicyEntry` that decides. */
  readonly entries: readonly WrittenEntry[];
  /** Policy-wide limits; the lane's are always there. */
  readonly limits: Limits;
  /** The author says that SSM's adaptive concurrency is on: its quota is 500 executions a lane, not 100. */
  readonly adaptiveConcurrency: boolean;
  /** Name -> SNS topic name or ARN. */
  readonly topics: Readonly<Record<string, string>>;
  /** Name -> who is in it. Absent: there are none. */
  readonly groups?: Readonly<Record<string, Group>>;
  /** What people call an account, by its id; absent: their ids are all there is. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** Groups whose members may stop, resume, close, exempt, reset, redrive and apply; absent: whoever is signed in. */
  readonly operators?: readonly string[];
  /** Key of the tag that says who changed a resource last; absent: that is not known. */
  readonly changedByTag?: string;
  /** IANA name of the zone in which dates without one are read. */
  readonly timezone: string;
  readonly owners?: Owners;
  readonly blackouts: readonly Blackout[];
  readonly exemptions: readonly WrittenExemption[];
  /** Exemptions that may do without an end, by name: the policy's own, and those that people add by command. */
  readonly endlessExemptions: readonly string[];
  /** Decides when no entry matches: always `observe`. */
  readonly unmatched: Omit<PolicyEntry, 'notify'> & { readonly notify: Notify };
}

/** What a match looks at. Every rule name under which the finding may be known is in `rule`. */
export interface PolicySubject {
  /** Source identifier, decorated name, plain name: a pattern on `rule` that holds for any of them holds. */
  readonly rule: readonly string[];
  readonly resourceType: string;
  readonly resourceId: string;
  readonly account: string;
  readonly region: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The catalog's severity for the rule, when it knows the rule. */
  readonly severity?: Severity;
  readonly frameworks: readonly Framework[];
}
