/** Nobody has said that nothing is to be done about it: not the policy, not a person, and not Config itself. */
import type { Observation } from '../../case/observation.ts';
import { type Check, cannotTell, no, yes } from './check.ts';
import { assessed } from './policy.ts';

export const exemption: Check = async (context) => {
  const { assessor, checked, controls, ports } = context;
  if (controls === undefined) return cannotTell('nobody knows which exemptions are the newest');
  await assessor.exemptions.upTo(controls.exemptionSequence);
  const sequence = assessor.exemptions.sequence();
  const assessment = await assessed(context);
  const { outcome } = assessment;
  const tells: Observation = { kind: 'assessed', assessment };
  if (outcome.kind === 'exempt')
    return no(`exempt: "${outcome.exemption.name}" of ${outcome.exemption.owner}`, tells);
  if (outcome.kind === 'unreadable') return cannotTell(outcome.why);
  // Without a policy nobody knows what it exempts; what follows from that is the next check's to say.
  if (outcome.kind === 'no-policy') return cannotTell(outcome.why, tells);
  const exception = await ports.compliance.remediationException(checked.origin, checked.finding);
  if (exception !== undefined) {
    const exempt = { ...assessment, outcome: { kind: 'exempt', exemption: exception } as const };
    return no(`Config holds an exception from remediation: ${exception.reason}`, {
      kind: 'assessed',
      assessment: exempt,
    });
  }
  if (sequence !== undefined) context.exemptions = sequence;
  return yes('no exemption holds');
};
