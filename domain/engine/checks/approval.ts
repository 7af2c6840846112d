/** In mode approve, and where a person has ended the case before this one: a quorum for exactly this plan, not older than it may be. */
import { approves, endedByPerson, startsNotBefore } from '../../case/approves.ts';
import { dayMs, type Instant, plusMs, soonest } from '../../time.ts';
import { type Check, type CheckContext, cannotTell, no, noThen, yes } from './check.ts';

export const approval: Check = async (context) => {
  const { checked, assessment, ports } = context;
  if (assessment === undefined) return cannotTell('the policy was not asked');
  const isNeeded = assessment.mode !== 'auto' || endedByPerson(checked.earlier);
  if (isNeeded && !isApproved(context))
    return no('no valid approval for this plan', { kind: 'assessed', assessment });
  const now = ports.clock.now();
  const notBefore = startsNotBefore(checked.approval, checked.planHash, now);
  if (notBefore !== undefined)
    return noThen(`approved to start not before ${notBefore}`, {
      kind: 'hold',
      reason: 'window',
      until: soonest(notBefore, plusMs(now, dayMs)),
    });
  return yes(
    isNeeded
      ? `approved by ${checked.approval?.decisions.map(({ who }) => who).join(', ')}`
      : 'mode auto needs none',
  );
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
    { ...checked, terms: (assessment ?? checked).terms },
    since,
  );
