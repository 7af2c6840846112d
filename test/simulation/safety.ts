/** What must never be, checked at every step. A violation is named by the invariant's number. */
import type { Breaker } from '../../domain/breaker.ts';
import { type Case, isClosed, isOpen, type StateName } from '../../domain/case/case.ts';
import { TABLE } from '../../domain/case/case-machine.ts';
import { type Finding, findingId } from '../../domain/finding.ts';
import { attemptToken } from '../../domain/permit.ts';
import { type Plan, planHash } from '../../domain/plan.ts';
import type { LimitScope } from '../../domain/policy/policy.ts';
import { policySubject } from '../../domain/policy/policy-subject.ts';
import { rowOf } from '../../domain/report/case-row.ts';
import type { StopSwitch } from '../../domain/stop-switch.ts';
import { epochMs, minuteMs, secondMs } from '../../domain/time.ts';
import { rowFromItem } from '../../infra/dynamodb/case-item.ts';
import { CONTROL_KEY } from '../../infra/dynamodb/table.ts';
import { outOfTime } from './calendar-safety.ts';
import type { Item } from './expression.ts';
import type { Body } from './fabric.ts';
import type { Written } from './memory-table.ts';
import { type Execution, laneOf } from './simulated-ssm.ts';
import type { World } from './world.ts';

interface Stopped {
  readonly scope: StopSwitch['scope'];
  readonly fromMs: number;
  untilMs: number;
}

interface Given {
  readonly caseId: string;
  readonly planHash: string;
  readonly who: string;
  readonly atMs: number;
}

export class Safety {
  readonly stops: Stopped[] = [];
  /** Approvals that people really gave. */
  readonly approvals: Given[] = [];
  /** Starts under an open breaker: probes, and what was under way when it opened. */
  shutStarts = 0;
  private readonly world: World;
  private readonly hashes = new WeakMap<Plan, string>();

  constructor(world: World) {
    this.world = world;
  }

  onUnforeseen(error: unknown): void {
    this.violated(
      '-',
      `an error that nobody foresaw: ${error instanceof Error ? error.stack : String(error)}`,
    );
  }

  /** Called when SSM has taken a start, which is when it takes effect. */
  onStart(execution: Execution): void {
    const about = this.world.caseOf(execution.caseId);
    if (about === undefined) {
      this.violated('1', `${execution.id} was started for no case`);
      return;
    }
    this.startedOnce(execution, about);
    this.withinLimits(execution, about);
    this.aloneOnResource(execution, about);
    this.approved(execution, about);
    this.asPlanned(execution, about);
    this.stillBroken(execution, about);
    this.notStopped(execution, about);
    this.withinBlastRadius(execution, about);
    this.withinBacklog(execution, about);
    this.letThrough(execution, about);
    this.inTime(execution, about);
  }

  onWrite({ key, before, after }: Written): void {
    if (!key.startsWith('case#')) return;
    const was = before && (before.case as Case);
    const is = after.case as Case;
    this.wasInTable(was, is);
    if (is.attempts > is.terms.retry.attemptsMax)
      this.violated('6', `${is.id} makes attempt ${is.attempts} of ${is.terms.retry.attemptsMax}`);
    this.verified(is);
    this.counted(is, after);
  }

  /** 8. What is acknowledged is known to the finding's case, or to a later one. */
  onAcknowledged(body: Body): void {
    if (body.queue !== 'compliance' || body.report.evaluation.compliance !== 'NON_COMPLIANT') return;
    const { account, origin, resourceType, resourceId, evaluation } = body.report;
    const id = findingId({
      account,
      region: origin.region,
      rule: origin.configRuleName,
      resourceType,
      resourceId,
    });
    const newest = this.world.newestOf(id);
    if (newest === undefined || newest.newestEvaluation.recordedAt < evaluation.recordedAt)
      this.violated(
        '8',
        `NON_COMPLIANT of ${evaluation.recordedAt} was acknowledged, but ${newest?.id ?? id} knows nothing of it`,
      );
  }

  private startedOnce({ token, caseId, id }: Execution, about: Case): void {
    const same = this.world.ssm.executions.filter((one) => one.token === token);
    if (same.length > 1)
      this.violated('1', `${same.map((one) => one.id).join(' and ')} are one attempt of ${caseId}`);
    if (token !== attemptToken(about.id, about.attempts))
      this.violated(
        '1',
        `${id} is not the latest attempt of ${about.id} (${about.attempts}, ${about.state.name})`,
      );
    const attempts = this.world.ssm.executions.filter((one) => one.caseId === caseId).length;
    if (attempts > about.terms.retry.attemptsMax) this.violated('6', `${caseId} has ${attempts} executions`);
  }

