/** What SSM says of the execution that is at work. */
import { hasEnded } from '../../automation-status.ts';
import type { Plan } from '../../plan.ts';
import { epochMs, type Moment, minuteMs, plusMs } from '../../time.ts';
import type { Case, Running } from '../case.ts';
import { after, move, type Outcome, unchanged } from '../move.ts';
import type { ExecutionReport, ObservationOf } from '../observation.ts';
import { toHeld } from '../route.ts';
import { askUntil, attemptFailed, handToHuman, release } from './failure.ts';
import { EXECUTION_LOOK_MS } from './start.ts';

export const askSsm = (c: Case<Running>, _: unknown, moment: Moment): Outcome => {
  const stoppedAt = c.state.stopRequestedAt ?? plusMs(c.state.startedAt, c.terms.runMsMax);
  const limit = plusMs(stoppedAt, STOP_PATIENCE_MS + UNREAD_PATIENCE_MS);
  return askUntil(limit, c, { kind: 'read-execution' }, moment, () => unread(c, moment));
};

/** The permit stays taken until its lease expires: the execution may still be at work. */
const unread = (c: Case<Running>, moment: Moment): Outcome =>
  handToHuman(
    c,
    {
      code: 'run-stuck',
      reason: `SSM could not be asked whether execution ${c.state.executionId} has ended`,
    },
    moment,
    [],
  );

export const onExecutionRead = (
  c: Case<Running>,
  { execution }: ObservationOf<'execution-read'>,
  moment: Moment,
): Outcome => {
  const difference = differenceFromPlan(c.state.plan, execution);
  if (difference !== undefined && hasEnded(execution.status))
    return handToHuman(c, { code: 'not-as-planned', reason: difference, who: 'ssm' }, moment);
  switch (execution.status) {
    case 'succeeded':
      return toVerifying(c, execution, moment);
    case 'failed':
      return onFailed(c, execution, moment);
    case 'ended-by-human':
      return onEndedByHuman(c, execution, moment);
    case 'at-work':
    case 'unknown':
      return stillAtWork(c, execution, moment);
  }
};

/** SSM no longer knows the execution, so what it did will never be known. */
export const onExecutionGone = (c: Case<Running>, _: unknown, moment: Moment): Outcome =>
  handToHuman(
    c,
    { code: 'execution-unknown', reason: `SSM does not know execution ${c.state.executionId}`, who: 'ssm' },
    moment,
  );

const toVerifying = (c: Case<Running>, execution: ExecutionReport, moment: Moment): Outcome => {
  const { plan, planHash, attempt, executionId, startedAt, probes } = c.state;
  const endedAt = execution.endedAt ?? moment.now;
  const settledAt = plusMs(endedAt, c.terms.verify.settleMs);
  return move(c, moment, {
    to: {
      name: 'verifying',
      plan,
      planHash,
      attempt,
      executionId,
      startedAt,
      ...(probes && { probes }),
      endedAt,
      settledAt,
      expiresAt: plusMs(endedAt, c.terms.verify.timeoutMs),
      dueAt: settledAt,
    },
    entry: {
      who: 'ssm',
      what: 'attempt-succeeded',
      why: `${execution.statusText}: waiting for Config's verdict`,
    },
    before: release(c.state),
  });
};

const onFailed = (c: Case<Running>, execution: ExecutionReport, moment: Moment): Outcome => {
  if (c.state.stoppedBy) return endedByStop(c, execution, moment);
  const why = `${execution.statusText}: ${execution.failureMessage ?? 'SSM gave no reason'}`;
  return isTerminalFailure(execution.failureMessage)
    ? handToHuman(c, { code: 'runbook-failed', reason: why, who: 'ssm', blamed: true }, moment)
    : attemptFailed(c, { who: 'ssm', what: 'attempt-failed', why, blamed: true }, moment);
};

/** Trying again cannot help when the role lacks a right or a parameter is wrong. */
const isTerminalFailure = (failureMessage: string | undefined): boolean =>
  failureMessage !== undefined && TERMINAL_FAILURE.test(failureMessage);

const TERMINAL_FAILURE =
  /AccessDenied|UnauthorizedOperation|not authorized to perform|InvalidParameter|ValidationError/;

