/** One role a runbook: it may be assumed by Automation in this account, and may do what the catalog says it needs. */
import { automationRoleName } from '../../domain/automation-role.ts';
import type { Disruption, Runbook } from '../../domain/catalog/catalog.ts';
import { linkedServiceOf, passedRoleOf } from './handed-on.ts';
import { type ResourceScope, resourceScopeOf } from './resource-scopes.ts';
import type { TemplateResource, TemplateValue } from './template.ts';

/** The condition under which a runbook of this disruption has its role. */
export const CONDITION_OF: Readonly<Record<Disruption, string>> = {
  none: 'AllowsNone',
  low: 'AllowsLow',
  high: 'AllowsHigh',
  destructive: 'AllowsDestructive',
};

/** A role and its policy, by logical id. */
export const automationRole = async (runbook: Runbook): Promise<Record<string, TemplateResource>> => {
  const id = runbook.document.replaceAll(/[^A-Za-z0-9]/g, '');
  const name = automationRoleName(runbook.document);
  return {
    [`${id}Role`]: {
      Type: 'AWS::IAM::Role',
      Condition: CONDITION_OF[runbook.disruption],
      Metadata: { Selfheal: { Runbook: runbook.document, Disruption: runbook.disruption } },
      Properties: {
        RoleName: name,
        Description: `The SSM runbook ${runbook.document} acts with it for selfheal.`,
        AssumeRolePolicyDocument: TRUST,
        PermissionsBoundary: { Ref: 'AutomationBoundary' },
        ManagedPolicyArns: [{ Ref: `${id}Policy` }],
      },
    },
    [`${id}Policy`]: {
      Type: 'AWS::IAM::ManagedPolicy',
      Condition: CONDITION_OF[runbook.disruption],
      Properties: {
        ManagedPolicyName: name,
        Description: `What the SSM runbook ${runbook.document} needs.`,
        PolicyDocument: { Version: '2012-10-17', Statement: await statementsFor(runbook) },
      },
    },
  };
};

/** Automation alone, and only for a run in this account: what another account runs cannot borrow the role. */
const TRUST: TemplateValue = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'AutomationInThisAccountOnly',
      Effect: 'Allow',
      Principal: { Service: 'ssm.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        ArnLike: {
          'aws:SourceArn': { 'Fn::Sub': 'arn:${AWS::Partition}:ssm:*:${AWS::AccountId}:automation-execution/*' },
        },
      },
    },
  ],
};

const statementsFor = async ({ document, iamActions }: Runbook): Promise<readonly TemplateValue[]> => {
  const usual = iamActions.filter((action) => !(action in CONDITIONED));
  const scoped = await Promise.all(
    usual.map(async (action) => ({ action, scope: await resourceScopeOf(action, document) })),
  );
  const special = iamActions.flatMap((action) => CONDITIONED[action]?.(document) ?? []);
  return [...grouped(scoped), ...special];
};

/** One statement for all actions of a service that take the same resources. */
const grouped = (
  scoped: readonly { readonly action: string; readonly scope: ResourceScope }[],
): readonly TemplateValue[] => {
  const groups = new Map<string, { readonly actions: string[]; readonly scope: ResourceScope }>();
  for (const { action, scope } of scoped) {
    const key = scope.join(' ');
    const group = groups.get(key) ?? { actions: [], scope };
    group.actions.push(action);
    groups.set(key, group);
  }
  return [...groups.values()]
    .toSorted((left, right) => compare(left.scope.join(), right.scope.join()))
    .map(({ actions, scope }) => ({
      Sid: sidOf(scope),
      Effect: 'Allow',
      Action: actions.toSorted(compare),
      Resource: scope.map((arn) => (arn === '*' ? arn : { 'Fn::Sub': arn })),
    }));
};

/** What the statement is about: `RdsDbSnapshot` for databases and snapshots of RDS. */
const sidOf = (scope: ResourceScope): string => {
  if (scope[0] === '*') return 'TakesNoResource';
  const kinds = scope.map((arn) => {
    const [, , service = '', , , ...resource] = arn.replaceAll('AWS::', '').split(':');
    return { service, kind: /^[A-Za-z-]*/.exec(resource[0] ?? '')?.[0] ?? '' };
  });
  return [...new Set(kinds.flatMap(({ service, kind }) => [service, kind]))]
    .flatMap((word) => word.split('-'))
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join('');
};

/** Actions that are safe only for one named service. */
const CONDITIONED: Readonly<Record<string, (document: string) => TemplateValue>> = {
  'iam:PassRole': (document) => {
    const { service, roleName } = passedRoleOf(document);
    const statement = (resource: TemplateValue): TemplateValue => ({
      Sid: 'HandOnRole',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: resource,
      Condition: { StringEquals: { 'iam:PassedToService': service } },
    });
    return roleName === undefined
      ? { 'Fn::If': ['HasPassableRoles', statement({ Ref: 'PassableRoleArns' }), { Ref: 'AWS::NoValue' }] }
      : statement({ 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${roleName}` });
  },
  'iam:CreateServiceLinkedRole': (document) => {
    const service = linkedServiceOf(document);
    return {
      Sid: 'MakeServiceLinkedRole',
      Effect: 'Allow',
      Action: 'iam:CreateServiceLinkedRole',
      Resource: {
        'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/aws-service-role/${service}/*`,
      },
      Condition: { StringEquals: { 'iam:AWSServiceName': service } },
    };
  },
};

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