  private withinLimits(execution: Execution, about: Case): void {
    for (const scope of Object.keys(about.terms.limits) as LimitScope[]) {
      const max = about.terms.limits[scope]?.concurrencyMax ?? Number.POSITIVE_INFINITY;
      const atWork = this.world.ssm.running().filter((one) => this.inScope(scope, one, execution)).length;
      if (atWork > max) this.violated('2', `${atWork} run in scope ${scope}, at most ${max} may`);
    }
  }

  /** 2. No larger share of a rule's resources is at work than its blast radius allows; one always may be. */
  private withinBlastRadius(execution: Execution, { terms }: Case): void {
    const percent = terms.blastRadius?.concurrentPercentMax;
    if (percent === undefined) return;
    const max = Math.max(1, Math.floor((percent * this.world.ruleResources) / 100));
    const atWork = this.world.ssm.running().filter((one) => this.inScope('rule', one, execution)).length;
    if (atWork > max)
      this.violated('2', `${atWork} resources of one rule are at work, ${percent} % are ${max}`);
  }

  private hashOf(plan: Plan): string {
    const known = this.hashes.get(plan) ?? planHash(plan);
    this.hashes.set(plan, known);
    return known;
  }

  /** What nobody approved touches no more resources of its rule in a window than the backlog guard lets it. */
  private withinBacklog(execution: Execution, { terms }: Case): void {
    const { resourcesMax, windowMs } = terms.backlog;
    const fromMs = this.world.scheduler.nowMs - windowMs + BEGUN_MS_MAX;
    const resources = new Set(
      this.world.ssm.executions
        .filter((one) => one.startedMs > fromMs && this.inScope('rule', one, execution))
        .flatMap(({ caseId, plan }) => {
          const about = this.world.caseOf(caseId);
          const isAsked = about?.approval !== undefined && about.approval.planHash === this.hashOf(plan);
          return about === undefined || isAsked ? [] : [about.finding.resourceId];
        }),
    );
    if (resources.size > resourcesMax)
      this.violated(
        'backlog',
        `${resources.size} resources of one rule were started unasked in ${windowMs} ms, at most ${resourcesMax} may be`,
      );
  }

  private inScope(scope: LimitScope, one: Execution, other: Execution): boolean {
    switch (scope) {
      case 'organization':
        return true;
      case 'account':
        return one.plan.account === other.plan.account;
      case 'lane':
        return laneOf(one) === laneOf(other);
      case 'runbook':
        return one.plan.document === other.plan.document;
      case 'rule':
        return this.ruleOf(one.caseId) === this.ruleOf(other.caseId);
    }
  }

  /** As the world knows it, whatever the case knows. */
  private ruleOf(caseId: string): string | undefined {
    const about = this.world.caseOf(caseId);
    return about && this.world.config.watchedBy(about.origin, about.finding)?.rule.identifier;
  }

  private aloneOnResource(execution: Execution, about: Case): void {
    const others = this.world.ssm
      .running()
      .filter(
        (one) => one !== execution && sameResource(this.world.caseOf(one.caseId)?.finding, about.finding),
      );
    for (const other of others)
      this.violated(
        '3',
        `${execution.id} (${about.id}) started on ${about.finding.resourceId} while ${other.id} (${other.caseId}) is at work on it`,
      );
  }

  private approved(execution: Execution, about: Case): void {
    if (about.mode !== 'approve') return;
    const hash = planHash(execution.plan);
    const { approval } = about;
    const people = new Set(
      this.approvals
        .filter((given) => given.caseId === about.id && given.planHash === hash)
        .map(({ who }) => who),
    );
    if (people.size < about.terms.approval.quorum)
      this.violated('4', `${about.id} runs, approved by ${people.size} of ${about.terms.approval.quorum}`);
    if (approval?.planHash !== hash) this.violated('4', `${about.id} runs another plan than was approved`);
    else if (this.world.scheduler.nowMs > epochMs(approval.validUntil) + START_MS_MAX)
      this.violated('4', `${about.id} runs after its approval ended at ${approval.validUntil}`);
  }