const onEndedByHuman = (c: Case<Running>, execution: ExecutionReport, moment: Moment): Outcome => {
  const { stoppedBy, stopRequestedAt } = c.state;
  if (stoppedBy) return endedByStop(c, execution, moment);
  return stopRequestedAt
    ? attemptFailed(
        c,
        {
          who: 'ssm',
          what: 'attempt-failed',
          why: `stopped after ${minutes(c.terms.runMsMax)} minutes`,
          blamed: true,
        },
        moment,
      )
    : handToHuman(
        c,
        { code: 'run-cancelled', reason: `somebody ended the run: ${execution.statusText}`, who: 'ssm' },
        moment,
      );
};

/**
 * A person has what runs stopped. It is asked for until it has ended; a run that was stopped already because it
 * outlasted its limit is a failure whoever else wants it stopped.
 */
export const onStopOrdered = (
  c: Case<Running>,
  { who, reason }: ObservationOf<'stop-ordered'>,
  moment: Moment,
): Outcome =>
  c.state.stopRequestedAt
    ? unchanged({ kind: 'stop-runbook' })
    : move(c, moment, {
        to: {
          ...c.state,
          stopRequestedAt: moment.now,
          stoppedBy: { who, reason },
          dueAt: after(moment, minuteMs),
        },
        entry: { who, what: 'stop-requested', why: reason },
        after: [{ kind: 'stop-runbook' }],
      });

/** The attempt counts, but says nothing of the runbook. The case waits for the stop switch like any other. */
const endedByStop = (c: Case<Running>, { statusText }: ExecutionReport, moment: Moment): Outcome => {
  const { who = '', reason = '' } = c.state.stoppedBy ?? {};
  const why = `${statusText}: ${who} had it stopped: ${reason}`;
  const { to } = toHeld('stop-switch', why, 1, after(moment, STOPPED_LOOK_MS));
  return move(c, moment, {
    to,
    head: { lastFailure: why },
    entry: { who: 'ssm', what: 'attempt-stopped', why },
    before: release(c.state),
  });
};

/** A run that outlasts its limit is stopped; if even that does not end it, a person must look. */
const stillAtWork = (c: Case<Running>, execution: ExecutionReport, moment: Moment): Outcome => {
  const ranMs = epochMs(moment.now) - epochMs(c.state.startedAt);
  const { stopRequestedAt } = c.state;
  if (stopRequestedAt === undefined && ranMs < c.terms.runMsMax)
    return move(c, moment, { to: { ...c.state, dueAt: after(moment, EXECUTION_LOOK_MS) } });
  if (stopRequestedAt === undefined)
    return move(c, moment, {
      to: { ...c.state, stopRequestedAt: moment.now, dueAt: after(moment, minuteMs) },
      entry: {
        who: 'selfheal',
        what: 'stop-requested',
        why: `still ${execution.statusText} after ${minutes(c.terms.runMsMax)} minutes`,
      },
      after: [{ kind: 'stop-runbook' }],
    });
  if (epochMs(moment.now) - epochMs(stopRequestedAt) < STOP_PATIENCE_MS)
    return move(c, moment, {
      to: { ...c.state, dueAt: after(moment, EXECUTION_LOOK_MS) },
      after: [{ kind: 'stop-runbook' }],
    });
  // The permit stays taken until its lease expires: the execution may still be at work.
  return handToHuman(
    c,
    {
      code: 'run-stuck',
      reason: `execution ${c.state.executionId} is ${execution.statusText} and does not stop`,
      blamed: c.state.stoppedBy === undefined,
    },
    moment,
    [],
  );
};

/** What ran must be what was planned and approved. */
const differenceFromPlan = (plan: Plan, execution: ExecutionReport): string | undefined => {
  if (execution.document !== plan.document)
    return `SSM ran document ${execution.document}, planned was ${plan.document}`;
  if (execution.documentVersion !== plan.documentVersion)
    return `SSM ran version ${execution.documentVersion} of ${plan.document}, planned was ${plan.documentVersion}`;
  const other = Object.entries(plan.parameters).find(
    ([name, values]) => JSON.stringify(execution.parameters[name]) !== JSON.stringify(values),
  );
  return other ? `SSM ran ${plan.document} with another value of ${other[0]} than planned` : undefined;
};

const minutes = (ms: number): number => Math.round(ms / minuteMs);

const STOPPED_LOOK_MS = 5 * minuteMs;
const STOP_PATIENCE_MS = 30 * minuteMs;
const UNREAD_PATIENCE_MS = 30 * minuteMs;
