/**
 * What the domain needs of the world. Adapters in `infra/` implement these; every one of them throws
 * `PortError` when the world does not answer as it should.
 */
import type { Batch, Member } from './batch.ts';
import type { AskedBatch } from './batch-id.ts';
import type {
  Becomes,
  Breaker,
  BreakerScope,
  KnownBreaker,
  OpenedBreaker,
  UnreadableBreaker,
} from './breaker.ts';
import type { Case, Evaluation } from './case/case.ts';
import type { ExecutionReport, Exempted } from './case/observation.ts';
import type { CaseChanged } from './case-changed.ts';
import type { LookupName } from './catalog/catalog.ts';
import type { FoundExemption, StoredExemption } from './exemption/exemption.ts';
import type { EvaluationOrigin, Finding, Lane } from './finding.ts';
import type { Message } from './message.ts';
import type { CounterName, Dimensions, GaugeName, TimeMetricName } from './metrics.ts';
import type { PermitAnswer, PermitRequest } from './permit.ts';
import type { Plan } from './plan.ts';
import type { Policy } from './policy/policy.ts';
import type { LiftedStop } from './stop-scope.ts';
import type { StopSwitch } from './stop-switch.ts';
import type { Instant } from './time.ts';

/** `transient`: trying again may help. `terminal`: it will not. `conflict`: somebody else was first. */
export type ErrorClass = 'transient' | 'terminal' | 'conflict';

/** An answer of the world that is not the one hoped for, translated once. */
export class PortError extends Error {
  constructor(
    readonly errorClass: ErrorClass,
    /** AWS's name of the error, e.g. `ThrottlingException`. */
    readonly code: string,
    /** What was tried, e.g. `ssm:StartAutomationExecution`. */
    readonly operation: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'PortError';
  }
}

export interface CaseFilter {
  /** `open`, `closed`, a state's name, or `watched`: open, or suppressed and to be looked at again. */
  readonly status?: string;
  /** Identifier, or name decorated or plain. */
  readonly rule?: string;
  readonly account?: string;
  /** Only cases opened at or after this. */
  readonly since?: Instant;
}

export interface CaseStore {
  /** The newest case of a finding, read consistently. */
  newestOf(findingId: string): Promise<Case | undefined>;
  /** The newest cases of many findings, by their ids, as they were a moment ago; findings without one are left out. */
  newestOfMany(findingIds: readonly string[]): Promise<ReadonlyMap<string, Case>>;
  get(caseId: string): Promise<Case | undefined>;
  /** As they were a moment ago; those that do not exist are left out. In no order. */
  getMany(caseIds: readonly string[]): Promise<readonly Case[]>;
  /** Puts a case that must not exist yet; false when somebody else opened it first. */
  open(opened: Case): Promise<boolean>;
  /** Writes a case whose stored version must be one less; false when somebody else wrote first. */
  replace(changed: Case): Promise<boolean>;
  /** The case of which this execution runs, as it was a moment ago: what was written since may not be in it. */
  byExecution(executionId: string): Promise<Case | undefined>;
  /** Ids of the queued cases of a lane: most severe first, then oldest. */
  waiting(lane: Lane, countMax: number): Promise<readonly string[]>;
  /** The cases asked for in a batch, and those for which nobody decided in time; the most severe first. */
  inBatch(batch: string, which: 'waiting' | 'expired'): AsyncIterable<Case>;
  /** What should be looked at by now: cases by id, lanes in which cases wait, batches. */
  due(now: Instant): AsyncIterable<Due>;
  list(filter: CaseFilter): AsyncIterable<Case>;
  /**
   * The cases that closed last, of this month and the two before, and some of those that are open, as they were a
   * moment ago: of either kind at most so many, whatever there is. In no order.
   *
   * @param countMax at most 100
   */
  recent(countMax: number): Promise<readonly Case[]>;
}

export type Due =
  | {
      readonly caseId: string;
      /** To be looked at although it is not due: this version of the policy, or a newer one, is in force now. */
      readonly policySequence?: number;
      /** To be looked at although it is not due: a breaker may let it go, or the stop switch ends its run. */
      readonly early?: true;
      /** To be looked at although it is not due: exemptions have changed up to this number. */
      readonly exemptionSequence?: number;
    }
  | { readonly lane: Lane }
  /** A batch that is to be looked after. */
  | { readonly batch: string };

/** What a lane's item says, for a drain to begin with. */
export interface LaneView {
  /** Changes whenever a case begins to wait: who clears the backlog proves with it that nobody came meanwhile. */
  readonly arrivals: number;
  readonly nextSlotAt?: Instant;
  readonly atWork: number;
}