  private asPlanned({ id, plan }: Execution, about: Case): void {
    const { state, finding, lane } = about;
    if (state.name !== 'starting' && state.name !== 'running') {
      this.violated('5', `${id} started while ${about.id} is ${state.name}`);
      return;
    }
    if (planHash(plan) !== state.planHash) this.violated('5', `${id} is not the plan of ${about.id}`);
    if (plan.account !== lane.account || plan.region !== lane.region)
      this.violated('5', `${id} started in another lane than ${about.id} has`);
    if (!Object.values(plan.parameters).flat().includes(finding.resourceId))
      this.violated('5', `${id} does not name the resource of ${about.id}`);
  }

  /** 11. As far as a fresh read can tell: what Config has said for a while is not to be overlooked. */
  private stillBroken(execution: Execution, about: Case): void {
    const watched = this.world.config.watchedBy(about.origin, about.finding);
    const { nowMs } = this.world.scheduler;
    const since = watched?.evaluation && epochMs(watched.evaluation.recordedAt);
    if (watched?.evaluation?.compliance === 'COMPLIANT' && since !== undefined && nowMs - since > FRESH_MS)
      this.violated(
        '11',
        `${execution.id} started for ${about.id}, which is COMPLIANT since ${watched.evaluation.recordedAt}`,
      );
  }

  private inTime({ id }: Execution, about: Case): void {
    const { people, policy, scheduler } = this.world;
    const finding = { ...about.finding, ruleIdentifier: this.ruleOf(about.id) ?? about.finding.rule };
    const subject = policySubject(finding, { tags: {}, frameworks: [] });
    const wrong = outOfTime(about, policy.blackoutsFor(subject), people, scheduler.nowMs);
    if (wrong !== undefined) this.violated('11', `${id} started, but ${wrong}`);
  }

  private notStopped(execution: Execution, about: Case): void {
    const { nowMs } = this.world.scheduler;
    for (const { scope, fromMs, untilMs } of this.stops)
      if (
        covers(scope, execution, [about.finding.rule, this.ruleOf(about.id)]) &&
        nowMs > fromMs + STOP_MS_MAX &&
        nowMs < untilMs
      )
        this.violated(
          '12',
          `${execution.id} (${about.id}) started ${nowMs - fromMs} ms after the stop switch`,
        );
  }

  /** While a breaker is open, what starts is the one attempt that has its probe. */
  private letThrough({ id, token, plan }: Execution, about: Case): void {
    const { nowMs } = this.world.scheduler;
    const control = this.world.table.item(CONTROL_KEY.pk, CONTROL_KEY.sk) ?? {};
    const names = [`breaker#rule#${about.finding.ruleIdentifier}`, `breaker#runbook#${plan.document}`];
    for (const name of names) {
      const breaker = control[name] as Breaker | undefined;
      if (breaker === undefined || breaker.state === 'closed') continue;
      this.shutStarts += 1;
      const isProbe = breaker.state === 'probing' && breaker.token === token;
      if (!isProbe && nowMs > epochMs(breaker.since) + STOP_MS_MAX)
        this.violated(
          'of breakers',
          `${id} (${about.id}) started ${nowMs - epochMs(breaker.since)} ms after ${name} opened, which is ${breaker.state}`,
        );
      const others = this.world.ssm
        .running()
        .filter(
          (one) =>
            one.id !== id &&
            one.startedMs > epochMs(breaker.since) + STOP_MS_MAX &&
            (name.startsWith('breaker#rule')
              ? this.ruleOf(one.caseId) === this.ruleOf(about.id)
              : one.plan.document === plan.document),
        );
      for (const other of others)
        this.violated('of breakers', `${id} (${about.id}) started while ${other.id} is the probe of ${name}`);
    }
  }

  /** 14. Only transitions of the table, each with its entry in the same write. */
  private wasInTable(was: Case | undefined, is: Case): void {
    if (was === undefined) {
      // What may start at once is written for the first time when it does: two steps, with the entries of both.
      const steps = is.state.name === 'starting' ? ['queued', 'starting'] : [is.state.name];
      const told = is.timeline.slice(1).map(({ state }) => state);
      if (is.version !== steps.length || told.join() !== steps.join())
        this.violated('14', `${is.id} begins with version ${is.version} in ${told.join(', ')}`);
      return;
    }
    const [from, to] = [was.state.name, is.state.name];
    if (is.version !== was.version + 1)
      this.violated('14', `${is.id}: version ${was.version} became ${is.version}`);
    if (isOnlyNoted(was, is)) return;
    if (isClosed(was.state)) {
      this.violated('14', `${is.id} was ${from} and is written again`);
      return;
    }
    if (from === to) return;
    if (!isOpen(was.state) || !reachable(was.state.name).has(to))
      this.violated('14', `${is.id} went from ${from} to ${to}`);
    const entry = is.timeline.at(-1);
    if (
      entry?.state !== to ||
      is.timeline.length + is.timelineDropped <= was.timeline.length + was.timelineDropped
    )
      this.violated('14', `${is.id} went from ${from} to ${to} without an entry`);
  }

