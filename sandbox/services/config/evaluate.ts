/**
 * How a change becomes an event:
 *
 *     change ──recorder delay──> configuration item ──1-2 s──> evaluation ──> event, if the type changed
 *                                                     periodic rules come in here, when their time has come
 *
 * Everything that waits is a row with its time, so that a restart in between loses nothing.
 */
import type { EmitEvent, Table, World } from '../../service.ts';
import { derivedNumber } from '../../world/ids.ts';
import {
  findResource,
  GLOBAL_REGION,
  type Resource,
  type ResourceRef,
  resourceKey,
  resourcesSeenFrom,
  resourceTable,
  type UnrecordedChange,
  unrecordedChanges,
} from '../../world/resource.ts';
import { isRecordedType } from '../../world/resource-types/resource-types.ts';
import type { Judgement, ManagedRule } from '../../world/rules/managed-rule.ts';
import { findManagedRule } from '../../world/rules/managed-rules.ts';
import { worldSettings } from '../../world/settings.ts';
import { emitComplianceChange } from './compliance-event.ts';
import { type DeployedRule, findRule, type Lane, laneKey, rulesIn } from './deployed-rules.ts';
import {
  type Evaluation,
  evaluatedResources,
  evaluationsIn,
  findEvaluation,
  putEvaluation,
  removeEvaluation,
} from './evaluations.ts';
import { isRecording, recordedItems, recorders, seenKey } from './recorder.ts';
import { ruleHealth } from './rule-health.ts';

export interface ConfigDeps {
  readonly world: World;
  readonly emit: EmitEvent;
}

/** "The change-triggered rules of this resource are to be evaluated." */
interface PendingEvaluation extends ResourceRef {
  readonly dueMs: number;
}

/** "This rule is to look at all its resources." */
interface RuleRun extends Lane {
  readonly rule: string;
  readonly dueMs: number;
}

const pendingEvaluations = (world: World): Table<PendingEvaluation> =>
  world.table('config:pending-evaluations');
/** Runs somebody asked for. */
export const requestedRuns = (world: World): Table<RuleRun> => world.table('config:requested-runs');
/** The next run of every periodic rule. */
const scheduledRuns = (world: World): Table<RuleRun> => world.table('config:scheduled-runs');

const runKey = (lane: Lane, rule: string): string => `${laneKey(lane)}/${rule}`;

const INVOCATION_MS = 330;

/** A periodic rule's next run; a change-triggered rule has none. */
export const scheduleRule = (world: World, rule: DeployedRule, dueMs: number): void => {
  if (!isPeriodic(rule)) return;
  const { account, region } = rule;
  scheduledRuns(world).put(runKey(rule, rule.name), { account, region, rule: rule.name, dueMs });
};

export const isPeriodic = (rule: DeployedRule): boolean =>
  findManagedRule(rule.identifier ?? '')?.trigger === 'periodic';

export const requestRun = (world: World, lane: Lane, rule: string, nowMs: number): void => {
  const { account, region } = lane;
  const dueMs = nowMs + evaluationDelayMs(world, laneKey(lane), rule, nowMs);
  requestedRuns(world).put(runKey(lane, rule), { account, region, rule, dueMs });
};

export const nextDueMs = (world: World): number | undefined => {
  const { recorderDelayMs } = worldSettings(world);
  let next = Number.POSITIVE_INFINITY;
  for (const change of unrecordedChanges(world).values())
    next = Math.min(next, change.changedMs + recorderDelayMs);
  for (const table of [pendingEvaluations(world), requestedRuns(world), scheduledRuns(world)])
    for (const row of table.values()) next = Math.min(next, row.dueMs);
  return next === Number.POSITIVE_INFINITY ? undefined : next;
};

/** Does everything that is due, in the order of time, each with its own time as "now". */
export const runDueEvaluations = (deps: ConfigDeps, nowMs: number): void => {
  for (let batch = dueTasks(deps, nowMs); batch.length > 0; batch = dueTasks(deps, nowMs))
    for (const task of batch) task.run();
};

interface DueTask {
  readonly dueMs: number;
  readonly run: () => void;
}

