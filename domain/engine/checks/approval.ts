/** In mode approve, and where a person has ended the case before this one: a quorum for exactly this plan, not older than it may be. */
import { approves, endedByPerson } from '../../case/approves.ts';
import type { Instant } from '../../time.ts';
import { type Check, type CheckContext, cannotTell, no, yes } from './check.ts';

export const approval: Check = async (context) => {
  const { checked, assessment } = context;
  if (assessment === undefined) return cannotTell('the policy was not asked');
  if (assessment.mode === 'auto' && !endedByPerson(checked.earlier)) return yes('mode auto needs none');
  return isApproved(context)
    ? yes(`approved by ${checked.approval?.decisions.map(({ who }) => who).join(', ')}`)
    : no('no valid approval for this plan', { kind: 'assessed', assessment });
};

/**
 * True when people have approved exactly this plan, whether or not the mode asks for it.
 *
 * @param since only what they said then or later counts; absent: all does
 */
export const isApproved = ({ ports, checked, assessment }: CheckContext, since?: Instant): boolean =>
  approves(
    checked.approval,
    checked.planHash,
    ports.clock.now(),
    (assessment ?? checked).terms.approval.quorum,
    since,
  );
