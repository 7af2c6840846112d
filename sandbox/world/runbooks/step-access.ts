/**
 * What a step of a runbook asks of IAM: the same actions, on the same resources, that the step of AWS's document
 * performs. It is how a role that lacks one of them shows in the sandbox, before it shows in an account.
 */
import type { RequestContext } from '../../iam/access-request.ts';
import type { StepContext } from './runbook.ts';

export interface StepAccess {
  readonly action: string;
  readonly resource: string;
  readonly context?: RequestContext;
}

/** An action on the runbook's own resource, or what else the step touches; nothing, when it takes another way. */
export type Access = string | ((context: StepContext, targetArn: string) => StepAccess | undefined);

/** Actions that know no single resource: IAM is asked for all. */
export const ON_NO_SINGLE_RESOURCE: ReadonlySet<string> = new Set([
  'config:ListDiscoveredResources',
  'ec2:DescribeInstances',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSnapshots',
  'ec2:DescribeSubnets',
  'ec2:DescribeVolumes',
  'ec2:EnableEbsEncryptionByDefault',
  'ec2:GetEbsEncryptionByDefault',
  'elasticloadbalancing:DescribeLoadBalancerAttributes',
  'elasticloadbalancing:DescribeLoadBalancers',
  'iam:GetAccountPasswordPolicy',
  'iam:ListUsers',
  'iam:UpdateAccountPasswordPolicy',
  'kms:ListKeys',
  's3:GetAccountPublicAccessBlock',
  's3:PutAccountPublicAccessBlock',
]);

/** `targetArn` is `*` when the resource is gone. */
export const stepAccess = (
  access: readonly Access[],
  targetArn: string,
  context: StepContext,
): readonly StepAccess[] =>
  access.flatMap((each) => {
    if (typeof each !== 'string') return each(context, targetArn) ?? [];
    return { action: each, resource: ON_NO_SINGLE_RESOURCE.has(each) ? '*' : targetArn };
  });

/** The role in a parameter is handed to a service. */
export const passesRole =
  (parameter: string, service: string): Access =>
  (context) => ({
    action: 'iam:PassRole',
    resource: context.value(parameter),
    context: { 'iam:PassedToService': service },
  });

/** An action on the key in a parameter, which may be an ARN, an id or an alias. IAM judges by the key. */
export const onKey =
  (action: string, parameter: string): Access =>
  ({ account, region, value }) => {
    const key = value(parameter);
    return { action, resource: /:key\//.test(key) ? key : `arn:aws:kms:${region}:${account}:key/${key}` };
  };

/** An action of the branch that is taken when a parameter has one of these values. */
export const when =
  (parameter: string, values: readonly string[], action: string): Access =>
  ({ value }, resource) =>
    values.includes(value(parameter)) ? { action, resource } : undefined;
