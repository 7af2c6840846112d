/** What people decide, and what happens while they do not. */
import { nextClosing } from '../../calendar/start-times.ts';
import { samePerson } from '../../person.ts';
import { dayMs, epochMs, type Instant, latest, type Moment, plusMs, soonest } from '../../time.ts';
import type { AwaitingApproval, Case, Decision, Held, NeedsHuman, OpenState } from '../case.ts';
import { graceEnd, ownerTopics } from '../grace.ts';
import { after, move, type Outcome, refused, unchanged } from '../move.ts';
import type { ObservationOf } from '../observation.ts';
import { CHECK_FAILURES_MAX, checkFailedWaitMs, queued, toNeedsHuman, withinADay } from '../route.ts';
import { handToHuman, noted } from './failure.ts';

/**
 * One person's decision on exactly one plan. The quorum moves the case on; until then every decision is
 * kept, and nobody counts twice.
 */
export const onDecided = (
  c: Case<AwaitingApproval>,
  { decision }: ObservationOf<'decided'>,
  moment: Moment,
): Outcome => {
  const { planHash, expiresAt, decisions } = c.state;
  if (moment.now >= expiresAt)
    return refused(
      'approval-expired',
      `the request for approval expired at ${expiresAt}; nothing was started`,
    );
  if (decision.planHash !== planHash)
    return refused(
      'plan-hash-mismatch',
      `the plan that waits has hash ${planHash}; look at it again before you decide (selfheal case ${c.id})`,
    );
  if (decision.reason.trim() === '')
    return refused('reason-required', 'say why: a decision without a reason helps nobody later (--reason)');
  if (decisions.some(({ who }) => samePerson(who, decision.who)))
    return refused('already-decided', `${decision.who} has already decided on this plan; somebody else must`);
  return decision.answer === 'deny' ? denied(c, decision, moment) : approved(c, decision, moment);
};

const denied = (c: Case<AwaitingApproval>, decision: Decision, moment: Moment): Outcome =>
  move(c, moment, {
    to: { name: 'denied', closedAt: moment.now, decision },
    entry: { who: decision.who, what: 'denied', why: decision.reason },
  });

const approved = (c: Case<AwaitingApproval>, decision: Decision, moment: Moment): Outcome => {
  const decisions = [...c.state.decisions, decision];
  const { quorum } = c.terms.approval;
  const entry = { who: decision.who, what: 'approved', why: decision.reason };
  if (decisions.length < quorum)
    return move(c, moment, {
      to: { ...c.state, decisions },
      entry: { ...entry, why: `${decision.reason} (${decisions.length} of ${quorum})` },
    });
  return move(c, moment, {
    to: queued(c.state, moment),
    head: {
      approval: { planHash: c.state.planHash, decisions, validUntil: validUntil(c, moment) },
    },
    entry,
    after: [{ kind: 'seek-start' }],
  });
};

/** An approval must not run out before the window that it waits for has been open once; but it is not for ever. */
const validUntil = ({ terms }: Case, moment: Moment): Instant => {
  const byPolicy = after(moment, terms.approval.expiresAfterMs);
  const closing = terms.windows.length === 0 ? undefined : nextClosing(terms.windows, moment.now);
  if (closing === undefined) return byPolicy;
  return latest(byPolicy, soonest(closing, after(moment, WINDOW_WAIT_MS_MAX)));
};

/** Time is up, or SNS has not taken the request yet: silence is never a yes. */
export const onApprovalDue = (c: Case<AwaitingApproval>, _: unknown, moment: Moment): Outcome => {
  const { expiresAt, batch } = c.state;
  if (moment.now < expiresAt) return batch === undefined ? unchanged({ kind: 'announce' }) : unchanged();
  const reason = `nobody decided before ${expiresAt}`;
  return batch === undefined
    ? handToHuman(c, { code: 'approval-expired', reason }, moment)
    : expiredInBatch(c, reason, batch, moment);
};

