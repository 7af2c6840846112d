/**
 * Whoever was asked for a plan hears what becomes of it, each piece of news once, and no more than that:
 *
 *   asked ──▶ approved ──▶ kept back longer than they were told ──▶ runs: what comes of it is the case's to tell
 *     │          └──────────────────┴──▶ closed without a run
 *     └──▶ denied, or closed: nothing is left to decide
 *
 * Of cases that were asked for in a batch people hear by the batch.
 */
import { startTimes } from '../calendar/start-times.ts';
import { type Instant, latest, type Moment } from '../time.ts';
import type { Asked, AwaitingApproval, Case, Held, HoldReason } from './case.ts';
import { isClosed } from './case.ts';
import { askedTopics } from './ladder.ts';
import type { Outcome } from './move.ts';

type Moved = Extract<Outcome, { readonly kind: 'moved' }>;

/** The outcome, with who was asked kept in the case, and the order to tell them where there is news for them. */
export const tellingAsked = (from: Case, outcome: Moved, moment: Moment): Moved => {
  const about = withAsked(from, outcome.case, moment);
  // Told first: what the other effects lead to may move the case on.
  return isNews(from, about)
    ? { ...outcome, case: about, after: [{ kind: 'announce' }, ...outcome.after] }
    : { ...outcome, case: about };
};

const withAsked = (from: Case, to: Case, moment: Moment): Case => {
  if (to.state.name === 'running' && to.asked !== undefined) {
    const { asked: _, ...started } = to;
    return started;
  }
  if (from.state.name !== 'awaiting-approval' || from.state.batch !== undefined) return to;
  if (to.state.name === 'awaiting-approval' || to.state.name === 'needs-human') return to;
  const startsAt = isApproval(from, to) ? startOf(to, moment) : undefined;
  return from.state.announced || startsAt !== undefined
    ? { ...to, asked: { rungs: rungsTold(from, from.state), ...(startsAt !== undefined && { startsAt }) } }
    : to;
};

const isApproval = (from: Case, to: Case): boolean => !isClosed(to.state) && to.approval !== from.approval;

/** Of those who were asked before, where the plan changed, too. */
const rungsTold = ({ asked }: Case, { rungs = 0 }: AwaitingApproval): number =>
  Math.max(asked?.rungs ?? 0, rungs);

/** When people expect it to start: now, or when one of its windows opens. */
const startOf = ({ approval, terms }: Case, { now }: Moment): Instant => {
  const from = latest(now, approval?.notBefore ?? now);
  const times = startTimes(terms.windows, [], from);
  return times.kind === 'open' ? from : (times.opensAt ?? from);
};

const isNews = (from: Case, about: Case): boolean => {
  const { state: was } = from;
  const { state, asked } = about;
  if (was.name === 'awaiting-approval') {
    if (was.batch !== undefined) return false;
    if (isClosed(state)) return was.announced;
    // Where one topic was asked and answered, there is nobody else to tell.
    return isApproval(from, about) && askedTopics(about).length > 1;
  }
  if (asked === undefined) return false;
  if (isClosed(state)) return was.name === 'queued' || was.name === 'held';
  return was.name === 'queued' && state.name === 'held' && isUntold(state, asked);
};

/** True where what people approved is kept back longer than they know, and they have not heard so yet. */
export const isUntold = (held: Held, asked: Asked): boolean =>
  isLaterThanTold(held, asked) && !(asked.told ?? []).includes(held.reason);

/** The delay that an approver chose and a window that people were told of are no news. */
export const isLaterThanTold = ({ reason, dueAt }: Held, { startsAt }: Asked): boolean => {
  if (startsAt === undefined) return false;
  return KEPT_FOR_LONG.includes(reason) || (UNTIL_A_TIME.includes(reason) && dueAt > startsAt);
};

const KEPT_FOR_LONG: readonly HoldReason[] = ['stop-switch', 'breaker'];
const UNTIL_A_TIME: readonly HoldReason[] = ['window', 'blackout'];
