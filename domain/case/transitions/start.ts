/**
 * From queued to running. The intent is written first, then SSM is called, then its answer is written:
 *
 *   queued ──permit-granted──▶ starting ──start-accepted──▶ running
 *                                 │ crash, timeout, throttling: the same token again
 *                                 └ older than the token can be trusted: look for the execution by its tag
 */
import { backoffDelayMs } from '../../backoff.ts';
import { epochMs, type Moment, minuteMs, plusMs, secondMs } from '../../time.ts';
import { unreachable } from '../../unreachable.ts';
import { toAskedInBatch } from '../asks.ts';
import type { Case, Queued, Starting } from '../case.ts';
import { after, move, moveBy, type Outcome, unchanged } from '../move.ts';
import type { Assessment, ObservationOf } from '../observation.ts';
import { headOf } from '../open-case.ts';
import { queuedLookMs, routeBy, toHeld, whenCheckFailed } from '../route.ts';
import { askUntil, attemptFailed, handToHuman } from './failure.ts';

export const onPermitGranted = (
  c: Case<Queued>,
  { clientToken, scopes, probes }: ObservationOf<'permit-granted'>,
  moment: Moment,
): Outcome => {
  const attempt = c.attempts + 1;
  return move(c, moment, {
    to: {
      name: 'starting',
      plan: c.state.plan,
      planHash: c.state.planHash,
      attempt,
      clientToken,
      scopes,
      ...(probes && { probes }),
      intentAt: moment.now,
      tries: 0,
      dueAt: after(moment, INTENT_LOOK_MS),
    },
    head: { attempts: attempt, checkFailures: 0 },
    entry: {
      who: 'selfheal',
      what: 'attempt-intended',
      why: `attempt ${attempt} of ${c.terms.retry.attemptsMax}: ${c.state.plan.document} version ${c.state.plan.documentVersion}${probes ? `, the probe of ${probes.map(({ kind, name }) => `${kind} ${name}`).join(' and ')}` : ''}`,
      document: c.state.plan.document,
    },
    after: [{ kind: 'start-runbook' }],
  });
};

/** The checks said yes once more: the same token is issued again. */
export const onPermitGrantedAgain = (c: Case<Starting>): Outcome =>
  c.state.refusal ? unchanged() : unchanged({ kind: 'start-runbook' });

/** The plan or the mode has changed since the case was queued. What could not be read changes no terms. */
export const onReassessed = (c: Case, { assessment }: ObservationOf<'assessed'>, moment: Moment): Outcome =>
  moveBy(
    identified(c, assessment),
    routeBy(assessment, c, moment),
    moment,
    ['unreadable', 'no-policy'].includes(assessment.outcome.kind) ? {} : headOf(assessment),
  );

/**
 * A case that was opened while Config could not be asked does not know its rule's identifier. Stop switches
 * and limits go by it, so it is taken over before anything can start.
 */
const identified = (c: Case, { ruleIdentifier }: Assessment): Case =>
  ruleIdentifier === undefined || c.finding.ruleIdentifier === ruleIdentifier
    ? c
    : { ...c, finding: { ...c.finding, ruleIdentifier } };

/** A check could not be made: it is made again, ever more rarely. A check said no: it says itself what follows. */
export const onCheckRefused = (
  c: Case<Queued>,
  { check, failed, reason, next = { kind: 'hand-over' } }: ObservationOf<'check-refused'>,
  moment: Moment,
): Outcome => {
  if (failed) return moveBy(c, whenCheckFailed(c, `${check}: ${reason}`, moment), moment);
  switch (next.kind) {
    case 'hold':
      return moveBy(c, { ...toHeld(next.reason, reason, 1, next.until), checkFailures: 0 }, moment);
    case 'ask':
      return moveBy(
        c,
        { ...toAskedInBatch(c.state, c, reason, next.batch, moment), checkFailures: 0 },
        moment,
      );
    case 'hand-over':
      return handToHuman(c, { code: `check-${check}`, reason }, moment, []);
    default:
      return unreachable(next);
  }
};

/** The backstop of a case that waits for its permit. */
export const lookAgainWhenQueued = (c: Case<Queued>, _: unknown, moment: Moment): Outcome => {
  const looks = c.state.looks + 1;
  return move(c, moment, {
    to: { ...c.state, looks, dueAt: after(moment, queuedLookMs(looks)) },
    after: [{ kind: 'seek-start' }],
  });
};

