/** What queues, topics, buses, the bucket and the key say themselves: each part has somebody to let in or keep out. */
import { describe, expect, it } from 'vitest';
import type { TemplateValue } from '../../../infra/stack/template.ts';
import type { RequestContext } from '../../../sandbox/iam/access-request.ts';
import { arnsOf, deployedDocument, type Names } from '../../support/deployed-document.ts';
import { type Guarded, idleParts, mistakes, request } from '../../support/guarded-policy.ts';
import { hubTemplate, memberTemplate } from '../../support/stack-templates.ts';

const HUB = '111111111111';
const ACCOUNT = '222222222222';
const OTHER = '999999999999';
const REGION = 'us-east-1';
const ORGANIZATION = 'o-a1b2c3d4e5';

const hub = hubTemplate();
const member = await memberTemplate();
const hubNames: Names = { ...arnsOf(hub, HUB, REGION), OrganizationId: ORGANIZATION, 'AWS::Region': REGION };
const memberNames: Names = { ...arnsOf(member, ACCOUNT, REGION), 'AWS::Region': REGION };
const arn = (id: string) => String({ ...memberNames, ...hubNames }[`${id}.Arn`]);

type Asked = Pick<Guarded, 'welcome' | 'attacks'> & { readonly kind?: Guarded['kind'] };

const joined = (...all: readonly Asked[]): Asked => ({
  welcome: Object.assign({}, ...all.map(({ welcome }) => welcome)),
  attacks: Object.assign({}, ...all.map(({ attacks }) => attacks)),
});

/** A role of the account does what its own policies let it, over TLS. */
const overTls = (action: string, id: string, account = HUB): Asked => {
  const somebody = `arn:aws:sts::${account}:assumed-role/anybody/s`;
  const stranger = `arn:aws:sts::${OTHER}:assumed-role/anybody/s`;
  return {
    welcome: { 'a role over TLS': request(somebody, action, arn(id)) },
    attacks: {
      'a role without TLS': request(somebody, action, arn(id), { 'aws:SecureTransport': 'false' }),
      'a role of another account': request(stranger, action, arn(id)),
    },
  };
};

/** EventBridge, for these rules and no others. */
const fromRules = (id: string, rules: readonly string[], account = HUB): Asked => {
  const sends = (service: string, rule: string, more: RequestContext = {}) =>
    request(service, 'sqs:SendMessage', arn(id), { 'aws:SourceArn': rule, ...more });
  const [first = ''] = rules.map(arn);
  return {
    welcome: Object.fromEntries(rules.map((rule) => [rule, sends('events.amazonaws.com', arn(rule))])),
    attacks: {
      'another rule of the account': sends(
        'events.amazonaws.com',
        `arn:aws:events:${REGION}:${account}:rule/anybodys`,
      ),
      'the same rule of another account': sends('events.amazonaws.com', first.replace(account, OTHER)),
      'another service': sends('sns.amazonaws.com', first),
    },
  };
};

const alarms = (service: string, source: string) =>
  request(service, 'sns:Publish', arn('OperationsTopic'), {
    'aws:SourceArn': `arn:aws:cloudwatch:${REGION}:${source}`,
  });

const forwards = (principal: string, organization: string) =>
  request(
    principal.replace(/:iam::(\d+):role\/(.+)/, ':sts::$1:assumed-role/$2/s'),
    'events:PutEvents',
    arn('IntakeBus'),
    {
      'aws:PrincipalArn': principal,
      'aws:PrincipalOrgID': organization,
    },
  );

const AUDITOR = `arn:aws:sts::${HUB}:assumed-role/auditor/s`;
const REPORT = `${arn('ReportsBucket')}/weekly/2026-W47.html`;

const BUCKET = arn('ConfigBucket');
const records = (service: string, action: string, path = '', context: RequestContext = {}) =>
  request(service, action, `${BUCKET}${path}`, {
    'aws:SourceAccount': ACCOUNT,
    's3:x-amz-acl': 'bucket-owner-full-control',
    ...context,
  });

