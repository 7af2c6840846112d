/**
 * What moves executions on: each waits in its row for the time its step ends, and then takes one more.
 *
 *     Pending (queue) ──a place is free──> InProgress: step 1 ── step 2 ── … ──> Success | Failed | …
 */
import type { EmitEvent, World } from '../../service.ts';
import { type RunbookFault, takeFault } from '../../world/runbook-faults.ts';
import {
  type RunbookStep,
  type SandboxRunbook,
  type StepContext,
  StepFailure,
} from '../../world/runbooks/runbook.ts';
import { findRunbook } from '../../world/runbooks/runbooks.ts';
import { worldSettings } from '../../world/settings.ts';
import {
  activeExecutions,
  type Execution,
  executions,
  isEnded,
  laneOf,
  type StepState,
} from './execution.ts';
import { refusedAccess } from './refused-access.ts';
import { emitExecutionStatus, emitStepStatus } from './status-event.ts';

export interface SsmDeps {
  readonly world: World;
  readonly emit: EmitEvent;
}

const CANCELLING_MS = 1_000;

/** Lets a new execution run, or wait when its lane is full. */
export const admit = (deps: SsmDeps, execution: Execution, nowMs: number): void => {
  const { world } = deps;
  const lane = laneOf(execution);
  let running = 0;
  for (const row of activeExecutions(world).values()) if (row.lane === lane && !row.queued) running += 1;
  if (running < worldSettings(world).runningMax) {
    begin(deps, execution, nowMs);
    return;
  }
  const { id, number } = execution;
  activeExecutions(world).put(id, { id, number, lane, queued: true });
  emitExecutionStatus(deps.emit, execution);
};

/** Executions whose start was cut short by a kill are let run, as SSM would have had them. */
export const resumeCutShort = (deps: SsmDeps): void => {
  for (const execution of [...executions(deps.world).values()]) {
    const lost = !isEnded(execution.status) && activeExecutions(deps.world).get(execution.id) === undefined;
    if (lost) admit(deps, execution, execution.requestedMs);
  }
};

export const nextDueMs = (world: World): number | undefined => {
  let next: number | undefined;
  for (const { dueMs } of activeExecutions(world).values())
    if (dueMs !== undefined && (next === undefined || dueMs < next)) next = dueMs;
  return next;
};

/** Takes every step that has ended by `nowMs`, in the order of time, each at its own time. */
export const runDueSteps = (deps: SsmDeps, nowMs: number): void => {
  for (;;) {
    const due = [...activeExecutions(deps.world).values()]
      .filter((row) => row.dueMs !== undefined && row.dueMs <= nowMs)
      .sort((a, b) => (a.dueMs ?? 0) - (b.dueMs ?? 0) || a.number - b.number);
    if (due.length === 0) return;
    for (const row of due) {
      const execution = executions(deps.world).get(row.id);
      if (execution === undefined) activeExecutions(deps.world).delete(row.id);
      else moveOn(deps, execution, row.dueMs ?? nowMs);
    }
  }
};

/** Asks an execution to stop; it ends a moment later. */
export const beginCancelling = (deps: SsmDeps, execution: Execution, nowMs: number): void => {
  if (execution.runningMs === undefined) {
    end(deps, execution, 'Cancelled', nowMs);
    return;
  }
  const cancelling = { ...execution, status: 'Cancelling' };
  save(deps, cancelling, nowMs + CANCELLING_MS);
  emitExecutionStatus(deps.emit, cancelling);
};

/** Ends an execution at once and lets the next one in its lane begin. */
export const end = (
  deps: SsmDeps,
  execution: Execution,
  status: string,
  nowMs: number,
  failureMessage?: string,
): void => {
  const steps = execution.steps.map((step) => closeStep(step, status, nowMs));
  const ended: Execution = {
    ...execution,
    status,
    endedMs: nowMs,
    steps,
    ...(failureMessage === undefined ? {} : { failureMessage }),
  };
  executions(deps.world).put(ended.id, ended);
  activeExecutions(deps.world).delete(ended.id);
  emitExecutionStatus(deps.emit, ended);
  letNextBegin(deps, laneOf(execution), nowMs);
};

/** A step still at work shares the fate of its execution. */
const closeStep = (step: StepState, status: string, nowMs: number): StepState =>
  step.status === 'InProgress' ? { ...step, status, endedMs: nowMs } : step;

const letNextBegin = (deps: SsmDeps, lane: string, nowMs: number): void => {
  const first = [...activeExecutions(deps.world).values()]
    .filter((row) => row.lane === lane && row.queued)
    .reduce<number | undefined>(
      (least, row) => (least === undefined ? row.number : Math.min(least, row.number)),
      undefined,
    );
  const row = [...activeExecutions(deps.world).values()].find((candidate) => candidate.number === first);
  const execution = row === undefined ? undefined : executions(deps.world).get(row.id);
  if (execution !== undefined) begin(deps, execution, nowMs);
};

const begin = (deps: SsmDeps, execution: Execution, nowMs: number): void => {
  const { account, region, document, target } = execution;
  const fault = takeFault(deps.world, { account, region, document, resourceId: target.id });
  const running = {
    ...execution,
    status: 'InProgress',
    runningMs: nowMs,
    ...(fault === undefined ? {} : { fault }),
  };
  startStep(deps, running, nowMs);
  emitExecutionStatus(deps.emit, running);
};

