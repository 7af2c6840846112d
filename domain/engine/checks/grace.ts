/** The owner was told, and has had the time that the policy gives. */
import { graceAt } from '../../case/grace.ts';
import { unreachable } from '../../unreachable.ts';
import { type Check, cannotTell, no, yes } from './check.ts';

export const grace: Check = async ({ ports, checked, assessment }) => {
  if (assessment === undefined) return cannotTell('the policy was not asked');
  const { graceMs } = assessment.terms;
  if (!(graceMs >= 0)) return cannotTell(`the grace is ${graceMs} ms, which is no time`);
  const found = graceAt(checked, { graceMs }, ports.clock.now());
  switch (found.kind) {
    case 'none':
      return yes('the policy gives none');
    case 'over':
      return yes(`it is over; the owner was told at ${checked.ownerToldAt}`);
    // Where the case goes from here, and that the owner is told, is the route's: it is assessed.
    case 'owner-untold':
      return no('the owner has not been told yet', { kind: 'assessed', assessment });
    case 'running':
      return no(`the owner has until ${found.until}`, { kind: 'assessed', assessment });
    default:
      return unreachable(found);
  }
};
