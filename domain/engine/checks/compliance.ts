/** The resource is still NON_COMPLIANT: read now, not remembered. */
import type { Observation } from '../../case/observation.ts';
import { unreachable } from '../../unreachable.ts';
import { type Check, cannotTell, no, yes } from './check.ts';

export const compliance: Check = async ({ ports, checked }) => {
  const evaluation = await ports.compliance.read(checked.origin, checked.finding);
  if (evaluation === undefined)
    return no('Config knows no evaluation of this resource', { kind: 'evaluation-missing' });
  const tells: Observation = { kind: 'evaluated', evaluation, via: 'read' };
  switch (evaluation.compliance) {
    case 'NON_COMPLIANT':
      return yes(`NON_COMPLIANT, recorded at ${evaluation.recordedAt}`);
    case 'COMPLIANT':
    case 'NOT_APPLICABLE':
      return no(`Config says ${evaluation.compliance}`, tells);
    case 'INSUFFICIENT_DATA':
      return cannotTell('Config has insufficient data to say');
    default:
      return unreachable(evaluation.compliance);
  }
};
