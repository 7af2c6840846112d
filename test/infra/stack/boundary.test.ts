import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { evaluate } from '../../../sandbox/iam/evaluate.ts';
import type { PolicyDocument } from '../../../sandbox/iam/policy-document.ts';
import { deployedDocument } from '../../support/deployed-document.ts';
import { idleParts, mistakes, request } from '../../support/guarded-policy.ts';
import { memberTemplate } from '../../support/stack-templates.ts';

const ACCOUNT = '111122223333';
const catalog = loadCatalog();
const { Resources } = await memberTemplate();
const boundary = deployedDocument(Resources.AutomationBoundary?.Properties.PolicyDocument, ACCOUNT);
/** The widest role that somebody could make of an automation role. */
const anything: PolicyDocument = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

const may = (
  action: string,
  resource: string,
  context: Record<string, string> = {},
  at = boundary,
): boolean =>
  evaluate([anything], at, {
    principal: `arn:aws:sts::${ACCOUNT}:assumed-role/selfheal-AWS-A/run`,
    action,
    resource,
    context,
  }).allowed;

const NEVER: readonly (readonly [action: string, resource: string])[] = [
  ['iam:PutRolePolicy', `arn:aws:iam::${ACCOUNT}:role/selfheal-executor`],
  ['iam:AttachRolePolicy', `arn:aws:iam::${ACCOUNT}:role/selfheal-AWS-A`],
  ['iam:CreatePolicyVersion', `arn:aws:iam::${ACCOUNT}:policy/selfheal-automation-boundary`],
  ['iam:DeletePolicyVersion', `arn:aws:iam::${ACCOUNT}:policy/selfheal-automation-boundary`],
  ['iam:UpdateAssumeRolePolicy', `arn:aws:iam::${ACCOUNT}:role/selfheal-function-wake`],
  ['sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/selfheal-executor`],
  ['sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/customers`],
  ['iam:DeleteRolePermissionsBoundary', `arn:aws:iam::${ACCOUNT}:role/customers`],
  ['dynamodb:PutItem', `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/selfheal`],
  ['dynamodb:Query', `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/selfheal/index/due`],
  ['sqs:PurgeQueue', `arn:aws:sqs:us-east-1:${ACCOUNT}:selfheal-undelivered`],
  ['events:DisableRule', `arn:aws:events:us-east-1:${ACCOUNT}:rule/selfheal-forward-compliance-change`],
  [
    'events:DisableRule',
    `arn:aws:events:us-east-1:${ACCOUNT}:rule/selfheal-intake/selfheal-compliance-change`,
  ],
  ['events:PutEvents', `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/selfheal-intake`],
  ['lambda:UpdateFunctionCode', `arn:aws:lambda:us-east-1:${ACCOUNT}:function:selfheal-wake`],
  ['sns:SetTopicAttributes', `arn:aws:sns:us-east-1:${ACCOUNT}:selfheal-oncall`],
  ['cloudformation:UpdateStack', `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/selfheal/1`],
  ['s3:PutBucketPolicy', `arn:aws:s3:::selfheal-config-${ACCOUNT}-us-east-1`],
  ['s3:DeleteObjectVersion', `arn:aws:s3:::selfheal-reports-${ACCOUNT}-us-east-1/weekly/2026-W47.html`],
  [
    's3:PutObject',
    'arn:aws:s3:::selfheal-serverlessdeploymentbucket-1x2y3z/serverless/selfheal/hub/1/wake.zip',
  ],
  [
    'cloudformation:DeleteStack',
    `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/StackSet-selfheal-member-1/2`,
  ],
  ['cloudwatch:DeleteDashboards', `arn:aws:cloudwatch::${ACCOUNT}:dashboard/selfheal`],
  ['cloudwatch:DisableAlarmActions', `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:selfheal-tick-missing`],
  ['logs:DeleteLogGroup', `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/aws/lambda/selfheal-decide`],
  ['iam:PutRolePermissionsBoundary', `arn:aws:iam::${ACCOUNT}:role/customers`],
  ['iam:DeleteUserPermissionsBoundary', `arn:aws:iam::${ACCOUNT}:user/ann`],
  ['iam:PutUserPermissionsBoundary', `arn:aws:iam::${ACCOUNT}:user/ann`],
  ['access-analyzer:DeleteAnalyzer', `arn:aws:access-analyzer:us-east-1:${ACCOUNT}:analyzer/all`],
  ['cloudtrail:DeleteTrail', `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/main`],
  ['config:DeleteConfigRule', `arn:aws:config:us-east-1:${ACCOUNT}:config-rule/config-rule-a`],
  ['config:DeleteConfigurationRecorder', '*'],
  ['config:DeleteDeliveryChannel', '*'],
  ['config:PutConfigRule', `arn:aws:config:us-east-1:${ACCOUNT}:config-rule/config-rule-a`],
  ['guardduty:DeleteDetector', `arn:aws:guardduty:us-east-1:${ACCOUNT}:detector/1`],
  ['securityhub:DisableSecurityHub', '*'],
  ['cloudtrail:StopLogging', `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/main`],
  ['config:StopConfigurationRecorder', '*'],
  ['organizations:LeaveOrganization', '*'],
  ['account:CloseAccount', '*'],
];

/** What hangs on the words of the request: a policy that is attached, a service that a role is passed to. */
const BY_CONTEXT: readonly (readonly [string, string, Record<string, string>, boolean])[] = [
  ...(
    [
      ['arn:aws:iam::aws:policy/AdministratorAccess', false],
      ['arn:aws:iam::aws:policy/IAMFullAccess', false],
      ['arn:aws:iam::aws:policy/PowerUserAccess', false],
      [`arn:aws:iam::${ACCOUNT}:policy/selfheal-executor`, false],
      ['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore', true],
    ] as const
  ).map(
    ([policy, allowed]) =>
      [
        'iam:AttachUserPolicy',
        `arn:aws:iam::${ACCOUNT}:user/ann`,
        { 'iam:PolicyARN': policy },
        allowed,
      ] as const,
  ),
  ...(
    [
      ['iam:AttachGroupPolicy', 'group/people'],
      ['iam:AttachRolePolicy', 'role/customers'],
    ] as const
  ).map(
    ([action, to]) =>
      [
        action,
        `arn:aws:iam::${ACCOUNT}:${to}`,
        { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/AdministratorAccess' },
        false,
      ] as const,
  ),
  ...(
    [
      ['ssm.amazonaws.com', true],
      ['lambda.amazonaws.com', false],
    ] as const
  ).map(
    ([service, allowed]) =>
      [
        'iam:PassRole',
        `arn:aws:iam::${ACCOUNT}:role/selfheal-AWS-A`,
        { 'iam:PassedToService': service },
        allowed,
      ] as const,
  ),
];

describe('the boundary of automation roles', () => {
  it('leaves every runbook what it needs, on what is not selfheal', () => {
    const needed = [...new Set(catalog.runbooks.flatMap(({ iamActions }) => iamActions))];
    const role = `arn:aws:iam::${ACCOUNT}:role/customers`;
    const passed = { 'iam:PassedToService': 'ec2.amazonaws.com' };
    expect(needed.filter((action) => !may(action, role, passed))).toEqual([]);
  });

  it.each(NEVER)('never lets a runbook do %s on %s', (action, resource) => {
    expect(may(action, resource)).toBe(false);
  });

  it.each(BY_CONTEXT)('decides %s on %s by %j: %s', (action, resource, context, allowed) => {
    expect(may(action, resource, context)).toBe(allowed);
  });

  it('has no statement, action, resource or condition without which it would be the same', () => {
    const decided = [
      ['s3:PutBucketVersioning', 'arn:aws:s3:::customers', {}, true] as const,
      ...NEVER.map(([action, resource]) => [action, resource, {}, false] as const),
      ...BY_CONTEXT,
    ].map(([action, resource, context, allowed]) => {
      const asked = request(
        `arn:aws:sts::${ACCOUNT}:assumed-role/selfheal-AWS-A/run`,
        action,
        resource,
        context,
      );
      return [`${action} ${resource} ${JSON.stringify(context)}`, asked, allowed] as const;
    });
    const those = (wanted: boolean) =>
      Object.fromEntries(
        decided.flatMap(([name, asked, allowed]) => (allowed === wanted ? [[name, asked]] : [])),
      );
    const guarded = {
      document: boundary,
      kind: 'boundary' as const,
      welcome: those(true),
      attacks: those(false),
    };
    expect(mistakes(guarded)).toEqual([]);
    expect(idleParts(guarded)).toEqual([]);
  });

  it('says nothing of all actions, which AWS Config would call an administrator', () => {
    expect(JSON.stringify(boundary)).not.toMatch(/"Action":"\*"/);
  });
});