const dueTasks = (deps: ConfigDeps, nowMs: number): readonly DueTask[] => {
  const { world } = deps;
  const { recorderDelayMs } = worldSettings(world);
  const tasks: DueTask[] = [];
  const add = (dueMs: number, run: () => void): void => {
    if (dueMs <= nowMs) tasks.push({ dueMs, run });
  };
  for (const change of unrecordedChanges(world).values()) {
    const dueMs = change.changedMs + recorderDelayMs;
    add(dueMs, () => recordChange(deps, change, dueMs));
  }
  for (const pending of pendingEvaluations(world).values())
    add(pending.dueMs, () => evaluatePending(deps, pending));
  for (const run of requestedRuns(world).values()) add(run.dueMs, () => runRequested(deps, run));
  for (const run of scheduledRuns(world).values()) add(run.dueMs, () => runScheduled(deps, run));
  return tasks.sort((a, b) => a.dueMs - b.dueMs);
};

/**
 * Brings Config up to date with the world without a word: as it is in an account that has long been
 * watched. Every first evaluation is made here, so that later events have an old result.
 */
export const settle = (world: World, lanes: readonly Lane[], nowMs: number): void => {
  const deps: ConfigDeps = { world, emit: () => undefined };
  for (const lane of lanes) {
    for (const resource of resourcesSeenFrom(world, lane.account, lane.region)) {
      unrecordedChanges(world).delete(resourceKey(resource));
      if (!isRecordedType(resource.type)) continue;
      recordItem(world, resource, lane.region, nowMs);
      evaluateOnChange(deps, { ...resource, region: lane.region }, nowMs);
    }
    for (const rule of rulesIn(world, lane)) {
      if (!isPeriodic(rule)) continue;
      evaluateRule(deps, lane, rule.name, nowMs);
      scheduleRule(world, rule, nowMs + worldSettings(world).periodicIntervalMs);
    }
  }
};

/** Writes a configuration item wherever the resource is recorded; where nothing records, nothing is known. */
const recordChange = (deps: ConfigDeps, change: UnrecordedChange, nowMs: number): void => {
  const { world } = deps;
  const resource = resourceTable(world).get(resourceKey(change));
  for (const lane of lanesThatSee(world, change)) {
    if (!isRecordedType(change.type) || !isRecording(world, lane)) continue;
    const ref = { ...change, region: lane.region };
    if (resource === undefined) forgetResource(deps, ref, nowMs);
    else {
      recordItem(world, resource, lane.region, nowMs);
      const dueMs = nowMs + evaluationDelayMs(world, seenKey(ref), nowMs);
      const { account, region, type, id } = ref;
      pendingEvaluations(world).put(seenKey(ref), { account, region, type, id, dueMs });
    }
  }
  // Last: done twice does no harm, but a note lost in a kill would leave Config blind.
  unrecordedChanges(world).delete(resourceKey(change));
};

const lanesThatSee = (world: World, ref: ResourceRef): readonly Lane[] =>
  ref.region !== GLOBAL_REGION
    ? [{ account: ref.account, region: ref.region }]
    : [...recorders(world).values()].filter((recorder) => recorder.account === ref.account);

export const recordItem = (world: World, resource: Resource, region: string, nowMs: number): void => {
  const key = seenKey({ ...resource, region });
  const stateId = (recordedItems(world).get(key)?.stateId ?? nowMs) + 1;
  recordedItems(world).put(key, { resource, region, capturedMs: nowMs, stateId });
};

const evaluationDelayMs = (world: World, ...parts: readonly unknown[]): number => {
  const { seed, evaluationDelayMsMin, evaluationDelayMsMax } = worldSettings(world);
  return derivedNumber(evaluationDelayMsMin, evaluationDelayMsMax, seed, ...parts);
};

const evaluatePending = (deps: ConfigDeps, pending: PendingEvaluation): void => {
  evaluateOnChange(deps, pending, pending.dueMs);
  pendingEvaluations(deps.world).delete(seenKey(pending));
};

/** Evaluates the change-triggered rules of a resource against its last configuration item. */
export const evaluateOnChange = (deps: ConfigDeps, ref: ResourceRef, nowMs: number): void => {
  for (const rule of rulesIn(deps.world, ref)) {
    const managed = findManagedRule(rule.identifier ?? '');
    if (managed === undefined || managed.trigger === 'periodic' || managed.resourceType !== ref.type)
      continue;
    evaluateOne(deps, rule, managed, ref, nowMs);
  }
};

const runRequested = (deps: ConfigDeps, run: RuleRun): void => {
  evaluateRule(deps, run, run.rule, run.dueMs);
  requestedRuns(deps.world).delete(runKey(run, run.rule));
};