export const onStartAccepted = (
  c: Case<Starting>,
  { executionId }: ObservationOf<'start-accepted'>,
  moment: Moment,
): Outcome => {
  const { plan, planHash, attempt, clientToken, scopes, probes } = c.state;
  return move(c, moment, {
    to: {
      name: 'running',
      plan,
      planHash,
      attempt,
      clientToken,
      scopes,
      ...(probes && { probes }),
      executionId,
      startedAt: moment.now,
      dueAt: after(moment, EXECUTION_LOOK_MS),
    },
    entry: { who: 'ssm', what: 'attempt-started', why: `execution ${executionId}` },
  });
};

export const onStartFailed = (
  c: Case<Starting>,
  { errorClass, code, message }: ObservationOf<'start-failed'>,
  moment: Moment,
): Outcome => {
  if (errorClass === 'terminal') return refusedBySsm(c, code, message, moment);
  const tries = c.state.tries + 1;
  const delayMs = backoffDelayMs(START_BACKOFF, tries, moment.jitter);
  return move(c, moment, {
    to: { ...c.state, tries, dueAt: after(moment, delayMs) },
    entry: { who: 'ssm', what: 'start-deferred', why: `${code}: ${message}` },
  });
};

/**
 * No call of this attempt will work any more, but an earlier one whose answer was lost may have: the permit
 * stays taken until SSM has been asked for an execution with this attempt's tag.
 */
const refusedBySsm = (c: Case<Starting>, code: string, message: string, moment: Moment): Outcome =>
  move(c, moment, {
    to: {
      ...c.state,
      refusal: { code, reason: `SSM refused to start: ${message}` },
      dueAt: after(moment, INTENT_LOOK_MS),
    },
    entry: { who: 'ssm', what: 'start-refused', why: `${code}: ${message}` },
  });

/** While the token can be trusted it is issued again, after the checks; later, SSM is asked by tag first. */
export const resumeStart = (c: Case<Starting>, _: unknown, moment: Moment): Outcome =>
  isTrusted(c, moment) && !c.state.refusal
    ? unchanged({ kind: 'seek-start' })
    : askUntil(plusMs(c.state.intentAt, START_KNOWN_MS_MAX), c, { kind: 'find-execution' }, moment, () =>
        startUnknown(c, moment),
      );

/** SSM never answered whether it was started. The permit stays taken until its lease expires: it may be at work. */
const startUnknown = (c: Case<Starting>, moment: Moment): Outcome => {
  const { code, reason } = c.state.refusal ?? { code: 'start-unknown', reason: 'the start got no answer' };
  const doubt = `${reason}; SSM could not be asked for an execution since ${c.state.intentAt}`;
  return handToHuman(c, { code, reason: doubt }, moment, []);
};

/** A check says no while an earlier call may have started it: look, and start nothing. */
export const onCheckRefusedWhileStarting = (): Outcome => unchanged({ kind: 'find-execution' });

export const onExecutionMissing = (c: Case<Starting>, _: unknown, moment: Moment): Outcome => {
  const { refusal } = c.state;
  if (refusal)
    return moment.now < c.state.dueAt && ageMs(c, moment) < START_KNOWN_MS_MAX
      ? unchanged()
      : handToHuman(c, { ...refusal, who: 'ssm', blamed: RUNBOOK_REFUSED.test(refusal.code) }, moment);
  // The last call with this token may have been issued a moment ago: SSM's listing is given time to show it.
  return ageMs(c, moment) <= TOKEN_TRUSTED_MS + LISTED_MS
    ? move(c, moment, { to: { ...c.state, dueAt: after(moment, INTENT_LOOK_MS) } })
    : attemptFailed(
        c,
        {
          who: 'ssm',
          what: 'attempt-not-started',
          why: 'no execution carries the tag of this attempt, and its token is too old to be issued again',
          blamed: false,
        },
        moment,
      );
};

/** The document is not there or does not take its parameters; a role that may not start it is another matter. */
const RUNBOOK_REFUSED =
  /^(AutomationDefinition|InvalidAutomationExecutionParameters|InvalidDocument|InvalidTarget)/;

const isTrusted = (c: Case<Starting>, moment: Moment): boolean => ageMs(c, moment) <= TOKEN_TRUSTED_MS;

const ageMs = (c: Case<Starting>, { now }: Moment): number => epochMs(now) - epochMs(c.state.intentAt);

/** AWS does not say how long it remembers a ClientToken; well within any answer, the same token is safe. */
export const TOKEN_TRUSTED_MS = 5 * minuteMs;
const INTENT_LOOK_MS = minuteMs;
const LISTED_MS = minuteMs;
export const EXECUTION_LOOK_MS = 2 * minuteMs;
const START_KNOWN_MS_MAX = 30 * minuteMs;
const START_BACKOFF = { backoffMs: 4 * secondMs, backoffMsMax: minuteMs };
