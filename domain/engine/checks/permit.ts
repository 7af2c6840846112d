/** The last check: the right to have one more execution running. */
import { resourceKey } from '../../finding.ts';
import {
  attemptToken,
  type PermitAnswer,
  type PermitRequest,
  permitScopes,
  ruleScopeId,
} from '../../permit.ts';
import { durationText } from '../../policy/duration.ts';
import { CONCURRENCY_MAX } from '../../policy/policy.ts';
import type { Ports } from '../../ports.ts';
import { hourMs, minuteMs, plusMs } from '../../time.ts';
import { unreachable } from '../../unreachable.ts';
import { isApproved } from './approval.ts';
import { type Check, type CheckContext, type Checked, no, yes } from './check.ts';

/** Only looks: nothing is taken. */
export const permitPeek: Check = async (context) => {
  // What nobody approved would be asked for; the check of the backlog tells.
  const answer = await context.ports.permits.peek(await requestOf(context, true));
  return answer.kind === 'granted' ? yes('a permit is free') : no(describePermit(answer));
};

/** Would it be asked for, or wait, because too many resources of its rule were touched? Only looks. */
export const backlogPeek: Check = async (context) => {
  const approved = isApproved(context);
  const request = await requestOf(context, approved);
  const rule = ruleScopeId(context.checked.finding);
  const answer = await context.ports.permits.peek({
    ...request,
    scopes: request.scopes.filter(({ id }) => id === rule),
  });
  if (answer.kind === 'surplus' || answer.kind === 'used-up') return no(describePermit(answer));
  const { backlog } = (context.assessment ?? context.checked).terms;
  return yes(
    approved
      ? 'people have approved this plan'
      : `fewer than ${backlog.resourcesMax} resources of ${rule} were started unasked in ${durationText(backlog.windowMs)}`,
  );
};

const requestOf = async (
  { ports, checked, assessment }: CheckContext,
  approved: boolean,
): Promise<PermitRequest> => {
  const about = { ...checked, terms: (assessment ?? checked).terms };
  const ruleConcurrencyMax = await concurrencyByShare(ports, about);
  return permitRequest(ports, about, {
    queueUp: true,
    isApproved: approved,
    ...(ruleConcurrencyMax !== undefined && { ruleConcurrencyMax }),
  });
};

/** What `max-concurrent-percent` comes to: one may always be at work. Throws when nobody can tell of how many. */
export const concurrencyByShare = async (
  { ruleResources }: Ports,
  { finding, origin, terms }: Checked,
): Promise<number | undefined> => {
  const percent = terms.blastRadius?.concurrentPercentMax;
  if (percent === undefined) return undefined;
  const share = Math.floor((percent * (await ruleResources.count(finding, origin))) / 100);
  return Math.min(Math.max(1, share), CONCURRENCY_MAX);
};

interface Asking {
  /** See `PermitRequest`. */
  readonly queueUp: boolean;
  /** People approved exactly this plan. */
  readonly isApproved: boolean;
  readonly ruleConcurrencyMax?: number;
}

export const permitRequest = (
  ports: Ports,
  checked: Checked,
  { queueUp, ...asking }: Asking,
): PermitRequest => {
  const now = ports.clock.now();
  const hasBegun = checked.clientToken === attemptToken(checked.id, checked.attempts);
  return {
    scopes: permitScopes(checked, { ...asking, hasBegun }),
    resourceKey: resourceKey(checked.finding),
    holder: checked.clientToken,
    now,
    // Never quite the same: a lease is taken back by its end, and two may ask for the same attempt at once.
    expiresAt: plusMs(now, checked.terms.runMsMax + LEASE_MARGIN_MS + Math.floor(ports.random() * minuteMs)),
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
    case 'used-up':
      return `the blast radius of ${answer.scope} is used up until ${answer.retryAt}`;
    case 'surplus':
      return `as many resources of ${answer.scope} as may be were started unasked: since ${answer.since} the rest is asked for`;
    default:
      return unreachable(answer);
  }
};

/** A run that reaches its limit is stopped; until that has surely ended, its lease must hold. */
const LEASE_MARGIN_MS = hourMs;
