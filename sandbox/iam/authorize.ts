/**
 * May this principal do that? A plain access key is its account's administrator; a session may do what its
 * role's policies and the resource's own policy allow; a service what the resource's policy allows it.
 */
import type { World } from '../service.ts';
import { ORGANIZATION_ID, type Role, roleKey, roleTable } from '../world/roles.ts';
import { accessLog } from './access-log.ts';
import type { AccessRequest, Decision, RequestContext } from './access-request.ts';
import { evaluate, evaluateResourcePolicy, type ResourceSide } from './evaluate.ts';
import { accountOfArn, roleArnOf, sessionOfRole } from './principals.ts';
import { resourcePolicyOf } from './resource-policy.ts';
import { UnsupportedPolicy } from './unsupported-policy.ts';

export interface AccessQuestion {
  /** `arn:aws:sts::111122223333:assumed-role/NAME/SESSION`, or `arn:aws:iam::111122223333:user/NAME`. */
  readonly principalArn: string;
  readonly action: string;
  readonly resource: string;
  /** Where the call is made; default: where the resource is. */
  readonly region?: string;
  /** What the action's service tells beside what every request carries. */
  readonly context?: RequestContext;
}

/**
 * Decides, and notes in the world's access log what a role asked.
 *
 * @example
 * authorize(world, { principalArn: 'arn:aws:iam::111122223333:user/sandbox', action: 's3:PutBucketPolicy', resource: '*' }).allowed // true
 */
export const authorize = (world: World, question: AccessQuestion): Decision => {
  const session = sessionOfRole(question.principalArn);
  if (session !== undefined) {
    const role = roleTable(world).get(roleKey(session.account, session.role));
    return role === undefined ? NO_ROLE : orDenied(() => decideForRole(world, role, question));
  }
  if (!ADMINISTRATORS.test(question.principalArn))
    return { allowed: false, why: `because ${question.principalArn} is nobody that the sandbox knows` };
  return question.action === 'sts:AssumeRole'
    ? orDenied(() => decideBy(ADMINISTRATOR_POLICIES, requestOf(question), resourceSide(world, question)))
    : { allowed: true, why: 'as administrator of the account' };
};

const ADMINISTRATORS = /^arn:aws:iam::\d{12}:(?:user\/.+|root)$/;
const ADMINISTRATOR_POLICIES = {
  policies: { everything: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } },
} as const;
const NO_ROLE: Decision = { allowed: false, why: 'because the role of this session no longer exists' };

/** The same question by the same policies is answered from the log. */
const decideForRole = (world: World, role: Role, question: AccessQuestion): Decision => {
  const { action, resource, region = '', context } = question;
  const { account, name } = role;
  const side = resourceSide(world, question);
  const { ofRoles } = accessLog(world);
  const told = context === undefined ? '' : JSON.stringify(context);
  const key = `${account}/${name} ${action} ${resource} ${region} ${told}`;
  const known = ofRoles.find(key, [role, side.policy]);
  if (known !== undefined) return known;
  const request = requestOf(question);
  const entry = { role: { account, name }, ...request, ...decideBy(role, request, side) };
  return ofRoles.remember(key, [role, side.policy], entry);
};

/**
 * Asks again what was once asked, of a role as it would be: with a statement less, say. Nothing is noted.
 *
 * @example
 * askAgain(world, { ...role, policies: {} }, sandbox.access.entries()[0]).allowed // false
 */
export const askAgain = (
  world: World,
  role: Pick<Role, 'policies' | 'boundary'>,
  { principal: principalArn, action, resource, context }: AccessRequest,
): Decision =>
  decideBy(
    role,
    { principal: principalArn, action, resource, context },
    resourceSide(world, { principalArn, action, resource }),
  );

const decideBy = (
  { policies, boundary }: Pick<Role, 'policies' | 'boundary'>,
  request: AccessRequest,
  side: ResourceSide,
): Decision => evaluate(Object.values(policies), boundary, request, side);