  /** 10. Resolved means: SSM succeeded, and a verdict after that run says COMPLIANT. */
  private verified(is: Case): void {
    const { state } = is;
    if (state.name !== 'resolved') return;
    const execution = this.world.ssm.executions.find(({ id }) => id === state.executionId);
    if (execution?.status !== 'Success' || execution.endedMs === undefined) {
      this.violated('10', `${is.id} is resolved by an execution that is ${execution?.status}`);
      return;
    }
    const verdict = this.world.config
      .watchedBy(is.origin, is.finding)
      ?.history.find(({ recordedAt }) => recordedAt === state.verdictRecordedAt);
    if (verdict?.compliance !== 'COMPLIANT' || epochMs(verdict.recordedAt) <= execution.endedMs)
      this.violated('10', `${is.id} is resolved by ${verdict?.compliance} of ${verdict?.recordedAt}`);
  }

  /** 15. What a report counts of a case is what happened to it, and its index says the same. */
  private counted(is: Case, item: Item): void {
    const row = rowOf(is);
    const { state, attempts, openedAt } = is;
    const healed = state.name === 'resolved';
    if (row.dropped === 0 && row.attempts.length !== attempts)
      this.violated('15', `${is.id} tells ${row.attempts.length} of its ${attempts} attempts`);
    if (row.attempts.filter(({ failed }) => failed === undefined).length > (attempts > 0 ? 1 : 0))
      this.violated('15', `${is.id} tells more than one attempt that did not fail`);
    if (healed && row.attempts.at(-1)?.failed) this.violated('15', `${is.id} was healed by what failed`);
    if ((state.name === 'denied') !== row.decided.some(({ answer }) => answer === 'denied'))
      this.violated('15', `${is.id} is ${state.name}, and tells ${JSON.stringify(row.decided)}`);
    if (!isClosed(state)) return;
    const spentMs = Object.values(row.spentMs).reduce((sum, ms) => sum + ms, 0);
    if (spentMs !== epochMs(state.closedAt) - epochMs(openedAt))
      this.violated(
        '15',
        `${is.id} took ${epochMs(state.closedAt) - epochMs(openedAt)} ms, and tells ${spentMs}`,
      );
    if (JSON.stringify(rowFromItem(item)) !== JSON.stringify(row))
      this.violated('15', `${is.id} lies in the index as something else`);
  }

  private violated(invariant: string, what: string): void {
    this.world.violated(`invariant ${invariant}: ${what}`);
  }
}

const sameResource = (one: Finding | undefined, other: Finding): boolean =>
  one?.account === other.account && one.region === other.region && one.resourceId === other.resourceId;

const covers = (
  scope: StopSwitch['scope'],
  { plan }: Execution,
  rules: readonly (string | undefined)[],
): boolean => {
  switch (scope.kind) {
    case 'everything':
      return true;
    case 'account':
      return scope.name === plan.account;
    case 'rule':
      return rules.includes(scope.name);
    case 'runbook':
      return scope.name === plan.document;
  }
};

/** That somebody's decision was refused stands in the story, also of a closed case; nothing else changes by it. */
const isOnlyNoted = (was: Case, is: Case): boolean => {
  const { version: _, timeline, timelineDropped, milestonesDropped: ___, ...rest } = is;
  const {
    version: __,
    timeline: before,
    timelineDropped: droppedBefore,
    milestonesDropped: ____,
    ...restBefore
  } = was;
  return (
    timeline.at(-1)?.what === 'decision-refused' &&
    timeline.length + timelineDropped === before.length + droppedBefore + 1 &&
    JSON.stringify(rest) === JSON.stringify(restBefore)
  );
};

const reachable = (from: keyof typeof TABLE): ReadonlySet<StateName> =>
  new Set(Object.values(TABLE[from]).flatMap((row) => row?.to ?? []));

export const caseIn = (item: Item | undefined): Case | undefined => item?.case as Case | undefined;

const STOP_MS_MAX = 5 * secondMs;
/** From the permit to the start that it was given for, when the start has to be called again. */
const BEGUN_MS_MAX = 6 * minuteMs;
/** From the last check to the start's effect: some calls, each of them slow at worst. */
const START_MS_MAX = 15 * secondMs;
const FRESH_MS = 30 * secondMs;