/** A thousand cases of one batch are handed over with one message, which is the batch's to send. */
const expiredInBatch = (c: Case, reason: string, batch: string, moment: Moment): Outcome => {
  const { to, what, why } = toNeedsHuman('approval-expired', reason, c.manualSteps, moment);
  return move(c, moment, {
    to: { ...to, batch, announced: true, dueAt: after(moment, dayMs) } as NeedsHuman,
    head: { lastFailure: reason },
    entry: { who: 'selfheal', what, why: `${why} (batch ${batch})` },
  });
};

export const onApprovalAnnounced = (c: Case<AwaitingApproval>, _: unknown, moment: Moment): Outcome =>
  move(c, moment, {
    to: { ...c.state, announced: true, dueAt: c.state.expiresAt },
    entry: { who: 'selfheal', what: 'people-told', why: `approval is waited for until ${c.state.expiresAt}` },
  });

export const onNeedAnnounced = (c: Case<NeedsHuman>, _: unknown, moment: Moment): Outcome =>
  move(c, moment, {
    to: { ...c.state, announced: true, dueAt: after(moment, dayMs) },
    entry: { who: 'selfheal', what: 'people-told', why: c.state.reason },
  });

/** SNS took the message to the owner: from now on, grace runs for somebody who knows. */
export const onOwnerTold = (c: Case<Held>, _: unknown, moment: Moment): Outcome => {
  if (c.state.reason !== 'grace' || c.state.announced !== false) return unchanged();
  const { now } = moment;
  const until = graceEnd(c.openedAt, now, c.terms.graceMs);
  return move(c, moment, {
    to: {
      ...c.state,
      announced: true,
      detail: `the owner has until ${until}`,
      dueAt: withinADay(moment, until),
    },
    head: { ownerToldAt: now },
    entry: {
      who: 'selfheal',
      what: 'owner-told',
      why: `by topic ${ownerTopics(c.terms).join(', ')}; nothing is done before ${until}`,
    },
  });
};

/** Nobody is acted against untold: it is tried again, ever more rarely, and beyond the grace; then a person gets it. */
export const tellOwnerAgain = (c: Case<Held>, moment: Moment): Outcome => {
  const { openedAt, state, terms } = c;
  const { seen } = state;
  if (seen >= CHECK_FAILURES_MAX && epochMs(moment.now) >= epochMs(plusMs(openedAt, terms.graceMs)))
    return handToHuman(
      c,
      {
        code: 'owner-not-told',
        reason: `the owner could not be told by topic ${ownerTopics(terms).join(', ')}, ${seen} times since ${openedAt}, so nothing was done`,
      },
      moment,
    );
  return move(c, moment, {
    to: { ...state, seen: seen + 1, dueAt: after(moment, checkFailedWaitMs(seen + 1)) },
    after: [{ kind: 'announce' }],
  });
};

/** Still nobody: tell them again, unless it has healed meanwhile. */
export const escalate = (c: Case<NeedsHuman>, _: unknown, moment: Moment): Outcome => {
  // The batch tells of all of its cases together; each looks only whether it has healed.
  if (c.state.batch !== undefined)
    return move(c, moment, {
      to: { ...c.state, dueAt: after(moment, dayMs) },
      after: [{ kind: 'read-compliance' }],
    });
  return c.state.announced
    ? unchanged({ kind: 'read-compliance' }, { kind: 'announce' })
    : unchanged(...noted(c.lastFailed), { kind: 'announce' });
};

export const closeByHuman = (
  c: Case<OpenState>,
  { who, reason }: ObservationOf<'closed-by-human'>,
  moment: Moment,
): Outcome =>
  move(c, moment, {
    to: { name: 'closed-by-human', closedAt: moment.now, who, reason },
    entry: { who, what: 'closed', why: reason },
  });

/** A month and a few days: whatever opens monthly has opened by then. */
const WINDOW_WAIT_MS_MAX = 35 * dayMs;
