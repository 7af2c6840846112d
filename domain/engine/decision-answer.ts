/** What somebody is told who decided on a case or closed it. */
import type { Case } from '../case/case.ts';
import type { Outcome } from '../case/move.ts';

export type DecisionAnswer =
  | { readonly kind: 'done'; readonly caseId: string; readonly state: string }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

export const done = ({ id, state }: Case): DecisionAnswer => ({
  kind: 'done',
  caseId: id,
  state: state.name,
});

export const answerTo = (outcome: Outcome, caseId: string): DecisionAnswer => {
  switch (outcome.kind) {
    case 'moved':
      return done(outcome.case);
    case 'unchanged':
      return { kind: 'refused', code: 'nothing-changed', reason: `case ${caseId} is as you want it already` };
    case 'refused': {
      const { code, reason } = outcome;
      return { kind: 'refused', code, reason };
    }
    case 'illegal':
      return {
        kind: 'refused',
        code: 'not-possible-now',
        reason: `case ${caseId} is ${outcome.state}: ${outcome.observation} is not possible in that state`,
      };
  }
};
