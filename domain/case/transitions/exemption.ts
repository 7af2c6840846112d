/** A suppressed case is closed, but its exemption is looked after: it may lapse, be prolonged, or be taken away. */
import type { Moment } from '../../time.ts';
import { unreachable } from '../../unreachable.ts';
import type { Case, Suppressed } from '../case.ts';
import { move, type Outcome, unchanged } from '../move.ts';
import type { ObservationOf } from '../observation.ts';
import { describeExempted, suppressedBy } from '../suppressed.ts';

export const onExemptionReviewed = (
  c: Case<Suppressed>,
  { review }: ObservationOf<'exemption-reviewed'>,
  moment: Moment,
): Outcome => {
  const { reviewAt, ...state } = c.state;
  switch (review.kind) {
    case 'holds': {
      const { until: _, ...kept } = state;
      const to: Suppressed = { ...kept, ...suppressedBy(review.exemption, moment) };
      const isSame = to.exemption === state.exemption && to.until === state.until;
      return move(c, moment, {
        to,
        head: { policyVersion: review.policyVersion },
        ...(!isSame && {
          entry: {
            who: 'selfheal',
            what: 'still-suppressed',
            why: describeExempted(review.exemption),
          },
        }),
      });
    }
    case 'unknown':
      return move(c, moment, { to: { ...state, reviewAt: review.lookAgainAt } });
    case 'over':
      return reviewAt === undefined
        ? unchanged()
        : move(c, moment, {
            to: state,
            entry: { who: 'selfheal', what: 'exemption-over', why: review.why },
          });
    default:
      return unreachable(review);
  }
};