const uses = (principal: string, action: string, context: RequestContext = {}) =>
  request(principal, action, arn('Key'), context);

/** By logical id of the policy: who comes, and who must not get through. */
const GUARDS: Readonly<Record<string, Asked>> = {
  ...Object.fromEntries(
    (
      [
        ['Compliance', ['ComplianceChangeRule']],
        ['Executions', ['ExecutionStatusRule']],
        ['Scheduled', ['SweepRule', 'LapsingRule']],
      ] as const
    ).flatMap(([name, rules]) =>
      [
        [`${name}Queue`, `${name}QueuePolicy`] as const,
        [`${name}DeadLetters`, `${name}DeadLettersPolicy`] as const,
      ].map(([queue, policy]) => [
        policy,
        joined(overTls('sqs:SendMessage', queue), fromRules(queue, rules)),
      ]),
    ),
  ),
  WakesQueuePolicy: overTls('sqs:ReceiveMessage', 'WakesQueue'),
  WakesDeadLettersPolicy: overTls('sqs:ReceiveMessage', 'WakesDeadLetters'),
  RefusedQueuePolicy: overTls('sqs:SendMessage', 'RefusedQueue'),
  OncallTopicPolicy: overTls('sns:Publish', 'OncallTopic'),
  TeamTopicPolicy: overTls('sns:Publish', 'TeamTopic'),
  ReportsTopicPolicy: overTls('sns:Publish', 'ReportsTopic'),
  ReportsBucketPolicy: {
    welcome: { 'a role over TLS': request(AUDITOR, 's3:GetObject', REPORT) },
    attacks: {
      'a role reads without TLS': request(AUDITOR, 's3:GetObject', REPORT, {
        'aws:SecureTransport': 'false',
      }),
      'a role lists without TLS': request(AUDITOR, 's3:ListBucket', arn('ReportsBucket'), {
        'aws:SecureTransport': 'false',
      }),
    },
  },
  OperationsTopicPolicy: joined(overTls('sns:Publish', 'OperationsTopic'), {
    welcome: {
      'an alarm of this stack': alarms('cloudwatch.amazonaws.com', `${HUB}:alarm:selfheal-tick-missing`),
    },
    attacks: {
      'another alarm': alarms('cloudwatch.amazonaws.com', `${HUB}:alarm:anybodys`),
      'an alarm of another account': alarms('cloudwatch.amazonaws.com', `${OTHER}:alarm:selfheal-a`),
      'another service': alarms('events.amazonaws.com', `${HUB}:alarm:selfheal-tick-missing`),
    },
  }),
  IntakeBusPolicy: {
    welcome: {
      'the forwarding rules of a member': forwards(
        `arn:aws:iam::${ACCOUNT}:role/selfheal-forward-events`,
        ORGANIZATION,
      ),
    },
    attacks: {
      'forwarding rules of another organization': forwards(
        `arn:aws:iam::${OTHER}:role/selfheal-forward-events`,
        'o-another000',
      ),
      'another role of a member': forwards(`arn:aws:iam::${ACCOUNT}:role/anybody`, ORGANIZATION),
    },
  },
  UndeliveredQueuePolicy: fromRules(
    'UndeliveredQueue',
    ['ForwardComplianceChange', 'ForwardExecutionStatus'],
    ACCOUNT,
  ),
  ConfigBucketPolicy: {
    welcome: {
      'Config looks at the bucket': records('config.amazonaws.com', 's3:GetBucketAcl'),
      'Config lists the bucket': records('config.amazonaws.com', 's3:ListBucket'),
      'Config delivers': records(
        'config.amazonaws.com',
        's3:PutObject',
        `/AWSLogs/${ACCOUNT}/Config/us-east-1/x`,
      ),
      'a role over TLS': records(`arn:aws:sts::${ACCOUNT}:assumed-role/auditor/s`, 's3:GetObject', '/x'),
    },
    attacks: {
      'Config for another account looks': records('config.amazonaws.com', 's3:GetBucketAcl', '', {
        'aws:SourceAccount': OTHER,
      }),
      'Config for another account delivers': records(
        'config.amazonaws.com',
        's3:PutObject',
        `/AWSLogs/${ACCOUNT}/Config/us-east-1/x`,
        { 'aws:SourceAccount': OTHER },
      ),
      'Config delivers what the account could not read': records(
        'config.amazonaws.com',
        's3:PutObject',
        `/AWSLogs/${ACCOUNT}/Config/us-east-1/x`,
        { 's3:x-amz-acl': 'private' },
      ),
      'Config delivers elsewhere': records('config.amazonaws.com', 's3:PutObject', '/elsewhere'),
      'another service': records('cloudtrail.amazonaws.com', 's3:GetBucketAcl'),
      'a role looks without TLS': records(
        `arn:aws:sts::${ACCOUNT}:assumed-role/auditor/s`,
        's3:ListBucket',
        '',
        {
          'aws:SecureTransport': 'false',
        },
      ),
      'a role reads without TLS': records(
        `arn:aws:sts::${ACCOUNT}:assumed-role/auditor/s`,
        's3:GetObject',
        '/x',
        {
          'aws:SecureTransport': 'false',
        },
      ),
    },
  },
  Key: {
    kind: 'key',
    welcome: {
      'whom the account lets': uses(
        `arn:aws:sts::${HUB}:assumed-role/selfheal-function-wake/s`,
        'kms:Decrypt',
      ),
      ...Object.fromEntries(
        ['kms:Decrypt', 'kms:GenerateDataKey'].flatMap((action) => [
          [`EventBridge: ${action}`, uses('events.amazonaws.com', action)],
          [`an alarm: ${action}`, uses('cloudwatch.amazonaws.com', action, { 'aws:SourceAccount': HUB })],
        ]),
      ),
    },
    attacks: {
      'another account': uses(`arn:aws:sts::${OTHER}:assumed-role/anybody/s`, 'kms:Decrypt'),
      'an alarm of another account': uses('cloudwatch.amazonaws.com', 'kms:Decrypt', {
        'aws:SourceAccount': OTHER,
      }),
      'another service': uses('s3.amazonaws.com', 'kms:Decrypt', { 'aws:SourceAccount': HUB }),
    },
  },
};

