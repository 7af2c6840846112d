/** Lets a role's session do only what it may, and refuses in the words of the service that was called. */
import { AwsError } from '../service.ts';
import type { Decision } from './access-request.ts';
import { authorize } from './authorize.ts';
import { isSession } from './principals.ts';
import type { CallSite, Need } from './required-access/access-row.ts';
import { requiredAccess } from './required-access/required-access.ts';

export interface GuardedCall extends CallSite {
  readonly principalArn: string;
  readonly service: string;
  readonly operation: string;
}

/**
 * Reads the input only when a role calls: an administrator may do everything.
 *
 * @throws AwsError when the role lacks anything that the call needs.
 */
export const enforceAccess = (call: GuardedCall, input: () => unknown): void => {
  const { principalArn, service, operation, world } = call;
  if (!isSession(principalArn)) return;
  const needs = requiredAccess(service, operation, input(), call);
  if (needs === undefined) throw accessDenied(service, principalArn, unknownNeed(call), NOBODY_KNOWS);
  for (const need of needs) {
    const decision = authorize(world, { principalArn, region: call.region, ...need });
    if (!decision.allowed) throw accessDenied(service, principalArn, need, decision);
  }
};

const unknownNeed = ({ service, operation }: GuardedCall): Need => ({
  action: `${service}:${operation}`,
  resource: '*',
});

const NOBODY_KNOWS: Decision = {
  allowed: false,
  why: 'because the sandbox does not know what that operation needs',
};

/** As the service itself would put it. */
export const accessDenied = (
  service: string,
  principalArn: string,
  { action, resource }: Need,
  { why }: Decision,
): AwsError => {
  const { code, httpStatus, told } = WORDS[service] ?? USUAL_WORDS;
  const on = resource === '*' ? '' : ` on resource: ${resource}`;
  return new AwsError(
    code,
    `User: ${principalArn} is not authorized to perform: ${told(action)}${on} ${why.replace(action, told(action))}`,
    httpStatus,
  );
};

interface Words {
  readonly code: string;
  readonly httpStatus: number;
  readonly told: (action: string) => string;
}

const asItIs = (action: string): string => action;

const USUAL_WORDS: Words = { code: 'AccessDeniedException', httpStatus: 400, told: asItIs };

const WORDS: Readonly<Record<string, Words>> = {
  s3: { code: 'AccessDenied', httpStatus: 403, told: asItIs },
  sns: { code: 'AuthorizationError', httpStatus: 403, told: (action) => action.replace('sns:', 'SNS:') },
  sqs: { code: 'AccessDeniedException', httpStatus: 403, told: (action) => action.toLowerCase() },
  sts: { code: 'AccessDenied', httpStatus: 403, told: asItIs },
};
