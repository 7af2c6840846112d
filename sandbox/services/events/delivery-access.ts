/**
 * Whether a rule may hand an event to its target. With a role of the target's, EventBridge acts as that role;
 * without one as itself, and then only the target's own policy can let it in. To a bus it goes only with a role,
 * and to a bus of another account only where that bus's policy lets the role in.
 */
import { authorize, authorizeService, mayServiceAssume } from '../../iam/authorize.ts';
import { sessionArn } from '../../iam/principals.ts';
import type { World } from '../../service.ts';
import type { BusEvent } from './bus-event.ts';
import { busOfArn, type Target } from './bus-store.ts';

export const EVENTS_SERVICE = 'events.amazonaws.com';

/** As the dead-letter queue is told. */
export interface DeliveryRefusal {
  readonly code: 'FAILED_TO_ASSUME_ROLE' | 'NO_PERMISSIONS';
  readonly message: string;
}

export const refusedDelivery = (
  world: World,
  ruleArn: string,
  target: Target,
  event?: Pick<BusEvent, 'source' | 'detail-type'>,
): DeliveryRefusal | undefined => {
  const action = busOfArn(target.Arn) === undefined ? 'sqs:SendMessage' : 'events:PutEvents';
  const asItself = {
    service: EVENTS_SERVICE,
    sourceArn: ruleArn,
    sourceAccount: ruleArn.split(':')[4] ?? '',
  };
  if (target.RoleArn === undefined) {
    if (action === 'events:PutEvents')
      return noPermissions('A rule needs a role to send events to an event bus, and its target has none.');
    const decision = authorizeService(world, { ...asItself, action, resource: target.Arn });
    return decision.allowed ? undefined : noPermissions(told(EVENTS_SERVICE, action, target, decision.why));
  }
  if (!mayServiceAssume(world, EVENTS_SERVICE, target.RoleArn, ruleArn))
    return { code: 'FAILED_TO_ASSUME_ROLE', message: `EventBridge cannot assume ${target.RoleArn}.` };
  const principalArn = sessionArn(target.RoleArn, 'events');
  const context = event && { 'events:source': event.source, 'events:detail-type': event['detail-type'] };
  const decision = authorize(world, {
    principalArn,
    action,
    resource: target.Arn,
    ...(context && action === 'events:PutEvents' ? { context } : {}),
  });
  return decision.allowed ? undefined : noPermissions(told(principalArn, action, target, decision.why));
};

const noPermissions = (message: string): DeliveryRefusal => ({ code: 'NO_PERMISSIONS', message });

const told = (who: string, action: string, { Arn }: Target, why: string): string =>
  `${who} is not authorized to perform: ${action} on resource: ${Arn} ${why}`;