const startStep = (deps: SsmDeps, execution: Execution, nowMs: number): void => {
  const step = runbookOf(execution).steps[execution.stepIndex];
  const durationMs = (step?.durationMs ?? 0) * worldSettings(deps.world).stepTimeFactor;
  save(deps, withStep(execution, { status: 'InProgress', startedMs: nowMs }), Math.round(nowMs + durationMs));
};

const save = (deps: SsmDeps, execution: Execution, dueMs: number | undefined): void => {
  const { id, number } = execution;
  executions(deps.world).put(id, execution);
  activeExecutions(deps.world).put(id, {
    id,
    number,
    lane: laneOf(execution),
    queued: false,
    ...(dueMs === undefined ? {} : { dueMs }),
  });
};

const withStep = (execution: Execution, change: Partial<StepState>): Execution => ({
  ...execution,
  steps: execution.steps.map((step, index) =>
    index === execution.stepIndex ? { ...step, ...change } : step,
  ),
});

const runbookOf = (execution: Execution): SandboxRunbook => {
  const runbook = findRunbook(execution.document);
  if (runbook === undefined)
    throw new Error(
      `Execution ${execution.id} cannot go on: the sandbox no longer knows ${execution.document}. Start with a new data directory.`,
    );
  return runbook;
};

/** The step at work has had its time. */
const moveOn = (deps: SsmDeps, execution: Execution, nowMs: number): void => {
  if (execution.status === 'Cancelling') end(deps, execution, 'Cancelled', nowMs);
  else if (execution.fault?.kind === 'hangs') save(deps, execution, undefined);
  else endStep(deps, execution, nowMs);
};

const endStep = (deps: SsmDeps, execution: Execution, nowMs: number): void => {
  const outcome = takeStep(deps, execution, nowMs);
  const done = withStep(execution, { ...outcome, endedMs: nowMs });
  const step = done.steps[done.stepIndex];
  if (step !== undefined) emitStepStatus(deps.emit, done, step);
  if (outcome.status === 'Failed')
    end(deps, done, 'Failed', nowMs, failureMessage(done, outcome.failureMessage));
  else if (done.stepIndex + 1 < done.steps.length)
    startStep(deps, { ...done, stepIndex: done.stepIndex + 1 }, nowMs);
  else finish(deps, done, nowMs);
};

const failureMessage = (execution: Execution, cause: string | undefined): string =>
  `Step fails when it is Execute/Cancelling action: ${execution.steps[execution.stepIndex]?.name}. ${cause ?? ''} Please refer to Automation Service Troubleshooting Guide for more diagnosis details.`;

const finish = (deps: SsmDeps, execution: Execution, nowMs: number): void => {
  const status = execution.fault?.kind === 'status' ? execution.fault.status : 'Success';
  if (isEnded(status)) {
    end(
      deps,
      execution,
      status,
      nowMs,
      status === 'Success' ? undefined : `The execution ended as ${status}.`,
    );
    return;
  }
  const stuck = { ...execution, status };
  save(deps, stuck, undefined);
  emitExecutionStatus(deps.emit, stuck);
};

type StepOutcome = Pick<StepState, 'status' | 'outputs' | 'failureMessage'>;

const takeStep = (deps: SsmDeps, execution: Execution, nowMs: number): StepOutcome => {
  const { steps } = runbookOf(execution);
  const step = steps[execution.stepIndex];
  const injected = injectedFailure(execution, step);
  if (injected !== undefined) return { status: 'Failed', failureMessage: injected };
  const changesAt = steps.findIndex(({ changes }) => changes);
  if (step === undefined || (execution.stepIndex >= changesAt && leavesResource(execution.fault)))
    return { status: 'Success' };
  const context = stepContext(deps.world, execution, nowMs);
  const refused = refusedAccess(deps.world, execution, step, context);
  if (refused !== undefined) return { status: 'Failed', failureMessage: refused };
  try {
    const outputs = step.run(context);
    return { status: 'Success', ...(outputs === undefined ? {} : { outputs }) };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return { status: 'Failed', failureMessage: `An error occurred (${error.code}): ${error.message}` };
  }
};

const leavesResource = (fault: RunbookFault | undefined): boolean =>
  fault?.kind === 'changes-nothing' || (fault?.kind === 'status' && fault.changesResource !== true);

/** A fault strikes the step that changes the resource, unless it names another. */
const injectedFailure = (
  { fault, document }: Execution,
  step: RunbookStep | undefined,
): string | undefined => {
  if (step === undefined || (fault?.kind !== 'step-fails' && fault?.kind !== 'access-denied'))
    return undefined;
  const named = fault.kind === 'step-fails' ? fault.step : undefined;
  const struck = named === undefined ? step.changes === true : step.name === named;
  if (!struck) return undefined;
  return fault.kind === 'access-denied'
    ? `An error occurred (AccessDenied): the automation role is not authorized to perform ${step.name} for ${document}.`
    : (fault.message ??
        'An error occurred (InternalError): We encountered an internal error. Please try again.');
};

const stepContext = (world: World, execution: Execution, nowMs: number): StepContext => {
  const values = (parameter: string) => execution.parameters[parameter] ?? [];
  const { account, region } = execution;
  return { world, account, region, nowMs, values, value: (parameter) => values(parameter)[0] ?? '' };
};
