/** Whose word counts, which decisions of people count for a plan, and whether they are enough. */
import { samePerson } from '../person.ts';
import type { Excluded } from '../policy/policy.ts';
import type { Instant } from '../time.ts';
import type { Approval, Case, Decision, Terms } from './case.ts';
import type { EarlierCase } from './earlier-case.ts';

/** What decisions are counted by: the terms that hold when they are counted, and who asked for the case. */
export type CountedBy = {
  readonly terms: Pick<Terms, 'approval' | 'authors' | 'changedBy'>;
} & Pick<Case, 'requestedBy'>;

export interface Objection {
  readonly code: 'not-an-approver' | 'requester-may-not' | 'author-may-not' | 'changer-may-not';
  /** In words that the person reads. */
  readonly reason: string;
}

/**
 * Why somebody's word does not count for a case; undefined when it does. A group that nobody is in lets nobody
 * decide. Who is not known to have asked, written or changed is not left out.
 */
export const objectionTo = (
  { who, groups = [] }: Pick<Decision, 'who' | 'groups'>,
  { terms, requestedBy }: CountedBy,
): Objection | undefined => {
  const { from, not = [] } = terms.approval;
  if (from !== undefined && !from.some((group) => groups.includes(group)))
    return {
      code: 'not-an-approver',
      reason: `${who} is in none of the groups that decide on this: ${from.join(', ')}`,
    };
  const people: Readonly<Record<Excluded, readonly string[]>> = {
    requester: requestedBy === undefined ? [] : [requestedBy],
    author: terms.authors ?? [],
    changer: terms.changedBy === undefined ? [] : [terms.changedBy],
  };
  const excluded = not.find((kind) => people[kind].some((name) => samePerson(name, who)));
  return (
    excluded && { code: `${excluded}-may-not`, reason: `${who} ${DID[excluded]}: somebody else must decide` }
  );
};

const DID: Readonly<Record<Excluded, string>> = {
  requester: 'asked for this fix',
  author: 'wrote the policy entry that it goes by',
  changer: 'changed the resource last, as its tag says',
};

/**
 * An approval counts for exactly its plan hash, not for ever, and only if as many people gave it as are asked for
 * now, each of whom may decide by what holds now.
 *
 * @param since only what was decided then or later counts; absent: all does
 */
export const approves = (
  approval: Approval | undefined,
  planHash: string,
  now: Instant,
  by: CountedBy,
  since?: Instant,
): boolean => {
  const { length } = decisionsOn(approval, planHash, now, by, since);
  return length > 0 && length >= by.terms.approval.quorum;
};

/** What people have said of this plan and what still counts: where some no longer does, only the rest are asked. */
export const decisionsOn = (
  approval: Approval | undefined,
  planHash: string,
  now: Instant,
  by: CountedBy,
  since: Instant = '',
): readonly Decision[] =>
  approval !== undefined && approval.planHash === planHash && now < approval.validUntil
    ? approval.decisions.filter((decision) => decision.at >= since && objectionTo(decision, by) === undefined)
    : [];

/** Until when people who approved this plan want nothing to start; undefined when that is over, or nobody said so. */
export const startsNotBefore = (
  approval: Approval | undefined,
  planHash: string,
  now: Instant,
): Instant | undefined => {
  if (approval?.notBefore === undefined || approval.planHash !== planHash) return undefined;
  return now < approval.notBefore ? approval.notBefore : undefined;
};

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