const runScheduled = ({ world, emit }: ConfigDeps, run: RuleRun): void => {
  const key = runKey(run, run.rule);
  if (findRule(world, run, run.rule) === undefined) {
    scheduledRuns(world).delete(key);
    return;
  }
  evaluateRule({ world, emit }, run, run.rule, run.dueMs);
  scheduledRuns(world).put(key, { ...run, dueMs: run.dueMs + worldSettings(world).periodicIntervalMs });
};

/** Evaluates every resource a rule watches, and those it watched that are gone. */
export const evaluateRule = (deps: ConfigDeps, lane: Lane, name: string, nowMs: number): void => {
  const { world } = deps;
  const rule = findRule(world, lane, name);
  if (rule === undefined) return;
  const managed = findManagedRule(rule.identifier ?? '');
  const evaluated = [...evaluationsIn(world, lane)].filter(([, evaluation]) => evaluation.rule === name);
  if (managed === undefined) {
    if (ruleHealth(world, lane, name) === undefined)
      for (const [ref, evaluation] of evaluated) refresh(world, ref, evaluation, nowMs);
    return;
  }
  const refs = new Map<string, ResourceRef>(evaluated.map(([ref]) => [seenKey(ref), ref]));
  for (const { account, type, id } of resourcesSeenFrom(
    world,
    lane.account,
    lane.region,
    managed.resourceType,
  )) {
    const ref = { account, region: lane.region, type, id };
    refs.set(seenKey(ref), ref);
  }
  for (const ref of refs.values()) evaluateOne(deps, rule, managed, ref, nowMs);
};

/** A custom rule's answer stays as the sandbox was told it; only its times move. */
const refresh = (world: World, ref: ResourceRef, evaluation: Evaluation, nowMs: number): void =>
  putEvaluation(world, ref, { ...evaluation, invokedMs: nowMs - INVOCATION_MS, recordedMs: nowMs });

const evaluateOne = (
  deps: ConfigDeps,
  rule: DeployedRule,
  managed: ManagedRule,
  ref: ResourceRef,
  nowMs: number,
): void => {
  const { world, emit } = deps;
  if (ruleHealth(world, rule, rule.name) !== undefined) return;
  const before = findEvaluation(world, ref, rule.name);
  const seen = stateToJudge(world, managed, ref, nowMs);
  const judgement: Judgement =
    seen === undefined ? { compliance: 'NOT_APPLICABLE' } : managed.judge(seen.resource, ref.region);
  const now = evaluation(rule.name, judgement, seen?.orderingMs ?? nowMs, nowMs);
  if (judgement.compliance === 'NOT_APPLICABLE') {
    if (before === undefined) return;
    removeEvaluation(world, ref, rule.name);
  } else putEvaluation(world, ref, now);
  if (before?.complianceType !== now.complianceType) emitComplianceChange(emit, rule, ref, now, before);
};

/** Periodic rules ask the service itself; the others judge what Config has recorded, however old. */
const stateToJudge = (world: World, managed: ManagedRule, ref: ResourceRef, nowMs: number) => {
  if (managed.trigger === 'periodic') {
    const resource = findResource(world, ref);
    return resource === undefined ? undefined : { resource, orderingMs: nowMs - INVOCATION_MS };
  }
  const item = recordedItems(world).get(seenKey(ref));
  return item === undefined ? undefined : { resource: item.resource, orderingMs: item.capturedMs };
};

const evaluation = (rule: string, judgement: Judgement, orderingMs: number, nowMs: number): Evaluation => ({
  rule,
  complianceType: judgement.compliance,
  orderingMs,
  invokedMs: nowMs - INVOCATION_MS,
  recordedMs: nowMs,
  ...(judgement.compliance === 'NON_COMPLIANT' && judgement.annotation !== undefined
    ? { annotation: judgement.annotation }
    : {}),
});

/** A deleted resource takes its evaluations with it; each rule says NOT_APPLICABLE a last time. */
const forgetResource = ({ world, emit }: ConfigDeps, ref: ResourceRef, nowMs: number): void => {
  const evaluations = Object.values(evaluatedResources(world).get(seenKey(ref))?.evaluations ?? {});
  recordedItems(world).delete(seenKey(ref));
  evaluatedResources(world).delete(seenKey(ref));
  for (const before of evaluations) {
    const rule = findRule(world, ref, before.rule);
    const gone = evaluation(before.rule, { compliance: 'NOT_APPLICABLE' }, nowMs, nowMs);
    if (rule !== undefined) emitComplianceChange(emit, rule, ref, gone, before);
  }
};
