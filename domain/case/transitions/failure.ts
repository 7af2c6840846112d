/** One attempt did not heal the resource: try again later, or hand it to a person. */
import { backoffDelayMs } from '../../backoff.ts';
import { type Instant, type Moment, minuteMs } from '../../time.ts';
import type { AtWork, Case, Running, Starting, Verifying } from '../case.ts';
import type { Effect } from '../effect.ts';
import { after, move, type Outcome, unchanged } from '../move.ts';
import { toHeld, toNeedsHuman } from '../route.ts';

type Attempted = Starting | Running | Verifying;

/** A failed attempt, whatever failed in it: SSM's run, or a run that succeeded and healed nothing. */
export const attemptFailed = (
  c: Case<Attempted>,
  { who, what, why }: { readonly who: string; readonly what: string; readonly why: string },
  moment: Moment,
): Outcome => {
  const { retry } = c.terms;
  if (c.attempts >= retry.attemptsMax)
    return handToHuman(
      c,
      { code: 'attempts-used-up', reason: `${why} (attempt ${c.attempts} of ${retry.attemptsMax})`, who },
      moment,
    );
  const delayMs = backoffDelayMs(retry, c.attempts, moment.jitter);
  const { to } = toHeld('backoff', why, c.attempts, after(moment, delayMs));
  return move(c, moment, {
    to,
    head: { lastFailure: why },
    entry: {
      who,
      what,
      why: `${why}; attempt ${c.attempts} of ${retry.attemptsMax}, the next in ${seconds(delayMs)}`,
    },
    before: release(c.state),
  });
};

export const handToHuman = (
  c: Case,
  {
    code,
    reason,
    who = 'selfheal',
  }: { readonly code: string; readonly reason: string; readonly who?: string },
  moment: Moment,
  before: readonly Effect[] = release(c.state),
): Outcome => {
  const { to, what, why, after: effects } = toNeedsHuman(code, reason, c.manualSteps, moment);
  return move(c, moment, {
    to,
    head: { lastFailure: reason },
    entry: { who, what, why },
    before,
    after: effects,
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
