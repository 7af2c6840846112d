/**
 * What SSM's nineteen statuses of an automation mean for a case, as one table. A status that is not in it
 * is treated as still at work: nothing new starts, and the time limit of the run ends the doubt.
 */
export type AutomationStatus = 'at-work' | 'succeeded' | 'failed' | 'ended-by-human' | 'unknown';

const STATUSES: Readonly<Record<string, AutomationStatus>> = {
  Pending: 'at-work',
  InProgress: 'at-work',
  Waiting: 'at-work',
  PendingApproval: 'at-work',
  Approved: 'at-work',
  Scheduled: 'at-work',
  RunbookInProgress: 'at-work',
  PendingChangeCalendarOverride: 'at-work',
  ChangeCalendarOverrideApproved: 'at-work',
  // Not known to be final: the execution is expected to go on to Rejected.
  ChangeCalendarOverrideRejected: 'at-work',
  Cancelling: 'at-work',
  Success: 'succeeded',
  CompletedWithSuccess: 'succeeded',
  Failed: 'failed',
  TimedOut: 'failed',
  CompletedWithFailure: 'failed',
  // Exited: a step said that there was nothing to do or that it may not go on. Whether it helped is for Config to say.
  Exited: 'failed',
  Cancelled: 'ended-by-human',
  Rejected: 'ended-by-human',
};

export const AUTOMATION_STATUSES: readonly string[] = Object.keys(STATUSES);

/** @example automationStatus('TimedOut') // 'failed' */
export const automationStatus = (statusText: string): AutomationStatus =>
  Object.hasOwn(STATUSES, statusText) ? (STATUSES[statusText] ?? 'unknown') : 'unknown';

export const hasEnded = (status: AutomationStatus): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'ended-by-human';
