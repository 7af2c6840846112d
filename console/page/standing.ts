/** Where a case stands, in a sentence for whoever opens its page: also for who comes too late to decide. */
import type { Case, CaseState } from '../../domain/case/case.ts';
import type { Instant } from '../../domain/time.ts';
import { unreachable } from '../../domain/unreachable.ts';

export interface Standing {
  /** True while people are asked and may still answer. */
  readonly waits: boolean;
  readonly title: string;
  readonly text: string;
}

export const standingOf = ({ state, terms }: Case, now: Instant): Standing => {
  if (state.name === 'awaiting-approval' && now < state.expiresAt) {
    const { quorum } = terms.approval;
    return {
      waits: true,
      title: 'Waits for a decision',
      text: `Nothing runs unless ${quorum === 1 ? 'somebody approves' : `${quorum} people approve`} exactly this plan before ${shortly(state.expiresAt)}. If nobody does, a person must fix it by hand.`,
    };
  }
  const [title, text] = told(state);
  return { waits: false, title, text };
};

const told = (state: CaseState): readonly [title: string, text: string] => {
  switch (state.name) {
    case 'observing':
      return ['Only observed', 'The policy says that nothing is to be done about it.'];
    case 'held':
      return ['Held back', `${state.detail}. It is looked at again by itself.`];
    case 'awaiting-approval':
      return [
        'Too late to decide',
        `The time to decide ended at ${shortly(state.expiresAt)}. Nothing was started; a person must fix it by hand.`,
      ];
    case 'queued':
      return [
        'Decided: it will start',
        'It waits for its turn. Every check is made again right before the start.',
      ];
    case 'starting':
    case 'running':
      return ['It runs', `Attempt ${state.attempt} is under way.`];
    case 'verifying':
      return [
        'It has run',
        `The runbook ended at ${shortly(state.endedAt)}. AWS Config is asked whether it helped.`,
      ];
    case 'needs-human':
      return ['Needs a person', state.reason];
    case 'resolved':
      return [
        'Healed',
        `The runbook ran, and AWS Config said COMPLIANT at ${shortly(state.verdictRecordedAt)}.`,
      ];
    case 'self-resolved':
      return state.why === 'gone'
        ? [
            'Gone',
            `Nothing was started since: AWS Config no longer knows the resource (${shortly(state.closedAt)}).`,
          ]
        : [
            'Compliant again',
            `AWS Config said so at ${shortly(state.closedAt)}; selfheal had no part in it.`,
          ];
    case 'suppressed':
      return [
        'Left alone',
        `Exemption "${state.exemption}": ${state.why}${state.until === undefined ? '' : `, until ${shortly(state.until)}`}.`,
      ];
    case 'denied':
      return [
        'Denied',
        `${state.decision.who} denied this plan at ${shortly(state.closedAt)}: ${state.decision.reason}`,
      ];
    case 'closed-by-human':
      return ['Closed by hand', `${state.who} closed it at ${shortly(state.closedAt)}: ${state.reason}`];
    default:
      return unreachable(state);
  }
};

/** @example shortly('2026-11-21T02:00:00.000Z') // '2026-11-21 02:00 UTC' */
export const shortly = (at: Instant): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;
