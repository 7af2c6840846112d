/** What people decide about a plan, whose word counts, and what happens while nobody decides. */
import { nextClosing } from '../../calendar/start-times.ts';
import { inert } from '../../message.ts';
import { samePerson } from '../../person.ts';
import { dayMs, type Instant, latest, type Moment, plusMs, soonest } from '../../time.ts';
import { objectionTo } from '../approves.ts';
import { type AwaitingApproval, type Case, type Decision, isClosed, type NeedsHuman } from '../case.ts';
import { APPROVAL_EXPIRED, nextRungAt, rungOf } from '../ladder.ts';
import { after, move, type Outcome, type Refusal, unchanged } from '../move.ts';
import type { ObservationOf } from '../observation.ts';
import { saysWhy } from '../reason.ts';
import { queued, toApprovedForLater, toNeedsHuman } from '../route.ts';
import { appendEntry } from '../timeline.ts';
import { UNANNOUNCED_WAIT_MS } from '../waits.ts';
import { handToHuman } from './failure.ts';

type Decided = ObservationOf<'decided'>;

/**
 * One person's decision on exactly one plan. The quorum moves the case on; until then every decision is
 * kept, and nobody counts twice.
 */
export const onDecided = (c: Case<AwaitingApproval>, told: Decided, moment: Moment): Outcome => {
  const { decision } = told;
  const refusal = told.refusal ?? refusalOf(c, decision, moment);
  if (refusal !== undefined) return refuse(c, decision, refusal, moment);
  return decision.answer === 'deny' ? denied(c, decision, moment) : approved(c, decision, moment);
};

/** Nothing waits for a decision: it is told so, and that it was tried stays known. */
export const onDecidedInVain = (c: Case, { decision }: Decided, moment: Moment): Outcome => {
  const nothing = 'there is nothing to decide';
  // That nobody decided in time stays the answer, whether or not the timer was first to see it.
  if (c.state.name === 'needs-human' && c.state.code === APPROVAL_EXPIRED)
    return refuse(
      c,
      decision,
      { code: APPROVAL_EXPIRED, reason: `${c.state.reason}; nothing was started` },
      moment,
    );
  const refusal: Refusal = isClosed(c.state)
    ? { code: 'case-closed', reason: `case ${c.id} is closed (${c.state.name}): ${nothing}` }
    : { code: 'not-awaiting-approval', reason: `case ${c.id} is ${c.state.name}: ${nothing}` };
  return refuse(c, decision, refusal, moment);
};

const refusalOf = (c: Case<AwaitingApproval>, decision: Decision, { now }: Moment): Refusal | undefined => {
  const { planHash, expiresAt, decisions } = c.state;
  if (now >= expiresAt)
    return {
      code: 'approval-expired',
      reason: `nobody decided before ${expiresAt}; nothing was started`,
    };
  if (decision.planHash !== planHash)
    return {
      code: 'plan-hash-mismatch',
      // Which one is not told: a hash that can be copied from here would be approved unseen.
      reason: `another plan waits than the one you decided on; look at it again before you decide (selfheal case ${c.id})`,
    };
  const objection = objectionTo(decision, c);
  if (objection !== undefined) return objection;
  if (decisions.some(({ who }) => samePerson(who, decision.who)))
    return {
      code: 'already-decided',
      reason: `${decision.who} has already decided on this plan; somebody else must`,
    };
  return whyNoReason(decision, c);
};

/** Where none is needed, none is fine; one that was meant to be replaced is not. */
const whyNoReason = ({ answer, reason }: Decision, { severity }: Case): Refusal | undefined => {
  if (saysWhy(reason)) return undefined;
  const code = 'reason-required';
  if (answer === 'deny' || severity === 'critical')
    return {
      code,
      reason: `say why: ${answer === 'deny' ? 'a denial' : 'approval of a critical case'} without a reason helps nobody later (--reason)`,
    };
  return reason.trim() === ''
    ? undefined
    : {
        code,
        reason: `"${inert(reason.trim(), 40)}" says nothing: write why you decide so (--reason), or leave the reason out`,
      };
};

/** Who tried what, and why it was not taken, stays in the case's story; the same again adds nothing to it. */
const refuse = (c: Case, { who, answer }: Decision, { code, reason }: Refusal, { now }: Moment): Outcome => {
  const why = `${code}: ${reason}`;
  const entry = { at: now, who, what: REFUSED, why: `${why} (${answer})`, state: c.state.name };
  const noted: Case = { ...c, ...appendEntry(c, entry), version: c.version + 1 };
  return { kind: 'refused', code, reason, ...(isKnown(c, who, code) ? {} : { noted }) };
};

/** Since the case last went on: others who try in between do not make it news. */
const isKnown = ({ timeline }: Case, who: string, code: string): boolean =>
  timeline
    .slice(timeline.findLastIndex(({ what }) => what !== REFUSED) + 1)
    .some((entry) => entry.who === who && entry.why.startsWith(`${code}: `));

const REFUSED = 'decision-refused';

