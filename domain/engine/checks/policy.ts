/** The policy, the newest there is and asked now, still says the same plan. */
import type { Assessment, Observation } from '../../case/observation.ts';
import { unreachable } from '../../unreachable.ts';
import { assess } from '../assess.ts';
import { type Check, type CheckContext, cannotTell, no, yes } from './check.ts';

/** Asks the policy once, for all checks that go by its answer. */
export const assessed = async (context: CheckContext): Promise<Assessment> => {
  if (context.assessment !== undefined) return context.assessment;
  const { checked, assessor, controls } = context;
  if (controls !== undefined) await assessor.policyUpTo?.(controls.policySequence);
  context.policy = assessor.policy();
  const { assessment, blackouts } = await assess(assessor, checked.finding, checked.origin, checked.lane);
  context.assessment = assessment;
  context.blackouts = blackouts;
  return assessment;
};

export const policy: Check = async (context) => {
  const { checked } = context;
  const assessment = await assessed(context);
  const { outcome } = assessment;
  const tells: Observation = { kind: 'assessed', assessment };
  switch (outcome.kind) {
    case 'unreadable':
      return cannotTell(outcome.why);
    case 'no-policy':
      return cannotTell(outcome.why, tells);
    case 'observe':
      return no(`the policy says observe now (entry "${assessment.entry}")`, tells);
    case 'exempt':
      return no(`exempt: "${outcome.exemption.name}" of ${outcome.exemption.owner}`, tells);
    case 'refused':
      return no(`no plan can be made any more: ${outcome.refusal.reason}`, tells);
    case 'planned':
      return outcome.planHash === checked.planHash
        ? yes(`entry "${assessment.entry}" says ${assessment.mode}, plan ${checked.planHash.slice(0, 12)}`)
        : no(`the plan has changed to ${outcome.planHash.slice(0, 12)}`, tells);
    default:
      return unreachable(outcome);
  }
};
