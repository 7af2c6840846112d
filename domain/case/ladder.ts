/**
 * Who hears of a case, and when the next ones do:
 *
 *   asked ── rung 1 ── rung 2 ── … ── nobody decided: everybody hears that it needs somebody
 *
 * A rung is recorded when SNS took its message and not before, so whoever dies in between sends it once more.
 */
import { type Instant, plusMs, soonest } from '../time.ts';
import type { AwaitingApproval, Case, Terms } from './case.ts';
import { ownerTopics } from './grace.ts';

/** When somebody must be told next, or the request expires. */
export const nextRungAt = (state: AwaitingApproval, terms: Pick<Terms, 'approval'>): Instant => {
  const rung = rungOf(state, terms);
  return rung === undefined
    ? state.expiresAt
    : soonest(plusMs(state.requestedAt, rung.afterMs), state.expiresAt);
};

/** The rung that is told next; undefined when there is none left, or a batch speaks for the case. */
export const rungOf = ({ batch, rungs = 0 }: AwaitingApproval, { approval }: Pick<Terms, 'approval'>) =>
  batch === undefined ? approval.escalate?.[rungs] : undefined;

/** Names of the topics that hear what is to be announced of a case now, each once. */
export const announcesTo = (about: Case): readonly string[] => {
  const { state, terms } = about;
  switch (state.name) {
    case 'held':
      return state.announced === false ? ownerTopics(terms) : askedTopics(about);
    case 'awaiting-approval':
      return state.announced ? (rungOf(state, terms)?.notify ?? []) : askedTopics(about);
    case 'needs-human':
      return state.code === APPROVAL_EXPIRED
        ? upToRung(terms, terms.approval.escalate?.length ?? 0)
        : askedTopics(about);
    default:
      return askedTopics(about);
  }
};

/** Those who are told first, and the rungs that were asked beside them. */
export const askedTopics = ({ terms, asked }: Pick<Case, 'terms' | 'asked'>): readonly string[] =>
  upToRung(terms, asked?.rungs ?? 0);

const upToRung = ({ notify, approval }: Terms, rungs: number): readonly string[] => [
  ...new Set([notify, ...(approval.escalate ?? []).slice(0, rungs).map((rung) => rung.notify)].flat()),
];

export const APPROVAL_EXPIRED = 'approval-expired';