export interface PermitStore {
  acquire(request: PermitRequest): Promise<PermitAnswer>;
  /** Gives back what `holder` holds; nothing otherwise. True when cases wait in the lane. */
  release(scopeIds: readonly string[], resourceKey: string, holder: string): Promise<boolean>;
  /**
   * Scope -> starts since then; only those by the runbook `document` where one is named. They are counted by
   * stretches of five minutes, and one that began before `since` does not count: rather too few than too many.
   */
  startsOf(
    ruleScopeIds: readonly string[],
    since: Instant,
    document?: string,
  ): Promise<ReadonlyMap<string, number>>;
  /** What `acquire` would answer now, changing nothing. */
  peek(request: PermitRequest): Promise<PermitAnswer>;
  /** The same for each of several, each scope being read once; the answers in the order of the requests. */
  peekEach(requests: readonly PermitRequest[]): Promise<readonly PermitAnswer[]>;
  /** Notes that a case waits in the lane: newcomers queue up behind, and the timer looks after it. */
  noteWaiting(lane: Lane, now: Instant): Promise<void>;
  /** Makes `drainer` the only one who drains the lane until `until`; undefined when another one does. */
  beginDrain(lane: Lane, drainer: string, now: Instant, until: Instant): Promise<LaneView | undefined>;
  /**
   * Ends a drain. With `emptyAt` (the arrivals seen before nobody was found waiting) the backlog is cleared
   * too, unless somebody arrived since: then the answer is false and the drain goes on.
   */
  endDrain(lane: Lane, drainer: string, emptyAt?: number): Promise<boolean>;
}

export interface BatchStore {
  get(id: string): Promise<Batch | undefined>;
  list(): Promise<readonly Batch[]>;
  /** Somebody asks in it: it is made if there is none, and looked after from now on. */
  join(asked: AskedBatch, now: Instant): Promise<void>;
  /**
   * Writes a batch whose stored version must be one less; false when somebody else wrote first. Without `dueAt`
   * nobody looks after it until somebody joins: false also when somebody joined since it was read.
   */
  replace(batch: Batch, dueAt: Instant | undefined): Promise<boolean>;
}

/** How many resources each rule looks at, COMPLIANT or not. */
export interface RuleResources {
  /** In all lanes in which it was counted lately; in the finding's own Config is asked where nobody has. */
  count(finding: Finding, origin: EvaluationOrigin): Promise<number>;
}

/** What is read before every start, at once. */
export interface Controls {
  readonly stops: readonly StopSwitch[];
  /** Switches that were taken off not long ago; absent when there are none. */
  readonly lifted?: readonly LiftedStop[];
  /** The newest version of the policy that was announced; 0 when none ever was. */
  readonly policySequence: number;
  /** Grows with every change of the stored exemptions; 0 when there never was one. */
  readonly exemptionSequence: number;
  /** Up to there the cases that changes of exemptions may concern were woken. */
  readonly exemptionSeen: number;
  /** Those that are open, and those that closed not long ago. */
  readonly breakers: readonly KnownBreaker[];
}

export interface ControlStore {
  /** Read consistently. */
  read(): Promise<Controls>;
  addStopSwitch(stop: StopSwitch): Promise<void>;
  /** @param lifted what is remembered from now on of those that were taken off */
  removeStopSwitch(scope: StopSwitch['scope'], lifted?: readonly LiftedStop[]): Promise<void>;
  /** Writes what a breaker becomes; false when it is no longer as it was. */
  replaceBreaker(
    scope: BreakerScope,
    was: Breaker | UnreadableBreaker | undefined,
    becomes: NonNullable<Becomes>,
  ): Promise<boolean>;
}

/** One failed attempt, of a rule or of a runbook. */
export interface NotedFailure {
  /** Names the attempt: `<case id>/<attempt>`. Noting it twice is noting it once. */
  readonly key: string;
  readonly at: Instant;
}

export interface HealthStore {
  /** Notes a failure and answers how many there are since an instant, this one included. */
  noteFailure(scope: BreakerScope, failure: NotedFailure, since: Instant): Promise<number>;
}

/** The exemptions that people add and remove; each change counts when its number was raised. */
export interface ExemptionStore {
  /** Every one as it was found, read consistently. */
  all(): Promise<readonly FoundExemption[]>;
  /** False when there is one of that name already that has not expired by `since`: it stays as it is. */
  put(exemption: StoredExemption): Promise<boolean>;
  /** False when there is none of that name. */
  remove(name: string): Promise<boolean>;
  /** Raises the number of changes: from now on every start looks at them again. */
  announce(): Promise<void>;
  /** Records that the cases concerned by all changes up to this number were woken. */
  seen(sequence: number): Promise<void>;
  /** The ISO week for which people were told last what is about to lapse, such as `2026-W47`. */
  weekTold(): Promise<string | undefined>;
  /** False when that week, or a later one, is recorded already. */
  told(week: string): Promise<boolean>;
}

export interface Runbooks {
  /** Starts the plan; the same token starts it once. Answers the execution id. */
  start(plan: Plan, clientToken: string, caseId: string): Promise<string>;
  read(plan: Plan, executionId: string): Promise<ExecutionReport | undefined>;
  /** The execution that carries this attempt's tag, if any. */
  find(plan: Plan, clientToken: string): Promise<string | undefined>;
  stop(plan: Plan, executionId: string): Promise<void>;
  /** The exact version that is the document's default; undefined when the lane has no such document. */
  defaultVersion(lane: Lane, document: string): Promise<string | undefined>;
}

