/** The last check: the right to have one more execution running. */
import { resourceKey } from '../../finding.ts';
import { type PermitAnswer, type PermitRequest, permitScopes } from '../../permit.ts';
import type { Ports } from '../../ports.ts';
import { hourMs, plusMs } from '../../time.ts';
import { unreachable } from '../../unreachable.ts';
import { type Check, type Checked, no, yes } from './check.ts';

/** Only looks: nothing is taken. */
export const permitPeek: Check = async ({ ports, checked, assessment }) => {
  const terms = assessment?.terms ?? checked.terms;
  const answer = await ports.permits.peek(permitRequest(ports, { ...checked, terms }, true));
  return answer.kind === 'granted' ? yes('a permit is free') : no(describePermit(answer));
};

export const permitRequest = (ports: Ports, checked: Checked, queueUp: boolean): PermitRequest => {
  const now = ports.clock.now();
  return {
    scopes: permitScopes(checked),
    resourceKey: resourceKey(checked.finding),
    holder: checked.clientToken,
    now,
    expiresAt: plusMs(now, checked.terms.runMsMax + LEASE_MARGIN_MS),
    queueUp,
  };
};

export const describePermit = (answer: PermitAnswer): string => {
  switch (answer.kind) {
    case 'granted':
      return 'granted';
    case 'pace':
      return `the next start slot of ${answer.scope} is at ${answer.retryAt}`;
    case 'full':
      return `as many as allowed are at work in ${answer.scope}`;
    case 'resource-busy':
      return `another runbook is at work on this resource (${answer.scope})`;
    case 'behind-others':
      return `others wait in ${answer.scope} already`;
    default:
      return unreachable(answer);
  }
};

/** A run that reaches its limit is stopped; until that has surely ended, its lease must hold. */
const LEASE_MARGIN_MS = hourMs;