const resourceSide = (world: World, { principalArn, action, resource }: AccessQuestion): ResourceSide => {
  const owner = accountOfArn(resource);
  return {
    ...resourcePolicyOf(world, resource, action),
    sameAccount: owner === '' || owner === accountOfArn(principalArn),
  };
};

const requestOf = ({ principalArn, action, resource, region, context }: AccessQuestion): AccessRequest => ({
  principal: principalArn,
  action,
  resource,
  context: {
    ...callerContext(principalArn),
    ...resourceContext(resource, accountOfArn(principalArn)),
    ...(region === undefined ? {} : { 'aws:RequestedRegion': region }),
    ...context,
  },
});

/** A policy that got past the check at its loading, and cannot be judged, allows nothing. */
const orDenied = (decide: () => Decision): Decision => {
  try {
    return decide();
  } catch (error) {
    if (!(error instanceof UnsupportedPolicy)) throw error;
    return { allowed: false, why: `because of a doubt: ${error.message}` };
  }
};

/** For a role's session AWS tells the role's ARN, not the session's. */
const callerContext = (principalArn: string): RequestContext => ({
  'aws:PrincipalArn': roleArnOf(principalArn) ?? principalArn,
  'aws:PrincipalAccount': accountOfArn(principalArn),
  'aws:PrincipalOrgID': ORGANIZATION_ID,
  'aws:PrincipalType': sessionOfRole(principalArn) === undefined ? 'User' : 'AssumedRole',
  'aws:PrincipalIsAWSService': 'false',
});

/** Every account of the world is in the one organization; plain HTTP stands for the HTTPS of real endpoints. */
const resourceContext = (resource: string, principalAccount: string): RequestContext => {
  const [, , , region = '', account = ''] = resource.split(':');
  return {
    'aws:ResourceOrgID': ORGANIZATION_ID,
    'aws:ResourceAccount': account === '' ? principalAccount : account,
    'aws:SecureTransport': 'true',
    ...(region === '' ? {} : { 'aws:RequestedRegion': region }),
  };
};

export interface ServiceQuestion {
  /** `events.amazonaws.com`. */
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  /** On whose behalf: the rule, the topic, the alarm. */
  readonly sourceArn: string;
  readonly sourceAccount: string;
}

/** Whether a role trusts a service that acts on behalf of something in the role's account. */
export const mayServiceAssume = (
  world: World,
  service: string,
  roleArn: string,
  sourceArn: string,
): boolean =>
  authorizeService(world, {
    service,
    action: 'sts:AssumeRole',
    resource: roleArn,
    sourceArn,
    sourceAccount: accountOfArn(sourceArn),
  }).allowed && accountOfArn(roleArn) === accountOfArn(sourceArn);

/** Whether a service may do something on behalf of one of its resources: the policy of what it touches says so. */
export const authorizeService = (world: World, question: ServiceQuestion): Decision =>
  orDenied(() => {
    const { service, action, resource, sourceArn, sourceAccount } = question;
    const { policy, kind } = resourcePolicyOf(world, resource, action);
    const { ofServices } = accessLog(world);
    const key = `${service} ${action} ${resource} ${sourceArn} ${sourceAccount}`;
    const known = ofServices.find(key, [policy]);
    if (known !== undefined) return known;
    const request = { principal: service, action, resource, context: serviceContext(question) };
    const decision = evaluateResourcePolicy(policy, kind, request);
    return ofServices.remember(key, [policy], { ...request, ...decision });
  });

const serviceContext = ({
  service,
  resource,
  sourceArn,
  sourceAccount,
}: ServiceQuestion): RequestContext => ({
  ...resourceContext(resource, sourceAccount),
  'aws:SourceArn': sourceArn,
  'aws:SourceAccount': sourceAccount,
  'aws:SourceOrgID': ORGANIZATION_ID,
  'aws:PrincipalIsAWSService': 'true',
  'aws:PrincipalServiceName': service,
});