export type ConfigRule =
  | { readonly owner: 'aws'; readonly identifier: string }
  | { readonly owner: 'custom'; readonly identifier?: never };

export interface Compliance {
  /** What Config says of the finding now; undefined when it knows no evaluation of it. */
  read(origin: EvaluationOrigin, finding: Finding): Promise<Evaluation | undefined>;
  /** Has the rule look again. Being refused because it was asked a moment ago is no error. */
  requestEvaluation(origin: EvaluationOrigin, finding: Finding): Promise<void>;
  /** Who owns the rule, and its source identifier when AWS does; undefined when Config has no such rule. */
  rule(account: string, origin: EvaluationOrigin): Promise<ConfigRule | undefined>;
  tags(origin: EvaluationOrigin, finding: Finding): Promise<Readonly<Record<string, string>>>;
  /** Config's own exception from remediation for the finding, where one holds now. */
  remediationException(origin: EvaluationOrigin, finding: Finding): Promise<Exempted | undefined>;
  /** Undefined when Config does not know it. */
  lookup(name: LookupName, origin: EvaluationOrigin, finding: Finding): Promise<string | undefined>;
}

export interface Announcer {
  /** Sends one message to the topics a policy names. */
  announce(topics: readonly string[], message: Message): Promise<void>;
}

/** What people are told, in words. */
export interface Messages {
  /** The message that the case's state calls for; undefined when nobody must be told. */
  aboutCase(about: Case): Promise<Message | undefined>;
  /** One message that asks for all of them. */
  batchAsks(batch: Batch, members: readonly Member[]): Promise<Message>;
  /** @param expired how many there are; @param some a few of them */
  batchExpired(batch: Batch, expired: number, some: readonly Case[]): Promise<Message>;
  /** @param opened one at least */
  breakersOpened(opened: readonly OpenedBreaker[]): Promise<Message>;
}

export interface CaseEvents {
  publish(changes: readonly CaseChanged[]): Promise<void>;
}

/** Something to be looked at again, soon. Losing one costs time and nothing else. */
export interface Wakes {
  send(wakes: readonly { readonly wake: Due; readonly delayMs: number }[]): Promise<void>;
}

export interface Clock {
  now(): Instant;
  sleep(ms: number): Promise<void>;
}

export interface Log {
  info(message: string, fields: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields: Readonly<Record<string, unknown>>): void;
  error(message: string, fields: Readonly<Record<string, unknown>>): void;
}

/** What selfheal tells of itself, as `domain/metrics.ts` names it. */
export interface Metrics {
  /** @param value so many more; 0 says that it was looked for */
  count(name: CounterName, value?: number, by?: Dimensions): void;
  /** How it is now. */
  gauge(name: GaugeName, value: number, by?: Dimensions): void;
  /** How long one took. */
  time(name: TimeMetricName, ms: number): void;
}

/** Makes the finding of a case exempt in somebody's name, and takes that back. */
export interface Exempting {
  /** Answers the name of the exemption that is in force, or why there is none. The same again is the same. */
  exempt(
    about: Pick<Case, 'id' | 'finding'>,
    wish: { readonly who: string; readonly reason: string; readonly until: Instant },
    policy: Pick<Policy, 'exemptions'>,
  ): Promise<{ readonly ok: true; readonly name: string } | { readonly ok: false; readonly reason: string }>;
  /** Answers why it may go on holding starts back; undefined when it is off. */
  withdraw(name: string): Promise<string | undefined>;
}

/** Addresses that messages carry: they find a page and let nobody do anything. */
export interface Links {
  /** Where people decide on a plan, until then; undefined where there is no page to open. */
  toDecision(caseId: string, planHash: string, expiresAt: Instant): Promise<string | undefined>;
}

/** Names of the roles that selfheal uses in the accounts. */
export interface Roles {
  executorRoleArn(account: string): string;
  /** A document has a role of its own in each account. */
  automationRoleArn(account: string, document: string): string;
}

export interface Ports {
  readonly cases: CaseStore;
  readonly batches: BatchStore;
  readonly ruleResources: RuleResources;
  readonly permits: PermitStore;
  readonly controls: ControlStore;
  readonly exemptions: ExemptionStore;
  /** Absent where nobody decides. */
  readonly exempting?: Exempting;
  readonly health: HealthStore;
  readonly runbooks: Runbooks;
  readonly compliance: Compliance;
  readonly announcer: Announcer;
  readonly messages: Messages;
  /** Absent: messages name commands only. */
  readonly links?: Links;
  readonly events: CaseEvents;
  readonly wakes: Wakes;
  readonly clock: Clock;
  readonly random: () => number;
  readonly roles: Roles;
  readonly log: Log;
  readonly metrics: Metrics;
}
