/** What people are told beside what they are asked, and how they close a case. */
import { dayMs, epochMs, type Moment, plusMs } from '../../time.ts';
import type { Case, Held, NeedsHuman, OpenState } from '../case.ts';
import { graceEnd, ownerTopics } from '../grace.ts';
import { after, move, type Outcome, unchanged } from '../move.ts';
import type { ObservationOf } from '../observation.ts';
import { CHECK_FAILURES_MAX, checkFailedWaitMs, withinADay } from '../route.ts';
import { isUntold } from '../tell-asked.ts';
import { handToHuman, noted } from './failure.ts';

export const onNeedAnnounced = (c: Case<NeedsHuman>, _: unknown, moment: Moment): Outcome =>
  move(c, moment, {
    to: { ...c.state, announced: true, dueAt: after(moment, dayMs) },
    entry: { who: 'selfheal', what: 'people-told', why: c.state.reason },
  });

/** SNS took the message to the owner, or to those who approved what is kept back. */
export const onToldWhileHeld = (c: Case<Held>, _: unknown, moment: Moment): Outcome =>
  c.state.reason === 'grace' && c.state.announced === false ? ownerTold(c, moment) : askedTold(c, moment);

/** They hear it once: until SNS took it, it is sent each time that the case is held for this reason. */
const askedTold = (c: Case<Held>, moment: Moment): Outcome => {
  const { state, asked } = c;
  if (asked === undefined || !isUntold(state, asked)) return unchanged();
  return move(c, moment, {
    to: state,
    head: { asked: { ...asked, told: [...(asked.told ?? []), state.reason] } },
    entry: { who: 'selfheal', what: 'people-told', why: `what was approved is kept back: ${state.reason}` },
  });
};

/** From now on, grace runs for somebody who knows. */
const ownerTold = (c: Case<Held>, moment: Moment): Outcome => {
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
