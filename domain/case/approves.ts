/** Which decisions of people count for a plan, and whether they are enough. */
import type { Instant } from '../time.ts';
import type { Approval, Decision, EarlierCase } from './case.ts';

/**
 * An approval counts for exactly its plan hash, not for ever, and only if as many people gave it as are asked for now.
 *
 * @param since only what was decided then or later counts; absent: all does
 */
export const approves = (
  approval: Approval | undefined,
  planHash: string,
  now: Instant,
  quorum: number,
  since?: Instant,
): boolean => {
  const { length } = decisionsOn(approval, planHash, now, since);
  return length > 0 && length >= quorum;
};

/** What people have said of this plan and what still counts: where the quorum was raised, only the rest are asked. */
export const decisionsOn = (
  approval: Approval | undefined,
  planHash: string,
  now: Instant,
  since: Instant = '',
): readonly Decision[] =>
  approval !== undefined && approval.planHash === planHash && now < approval.validUntil
    ? approval.decisions.filter(({ at }) => at >= since)
    : [];

/**
 * True when a person has ended the finding's latest case by their word: it was denied, or closed by hand. Config
 * repeats NON_COMPLIANT whenever it evaluates the rule again, so the next case may be about the very thing they
 * decided: whatever the mode, nothing runs again unasked.
 *
 * @example endedByPerson([{ number: 1, openedAt, closedAt, ended: 'denied' }]) is true
 */
export const endedByPerson = (earlier: readonly EarlierCase[] = []): boolean => {
  const { ended } = earlier.at(-1) ?? {};
  return ended === 'denied' || ended === 'closed-by-human';
};
