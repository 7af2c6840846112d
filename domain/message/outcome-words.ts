/** What became of a plan that people were asked about, in words. */
import type { Case } from '../case/case.ts';
import { shown, shownTime } from './words.ts';

/** Why a case is over without a run. */
export const whyOver = ({ state }: Case): string => {
  switch (state.name) {
    case 'self-resolved':
      return state.why === 'gone'
        ? 'AWS Config knows nothing of it any more: the resource, or its rule, is gone'
        : 'AWS Config says that the resource is compliant now';
    case 'suppressed':
      return `it is exempt by "${shown(state.exemption, 100)}"`;
    case 'closed-by-human':
      return `${shown(state.who, 100)} closed the case: ${shown(state.reason, 300)}`;
    default:
      return `the case is ${state.name}`;
  }
};

/** What holds an approved case back, where people are told of it. */
export const HELD_BY: Readonly<Record<string, string>> = {
  'stop-switch': 'the stop switch',
  breaker: 'a breaker',
  blackout: 'a blackout',
  window: 'its window',
};

/** Who approved, when and why, a line each. */
export const approvers = ({ approval }: Case): readonly string[] =>
  (approval?.decisions ?? []).map(
    ({ who, at, reason }) =>
      `${shown(who, 100)}, ${shownTime(at)}${reason.trim() === '' ? '' : `: ${shown(reason, 200)}`}`,
  );
