/** Why a scope gives no permit, read from its item: asked when the condition of an acquisition did not hold. */
import {
  laneScopeId,
  type PermitAnswer,
  type PermitRequest,
  type PermitScope,
  type TouchLimit,
} from '../../domain/permit.ts';
import { epochMs, instant } from '../../domain/time.ts';
import { leaseAttribute, type ScopeItem, touchAttribute } from './scope-item.ts';
import { surplusSince, touchesOf } from './scope-touches.ts';

/** Only in its lane, and only one that was not picked from among those that wait there. */
export const queuesUp = (scope: PermitScope, { queueUp }: PermitRequest): boolean => queueUp && isLane(scope);
const isLane = ({ id }: PermitScope): boolean => id.startsWith(laneScopeId(''));

/** Undefined: nothing is in the way, as far as the item tells. */
export const whyRefused = (
  scope: PermitScope,
  request: PermitRequest,
  item: ScopeItem,
): Exclude<PermitAnswer, { kind: 'granted' }> | 'held-already' | undefined => {
  const lease = scope.unleased ? undefined : item.leases.get(leaseAttribute(request.resourceKey));
  // Its own lease that has expired is as good as lost: another may take it over at any moment.
  if (lease?.holder === request.holder && lease.expiresAt > request.now) return 'held-already';
  if (lease) return { kind: 'resource-busy', scope: scope.id };
  const { touches = [] } = scope.counting ?? {};
  // First, because people can be asked now, whatever has to be waited for once they have answered.
  const surplus = tooManyOf('backlog', touches, scope, request, item);
  if (surplus !== undefined) return surplus;
  if (scope.concurrencyMax !== undefined && item.held >= scope.concurrencyMax)
    return { kind: 'full', scope: scope.id };
  if (queuesUp(scope, request) && item.waitedFor) return { kind: 'behind-others', scope: scope.id };
  if (scope.startIntervalMs !== undefined && item.nextSlotAt && item.nextSlotAt > request.now)
    return { kind: 'pace', scope: scope.id, retryAt: item.nextSlotAt };
  return tooManyOf('radius', touches, scope, request, item);
};

const tooManyOf = (
  kind: TouchLimit['kind'],
  touches: readonly TouchLimit[],
  scope: PermitScope,
  request: PermitRequest,
  item: ScopeItem,
) => {
  const limit = touches.find((one) => one.kind === kind);
  return limit && tooMany(scope, limit, request, item);
};

const tooMany = (
  scope: PermitScope,
  limit: TouchLimit,
  { resourceKey, now }: PermitRequest,
  item: ScopeItem,
): Extract<PermitAnswer, { kind: 'surplus' | 'used-up' }> | undefined => {
  const { live } = touchesOf(item, limit, now);
  const isThere = live.some(([name]) => name === touchAttribute(limit, resourceKey));
  if (isThere || live.length < limit.resourcesMax) return undefined;
  if (limit.kind === 'backlog')
    return { kind: 'surplus', scope: scope.id, since: surplusSince(scope, item, now) ?? now };
  const whens = live.map(([, at]) => at).sort((a, b) => a - b);
  // After a policy that allowed more, more than one must be long enough ago.
  const first = whens[live.length - limit.resourcesMax] ?? epochMs(now);
  return { kind: 'used-up', scope: scope.id, retryAt: instant(first + limit.windowMs) };
};
