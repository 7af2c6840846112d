/** One attempt did not heal the resource: try again later, or hand it to a person. */
import { backoffDelayMs } from '../../backoff.ts';
import { type Instant, type Moment, minuteMs } from '../../time.ts';
import type { AtWork, Case, FailedAttempt, Running, Starting, Verifying } from '../case.ts';
import type { Effect } from '../effect.ts';
import { after, move, type Outcome, unchanged } from '../move.ts';
import { toHeld, toNeedsHuman } from '../route.ts';

type Attempted = Starting | Running | Verifying;

interface Failure {
  readonly who: string;
  readonly what: string;
  readonly why: string;
  /** True when the runbook is to blame: then breakers count it. */
  readonly blamed: boolean;
}

/** A failed attempt, whatever failed in it: SSM's run, or a run that succeeded and healed nothing. */
export const attemptFailed = (
  c: Case<Attempted>,
  { who, what, why, blamed }: Failure,
  moment: Moment,
): Outcome => {
  const { retry } = c.terms;
  if (c.attempts >= retry.attemptsMax)
    return handToHuman(
      c,
      {
        code: 'attempts-used-up',
        reason: `${why} (attempt ${c.attempts} of ${retry.attemptsMax})`,
        who,
        blamed,
      },
      moment,
    );
  const failed = blamed ? failedAttempt(c, moment) : undefined;
  const delayMs = backoffDelayMs(retry, c.attempts, moment.jitter);
  const { to } = toHeld('backoff', why, c.attempts, after(moment, delayMs));
  return move(c, moment, {
    to,
    head: { lastFailure: why, ...(failed && { lastFailed: failed }) },
    entry: {
      who,
      what,
      why: `${why}; attempt ${c.attempts} of ${retry.attemptsMax}, the next in ${seconds(delayMs)}`,
    },
    before: release(c.state),
    after: noted(failed),
  });
};

const failedAttempt = ({ state }: Case, { now }: Moment): FailedAttempt | undefined =>
  state.name === 'starting' || state.name === 'running' || state.name === 'verifying'
    ? { attempt: state.attempt, document: state.plan.document, startedAt: startOf(state), at: now }
    : undefined;

const startOf = (state: Attempted): Instant => {
  if (state.name === 'starting') return state.intentAt;
  return state.startedAt ?? (state as Verifying).endedAt;
};

/** Told once more by the timer and when a message comes again: noting it twice is noting it once. */
export const noted = (failed: FailedAttempt | undefined): readonly Effect[] =>
  failed ? [{ kind: 'note-failure', failed }] : [];

export const handToHuman = (
  c: Case,
  {
    code,
    reason,
    who = 'selfheal',
    blamed = false,
  }: {
    readonly code: string;
    readonly reason: string;
    readonly who?: string;
    readonly blamed?: boolean;
  },
  moment: Moment,
  before: readonly Effect[] = release(c.state),
): Outcome => {
  const { to, what, why, after: effects } = toNeedsHuman(code, reason, c.manualSteps, moment);
  const failed = blamed ? failedAttempt(c, moment) : undefined;
  return move(c, moment, {
    to,
    head: { lastFailure: reason, ...(failed && { lastFailed: failed }) },
    entry: { who, what, why },
    before,
    after: [...noted(failed), ...effects],
  });
};

/**
 * Asks the world again until `limit`. A selfheal that was down itself comes back after it: so the question is put
 * once more, and only when that is not answered either is it given up.
 */
export const askUntil = (
  limit: Instant,
  c: Case<Attempted>,
  question: Effect,
  moment: Moment,
  giveUp: () => Outcome,
): Outcome => {
  const { dueAt } = c.state;
  if (moment.now < limit || moment.now < dueAt) return unchanged(question);
  if (dueAt >= limit) return giveUp();
  return move(c, moment, { to: { ...c.state, dueAt: after(moment, LAST_ANSWER_MS) }, after: [question] });
};

/** The permits of an attempt that is over. */
export const release = (state: Case['state']): readonly Effect[] =>
  holdsPermit(state)
    ? [{ kind: 'release-permit', clientToken: state.clientToken, scopes: state.scopes }]
    : [];

const holdsPermit = (state: Case['state']): state is Case['state'] & AtWork =>
  state.name === 'starting' || state.name === 'running';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

const LAST_ANSWER_MS = 10 * minuteMs;
