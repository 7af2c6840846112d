/**
 * SSM Automation: one start a second and a hundred at once in a lane, ClientTokens that are forgotten in time,
 * runs that take as long as they take and end as they end, and events about it that may get lost.
 */
import { automationStatus } from '../../domain/automation-status.ts';
import type { ExecutionReport } from '../../domain/case/observation.ts';
import type { Plan } from '../../domain/plan.ts';
import { PortError } from '../../domain/ports.ts';
import { instant, minuteMs, secondMs } from '../../domain/time.ts';
import type { Scheduler } from './scheduler.ts';

export interface Execution {
  readonly id: string;
  readonly caseId: string;
  readonly token: string;
  readonly plan: Plan;
  readonly startedMs: number;
  status: string;
  endedMs?: number;
  failureMessage?: string;
}

export interface SimulatedSsmOptions {
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly tokenKeptMs: number;
  /** How the next run ends; `hang` ends only when it is stopped. */
  readonly nextEnd: () => RunEnd;
  readonly onStart: (execution: Execution) => void;
  readonly onEnd: (execution: Execution) => void;
}

export interface RunEnd {
  readonly afterMs: number;
  readonly status: 'Success' | 'Failed' | 'TimedOut' | 'Cancelled' | 'CompletedWithFailure' | 'hang';
}

const AT_ONCE_MAX = 100;

export class SimulatedSsm {
  readonly executions: Execution[] = [];
  version = 1;
  private readonly lastStartMs = new Map<string, number>();
  private readonly options: SimulatedSsmOptions;

  constructor(options: SimulatedSsmOptions) {
    this.options = options;
  }

  start(plan: Plan, token: string, caseId: string): string {
    const { scheduler, nextEnd, onStart, tokenKeptMs } = this.options;
    const { nowMs } = scheduler;
    const lane = `${plan.account}/${plan.region}`;
    if (nowMs - (this.lastStartMs.get(lane) ?? Number.NEGATIVE_INFINITY) < secondMs)
      throw refusal('transient', 'ThrottlingException');
    this.lastStartMs.set(lane, nowMs);
    const same = this.executions.findLast(
      (one) => one.token === token && nowMs - one.startedMs < tokenKeptMs,
    );
    if (same !== undefined) {
      if (JSON.stringify(same.plan) !== JSON.stringify(plan))
        throw refusal('terminal', 'IdempotentParameterMismatch');
      return same.id;
    }
    if (this.running().filter((one) => laneOf(one) === lane).length >= AT_ONCE_MAX)
      throw refusal('transient', 'AutomationExecutionLimitExceededException');
    const execution: Execution = {
      id: `00000000-0000-4000-8000-${String(this.executions.length + 1).padStart(12, '0')}`,
      caseId,
      token,
      plan,
      startedMs: nowMs,
      status: 'InProgress',
    };
    this.executions.push(execution);
    onStart(execution);
    const { afterMs, status } = nextEnd();
    if (status !== 'hang') scheduler.after(afterMs, () => this.end(execution, status));
    return execution.id;
  }

  read(_: Plan, executionId: string): ExecutionReport | undefined {
    const found = this.executions.find(({ id }) => id === executionId);
    return (
      found && {
        executionId,
        status: automationStatus(found.status),
        statusText: found.status,
        ...(found.endedMs === undefined ? {} : { endedAt: instant(found.endedMs) }),
        ...(found.failureMessage === undefined ? {} : { failureMessage: found.failureMessage }),
        document: found.plan.document,
        documentVersion: found.plan.documentVersion,
        parameters: found.plan.parameters,
      }
    );
  }

  find(_: Plan, token: string): string | undefined {
    const { nowMs } = this.options.scheduler;
    return this.executions.find((one) => one.token === token && nowMs - one.startedMs > LIST_LAG_MS)?.id;
  }

  stop(_: Plan, executionId: string): void {
    const found = this.executions.find(({ id }) => id === executionId);
    if (found === undefined || found.endedMs !== undefined) return;
    found.status = 'Cancelling';
    this.options.scheduler.after(this.options.random() * 5 * minuteMs, () => this.end(found, 'Cancelled'));
  }

  defaultVersion(_document: string): string {
    return String(this.version);
  }

  running(): readonly Execution[] {
    return this.executions.filter(({ endedMs }) => endedMs === undefined);
  }

  private end(execution: Execution, status: string): void {
    if (execution.endedMs !== undefined) return;
    execution.status = status;
    execution.endedMs = this.options.scheduler.nowMs;
    if (status !== 'Success') execution.failureMessage = 'a step failed';
    this.options.onEnd(execution);
  }
}

export const laneOf = ({ plan }: Execution): string => `${plan.account}/${plan.region}`;

const refusal = (errorClass: 'transient' | 'terminal', code: string): PortError =>
  new PortError(errorClass, code, 'ssm:StartAutomationExecution', code);

/** A list shows a new execution some seconds later. */
const LIST_LAG_MS = 5 * secondMs;