const policies = [
  ...Object.entries(hub.Resources).map(([id, resource]) => ({ id, resource, account: HUB, names: hubNames })),
  ...Object.entries(member.Resources).map(([id, resource]) => ({
    id,
    resource,
    account: ACCOUNT,
    names: memberNames,
  })),
].flatMap(({ id, resource: { Properties }, account, names }): readonly (readonly [string, Guarded])[] => {
  const { PolicyDocument, KeyPolicy, Statement, PolicyName, ManagedPolicyName } = Properties;
  const written: TemplateValue | undefined =
    KeyPolicy ?? PolicyDocument ?? (Statement === undefined ? undefined : { Statement });
  if (written === undefined || PolicyName !== undefined || ManagedPolicyName !== undefined) return [];
  const asked = GUARDS[id] ?? { welcome: {}, attacks: {} };
  return [[id, { kind: 'resource', ...asked, document: deployedDocument(written, account, names) }]];
});

describe('the policies that resources of both stacks carry', () => {
  it('have been thought of', () => {
    expect(policies.map(([id]) => id).sort()).toEqual(Object.keys(GUARDS).sort());
  });

  it('let in who comes, and withstand who must not', () => {
    const wrong = policies.flatMap(([id, guarded]) => mistakes(guarded).map((who) => `${id}: ${who}`));
    expect(wrong).toEqual([]);
  });

  it('have no statement, item or condition without which that would be the same', () => {
    const idle = policies.flatMap(([id, guarded]) => idleParts(guarded).map((part) => `${id} ${part}`));
    expect(idle).toEqual([]);
  });
});
