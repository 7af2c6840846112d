/** Who may approve a case and who is told when, in plain English, for the author of a policy. */
import type { Terms } from '../case/case.ts';
import { unreachable } from '../unreachable.ts';
import { durationText } from './duration.ts';
import type { Excluded } from './policy.ts';
import { listed } from './policy-problem.ts';

type Asked = Pick<Terms, 'approval' | 'notify' | 'authors' | 'changedBy'>;

/**
 * A line each.
 *
 * @example
 * describeApproval({ approval: { quorum: 2, expiresAfterMs: 3_600_000, from: ['oncall'] }, notify: ['oncall'] })
 * // ['2 people of oncall must approve, within 1h', 'Told at once: oncall']
 */
export const describeApproval = (asked: Asked): readonly string[] => {
  const { quorum, expiresAfterMs, from, not = [], escalate = [] } = asked.approval;
  const who = from === undefined ? 'who is signed in' : `of ${from.join(' or ')}`;
  const must = quorum === 1 ? `One person ${who} must approve` : `${quorum} people ${who} must approve`;
  const people = from === undefined && quorum > 1 ? must.replace('who is', 'who are') : must;
  return [
    `${people}, within ${durationText(expiresAfterMs)}`,
    ...not.map((excluded) => `Not ${leftOut(excluded, asked)}`),
    `Told at once: ${asked.notify.length === 0 ? 'nobody' : listed(asked.notify)}`,
    ...escalate.map(({ afterMs, notify }) => `Told after ${durationText(afterMs)}: ${listed(notify)}`),
  ];
};

const leftOut = (excluded: Excluded, { authors, changedBy }: Asked): string => {
  switch (excluded) {
    case 'requester':
      return 'who asked for it';
    case 'author':
      return `who wrote the entry: ${authors === undefined ? 'it names nobody' : listed(authors)}`;
    case 'changer':
      return `who changed the resource last: ${changedBy ?? 'its tags name nobody'}`;
    default:
      return unreachable(excluded);
  }
};