const denied = (c: Case<AwaitingApproval>, decision: Decision, moment: Moment): Outcome =>
  move(c, moment, {
    to: { name: 'denied', closedAt: moment.now, decision },
    entry: {
      who: decision.who,
      what: 'denied',
      why: `${decision.reason}${decision.exemption === undefined ? '' : ` (exempt by "${decision.exemption}")`}`,
    },
  });

const approved = (c: Case<AwaitingApproval>, decision: Decision, moment: Moment): Outcome => {
  const decisions = [...c.state.decisions, decision];
  const { plan, planHash } = c.state;
  const { quorum } = c.terms.approval;
  const count = decisions.length < quorum ? ` (${decisions.length} of ${quorum})` : '';
  const later = decision.notBefore === undefined ? '' : ` (not before ${decision.notBefore})`;
  const entry = {
    who: decision.who,
    what: 'approved',
    why: `${decision.reason.trim() || 'without a reason'}${later}${count}`,
  };
  if (decisions.length < quorum) return move(c, moment, { to: { ...c.state, decisions }, entry });
  const notBefore = decisions.map((each) => each.notBefore ?? '').reduce(latest);
  const head = {
    approval: {
      planHash,
      plan,
      decisions,
      validUntil: validUntil(c, notBefore, moment),
      ...(notBefore !== '' && { notBefore }),
    },
  };
  return notBefore > moment.now
    ? move(c, moment, { to: toApprovedForLater(notBefore, moment).to, head, entry })
    : move(c, moment, { to: queued(c.state, moment), head, entry, after: [{ kind: 'seek-start' }] });
};

/**
 * An approval must not run out before the window that it waits for has been open once; but it is not for ever.
 *
 * @param notBefore when people want it to start; a window that opens just then is the one that it waits for
 */
const validUntil = ({ terms }: Case, notBefore: Instant, { now }: Moment): Instant => {
  const from = latest(now, notBefore);
  const byPolicy = plusMs(from, terms.approval.expiresAfterMs);
  const closing =
    terms.windows.length === 0
      ? undefined
      : nextClosing(terms.windows, from === notBefore ? plusMs(from, -1) : from);
  if (closing === undefined) return byPolicy;
  return latest(byPolicy, soonest(closing, plusMs(from, WINDOW_WAIT_MS_MAX)));
};

/** Time is up, somebody else is to be told, or SNS has not taken the request yet: silence is never a yes. */
export const onApprovalDue = (c: Case<AwaitingApproval>, _: unknown, moment: Moment): Outcome => {
  const { expiresAt, batch } = c.state;
  if (moment.now < expiresAt) return isToBeTold(c, moment) ? telling(c, moment) : unchanged();
  const reason = `nobody decided before ${expiresAt}`;
  return batch === undefined
    ? handToHuman(c, { code: APPROVAL_EXPIRED, reason }, moment)
    : expiredInBatch(c, reason, batch, moment);
};

/**
 * Of those who are woken for it at once, the one whose write counts tells people; the others find that it is not due
 * yet. If SNS does not take it, or whoever sends it dies, it is due again a little later.
 */
const telling = (c: Case<AwaitingApproval>, moment: Moment): Outcome =>
  c.state.dueAt > moment.now
    ? unchanged()
    : move(c, moment, {
        to: { ...c.state, dueAt: soonest(after(moment, UNANNOUNCED_WAIT_MS), c.state.expiresAt) },
        after: [{ kind: 'announce' }],
      });

const isToBeTold = ({ state, terms }: Case<AwaitingApproval>, { now }: Moment): boolean =>
  state.batch === undefined && (!state.announced || nextRungAt(state, terms) <= now);

/** A thousand cases of one batch are handed over with one message, which is the batch's to send. */
const expiredInBatch = (c: Case, reason: string, batch: string, moment: Moment): Outcome => {
  const { to, what, why } = toNeedsHuman(APPROVAL_EXPIRED, reason, c.manualSteps, moment);
  return move(c, moment, {
    to: { ...to, batch, announced: true, dueAt: after(moment, dayMs) } as NeedsHuman,
    head: { lastFailure: reason },
    entry: { who: 'selfheal', what, why: `${why} (batch ${batch})` },
  });
};

/** SNS took the request, or what the next rung of the ladder hears. */
export const onApprovalAnnounced = (c: Case<AwaitingApproval>, _: unknown, moment: Moment): Outcome => {
  if (!isToBeTold(c, moment)) return unchanged();
  const { rungs = 0, announced, expiresAt, decisions } = c.state;
  const rung = announced ? rungOf(c.state, c.terms) : undefined;
  const state = { ...c.state, announced: true, ...(announced && { rungs: rungs + 1 }) };
  return move(c, moment, {
    to: { ...state, dueAt: nextRungAt(state, c.terms) },
    entry: {
      who: 'selfheal',
      what: 'people-told',
      why: `${rung === undefined ? '' : `${decisions.length === 0 ? 'nobody has decided yet' : `${decisions.length} of ${c.terms.approval.quorum} ${decisions.length === 1 ? 'has' : 'have'} approved`}, so by topic ${rung.notify.join(', ')} too: `}approval is waited for until ${expiresAt}`,
    },
  });
};

/** A month and a few days: whatever opens monthly has opened by then. */
export const WINDOW_WAIT_MS_MAX = 35 * dayMs;
