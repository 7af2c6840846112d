/** An Automation execution as data: all that its next step needs to know is in its row. */
import type { Table, World } from '../../service.ts';
import type { ResourceRef } from '../../world/resource.ts';
import type { RunbookFault } from '../../world/runbook-faults.ts';

export interface StepState {
  readonly name: string;
  readonly action: string;
  readonly status: string;
  readonly stepExecutionId: string;
  readonly startedMs?: number;
  readonly endedMs?: number;
  readonly outputs?: Readonly<Record<string, readonly string[]>>;
  readonly failureMessage?: string;
}

export interface Execution {
  readonly id: string;
  /** Number of the start, counted from 1 over the whole world. */
  readonly number: number;
  readonly account: string;
  readonly region: string;
  readonly document: string;
  readonly documentVersion: string;
  /** With the document's defaults filled in. */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly executedBy: string;
  readonly clientToken?: string;
  /** The resource it works on. */
  readonly target: ResourceRef;
  readonly status: string;
  /** When StartAutomationExecution was called. */
  readonly requestedMs: number;
  /** When it left the queue. */
  readonly runningMs?: number;
  readonly endedMs?: number;
  readonly steps: readonly StepState[];
  /** Index of the step at work, or to start. */
  readonly stepIndex: number;
  readonly failureMessage?: string;
  /** What it was told to suffer. */
  readonly fault?: RunbookFault;
}

/** The row of an execution that has not ended. */
export interface ActiveExecution {
  readonly id: string;
  readonly number: number;
  readonly lane: string;
  /** Absent while it waits for a place, and when nothing will ever move it again. */
  readonly dueMs?: number;
  readonly queued: boolean;
}

export const executions = (world: World): Table<Execution> => world.table('ssm:executions');

export const activeExecutions = (world: World): Table<ActiveExecution> => world.table('ssm:active');

/** All that SSM itself knows, in the order of its documentation. */
export const EXECUTION_STATUSES = [
  'Pending',
  'InProgress',
  'Waiting',
  'Success',
  'TimedOut',
  'Cancelling',
  'Cancelled',
  'Failed',
  'PendingApproval',
  'Approved',
  'Rejected',
  'Scheduled',
  'RunbookInProgress',
  'PendingChangeCalendarOverride',
  'ChangeCalendarOverrideApproved',
  'ChangeCalendarOverrideRejected',
  'CompletedWithSuccess',
  'CompletedWithFailure',
  'Exited',
] as const;

const UNFINISHED: ReadonlySet<string> = new Set([
  'Pending',
  'InProgress',
  'Waiting',
  'Cancelling',
  'PendingApproval',
  'Approved',
  'Scheduled',
  'RunbookInProgress',
  'PendingChangeCalendarOverride',
  'ChangeCalendarOverrideApproved',
]);

/** A status that nobody knows counts as an end: it must not hold a place for ever. */
export const isEnded = (status: string): boolean => !UNFINISHED.has(status);

export const laneOf = (execution: Pick<Execution, 'account' | 'region'>): string =>
  `${execution.account}/${execution.region}`;
