import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { ListSubscriptionsCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, ListQueuesCommand } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { deployStack } from '../../../sandbox/cloudformation/stacks.ts';
import { type Json, type JsonObject, toTemplate } from '../../../sandbox/cloudformation/template.ts';
import {
  alarmTable,
  functionTable,
  httpRouteTable,
  mappingTable,
  permissionTable,
} from '../../../sandbox/lambda/records.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { recorders } from '../../../sandbox/services/config/recorder.ts';
import type { BusRecord } from '../../../sandbox/services/events/bus-store.ts';
import { findRole } from '../../../sandbox/world/roles.ts';
import { clientsOf, HUB, openSandbox, refusal } from '../core/with-sandbox.ts';

const LANE = { account: HUB, region: 'us-east-1' };

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await openSandbox();
});

type Resources = Readonly<Record<string, readonly [type: string, properties?: JsonObject, further?: object]>>;

const deployed = (resources: Resources, outputs: Readonly<Record<string, Json>> = {}) =>
  deployStack(
    sandbox,
    {
      name: 'test',
      template: toTemplate({
        Resources: Object.fromEntries(
          Object.entries(resources).map(([id, [Type, Properties = {}, further]]) => [
            id,
            { Type, Properties, ...further },
          ]),
        ),
        Outputs: Object.fromEntries(Object.entries(outputs).map(([name, Value]) => [name, { Value }])),
      }),
      parameters: {},
      code: { worker: '/code/worker.zip' },
    },
    LANE,
  );

const ref = (id: string): Json => ({ Ref: id });
const arnOf = (id: string): Json => ({ 'Fn::GetAtt': [id, 'Arn'] });
const allow = (statement: JsonObject): JsonObject => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', ...statement }],
});
const trustOf = (Service: string) => allow({ Principal: { Service }, Action: 'sts:AssumeRole' });

describe('queues', () => {
  const QUEUES: Resources = {
    Work: [
      'AWS::SQS::Queue',
      {
        QueueName: 'work',
        VisibilityTimeout: 90,
        RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 5 },
      },
    ],
    Dead: ['AWS::SQS::Queue', { MessageRetentionPeriod: 1_209_600 }],
    Policy: [
      'AWS::SQS::QueuePolicy',
      {
        Queues: [ref('Work')],
        PolicyDocument: allow({ Principal: '*', Action: 'sqs:*', Resource: arnOf('Work') }),
      },
    ],
  };
  const attributes = async () => {
    const { sqs } = clientsOf(sandbox);
    const QueueUrl = `${sandbox.url}/${HUB}/work`;
    return (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes;
  };

  it('have their settings, their dead letters and their policy', async () => {
    const { outputs } = await deployed(QUEUES, {
      Url: ref('Work'),
      Arn: arnOf('Work'),
      Name: { 'Fn::GetAtt': ['Work', 'QueueName'] },
      Dead: { 'Fn::GetAtt': ['Dead', 'QueueName'] },
    });
    expect(outputs).toEqual({
      Url: `${sandbox.url}/${HUB}/work`,
      Arn: `arn:aws:sqs:us-east-1:${HUB}:work`,
      Name: 'work',
      Dead: expect.stringMatching(/^test-Dead-[A-Z0-9]{12}$/),
    });
    expect(await attributes()).toMatchObject({
      VisibilityTimeout: '90',
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: `arn:aws:sqs:us-east-1:${HUB}:${outputs.Dead}`,
        maxReceiveCount: 5,
      }),
      Policy: expect.stringContaining(`"Resource":"arn:aws:sqs:us-east-1:${HUB}:work"`),
    });
  });

  it('are changed where the template changes, and go back to the default where it says no more', async () => {
    await deployed(QUEUES);
    await deployed({ Work: ['AWS::SQS::Queue', { QueueName: 'work', DelaySeconds: 5 }] });
    const now = await attributes();
    expect(now).toMatchObject({ DelaySeconds: '5', VisibilityTimeout: '30' });
    expect(now).not.toHaveProperty('Policy');
    expect(now).not.toHaveProperty('RedrivePolicy');
  });

  it('go when they leave the template or get another name, unless they are to be retained', async () => {
    await deployed({
      ...QUEUES,
      Kept: ['AWS::SQS::Queue', { QueueName: 'kept' }, { DeletionPolicy: 'Retain' }],
    });
    await deployed({ Work: ['AWS::SQS::Queue', { QueueName: 'renamed' }] });
    const { QueueUrls = [] } = await clientsOf(sandbox).sqs.send(new ListQueuesCommand({}));
    expect(QueueUrls.map((url) => url.split('/').at(-1)).sort()).toEqual(['kept', 'renamed']);
  });

  it('are left alone, with what is in them, when nothing has changed', async () => {
    const first = await deployed(QUEUES);
    const { call } = sandbox;
    const calls: string[] = [];
    const watched = {
      ...sandbox,
      call: (...args: Parameters<typeof call>) => {
        calls.push(args[2]);
        return call(...args);
      },
    };
    sandbox = watched;
    expect(await deployed(QUEUES)).toEqual(first);
    expect(new Set(calls)).toEqual(new Set(['ListQueues']));
  });
});

it('makes topics with their policy, and subscriptions with their filter', async () => {
  const { outputs } = await deployed(
    {
      Queue: ['AWS::SQS::Queue', { QueueName: 'q' }],
      Topic: ['AWS::SNS::Topic', { TopicName: 'team', DisplayName: 'Team' }],
      Policy: [
        'AWS::SNS::TopicPolicy',
        {
          Topics: [ref('Topic')],
          PolicyDocument: allow({ Principal: '*', Action: 'sns:Publish', Resource: '*' }),
        },
      ],
      ToQueue: [
        'AWS::SNS::Subscription',
        { TopicArn: ref('Topic'), Protocol: 'sqs', Endpoint: arnOf('Queue'), FilterPolicy: { kind: ['a'] } },
      ],
      ToPerson: [
        'AWS::SNS::Subscription',
        { TopicArn: ref('Topic'), Protocol: 'email', Endpoint: 'a@b.example' },
      ],
    },
    { Arn: ref('Topic') },
  );
  expect(outputs.Arn).toBe(`arn:aws:sns:us-east-1:${HUB}:team`);
  const { sns } = clientsOf(sandbox);
  const { Subscriptions } = await sns.send(new ListSubscriptionsCommand({}));
  expect(Subscriptions?.map(({ Protocol, Endpoint }) => [Protocol, Endpoint])).toEqual([
    ['sqs', `arn:aws:sqs:us-east-1:${HUB}:q`],
    ['email', 'a@b.example'],
  ]);
});

it('makes buses with their policy, and rules with all that their targets say', async () => {
  const target = {
    Id: 'selfheal',
    Arn: arnOf('Queue'),
    DeadLetterConfig: { Arn: arnOf('Queue') },
    RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 },
  };
  const BUS: Resources = {
    Queue: ['AWS::SQS::Queue', { QueueName: 'q' }],
    Bus: ['AWS::Events::EventBus', { Name: 'intake' }],
    BusPolicy: [
      'AWS::Events::EventBusPolicy',
      {
        EventBusName: ref('Bus'),
        StatementId: 'organization',
        Statement: { Effect: 'Allow', Principal: '*', Action: 'events:PutEvents', Resource: arnOf('Bus') },
      },
    ],
  };
  const { outputs } = await deployed(
    {
      ...BUS,
      Rule: [
        'AWS::Events::Rule',
        { Name: 'r', EventBusName: ref('Bus'), EventPattern: { source: ['aws.config'] }, Targets: [target] },
      ],
      Minutely: ['AWS::Events::Rule', { Name: 'm', ScheduleExpression: 'rate(1 minute)', Targets: [] }],
    },
    { Rule: arnOf('Rule'), Bus: arnOf('Bus'), Minutely: ref('Minutely') },
  );
  expect(outputs).toEqual({
    Rule: `arn:aws:events:us-east-1:${HUB}:rule/intake/r`,
    Bus: `arn:aws:events:us-east-1:${HUB}:event-bus/intake`,
    Minutely: 'm',
  });
  const { events } = clientsOf(sandbox);
  const targets = new ListTargetsByRuleCommand({ Rule: 'r', EventBusName: 'intake' });
  const queueArn = `arn:aws:sqs:us-east-1:${HUB}:q`;
  expect((await events.send(targets)).Targets).toEqual([
    { ...target, Arn: queueArn, DeadLetterConfig: { Arn: queueArn } },
  ]);
  const bus = () => sandbox.world.table<BusRecord>('events-buses').get(`${HUB}/us-east-1/intake`);
  expect(JSON.parse(bus()?.policy ?? '{}').Statement).toEqual([
    expect.objectContaining({ Sid: 'organization', Action: 'events:PutEvents' }),
  ]);

  const { BusPolicy: _, ...rest } = BUS;
  await deployed(rest);
  expect(bus()).not.toHaveProperty('policy');
  await expect(events.send(targets)).rejects.toThrow('Rule r does not exist');
});

describe('roles', () => {
  const document = allow({ Action: 's3:GetObject', Resource: '*' });
  const other = allow({ Action: 's3:PutObject', Resource: '*' });
  const ROLES: Resources = {
    Role: [
      'AWS::IAM::Role',
      {
        RoleName: 'worker',
        AssumeRolePolicyDocument: trustOf('lambda.amazonaws.com'),
        Policies: [{ PolicyName: 'own', PolicyDocument: document }],
        ManagedPolicyArns: [ref('Managed')],
        PermissionsBoundary: ref('Boundary'),
      },
    ],
    Managed: ['AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'managed', PolicyDocument: document }],
    Boundary: ['AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'boundary', PolicyDocument: document }],
    Attached: [
      'AWS::IAM::Policy',
      { PolicyName: 'attached', PolicyDocument: document, Roles: [ref('Role')] },
    ],
  };
  const ARN = `arn:aws:iam::${HUB}:role/worker`;
  const MANAGED = `arn:aws:iam::${HUB}:policy/managed`;

  it('hold the documents of all their policies, and of their boundary', async () => {
    const { outputs } = await deployed(ROLES, {
      Name: ref('Role'),
      Arn: arnOf('Role'),
      Managed: ref('Managed'),
    });
    expect(outputs).toEqual({ Name: 'worker', Arn: ARN, Managed: MANAGED });
    expect(findRole(sandbox.world, ARN)).toEqual({
      account: HUB,
      name: 'worker',
      trust: trustOf('lambda.amazonaws.com'),
      policies: { own: document, [MANAGED]: document, attached: document },
      boundary: document,
    });
  });

  it('change with the policies that they have, and lose what is taken from them', async () => {
    const changed: Resources = {
      ...ROLES,
      Managed: ['AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'managed', PolicyDocument: other }],
      Boundary: ['AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'boundary', PolicyDocument: other }],
    };
    await deployed(ROLES);
    await deployed(changed);
    const role = () => findRole(sandbox.world, ARN);
    expect(role()).toMatchObject({ boundary: other, policies: { [MANAGED]: other, attached: document } });
    const { Attached: _, ...rest } = changed;
    await deployed(rest);
    expect(Object.keys(role()?.policies ?? {})).toEqual(['own', MANAGED]);
    await deployed({});
    expect(role()).toBeUndefined();
  });
});

it('makes functions, what feeds them, who may invoke them, and the routes before them', async () => {
  const { outputs } = await deployed(
    {
      Role: [
        'AWS::IAM::Role',
        { RoleName: 'worker', AssumeRolePolicyDocument: trustOf('lambda.amazonaws.com') },
      ],
      Queue: ['AWS::SQS::Queue', { QueueName: 'q', VisibilityTimeout: 90 }],
      Worker: [
        'AWS::Lambda::Function',
        {
          FunctionName: 'worker',
          Code: { S3Bucket: 'b', S3Key: 'worker.zip' },
          Handler: 'index.handler',
          Runtime: 'nodejs24.x',
          Role: arnOf('Role'),
          Timeout: 60,
          Environment: { Variables: { QUEUE: ref('Queue') } },
        },
      ],
      Mapping: [
        'AWS::Lambda::EventSourceMapping',
        {
          EventSourceArn: arnOf('Queue'),
          FunctionName: arnOf('Worker'),
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ScalingConfig: { MaximumConcurrency: 10 },
          MaximumBatchingWindowInSeconds: 1,
        },
      ],
      Once: [
        'AWS::Lambda::EventInvokeConfig',
        { FunctionName: ref('Worker'), Qualifier: '$LATEST', MaximumRetryAttempts: 0 },
      ],
      Permission: [
        'AWS::Lambda::Permission',
        {
          FunctionName: arnOf('Worker'),
          Action: 'lambda:InvokeFunction',
          Principal: 'events.amazonaws.com',
          SourceArn: 'arn:aws:events:us-east-1:1:rule/r',
        },
      ],
      Api: ['AWS::ApiGatewayV2::Api', { Name: 'api', ProtocolType: 'HTTP' }],
      Issuer: [
        'AWS::ApiGatewayV2::Authorizer',
        {
          ApiId: ref('Api'),
          Name: 'jwt',
          AuthorizerType: 'JWT',
          IdentitySource: ['$request.header.Authorization'],
          JwtConfiguration: { Issuer: 'https://issuer', Audience: ['me'] },
        },
      ],
      ToWorker: [
        'AWS::ApiGatewayV2::Integration',
        {
          ApiId: ref('Api'),
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: arnOf('Worker'),
          PayloadFormatVersion: '2.0',
        },
      ],
      Route: [
        'AWS::ApiGatewayV2::Route',
        {
          ApiId: ref('Api'),
          RouteKey: 'GET /api/cases/{id}',
          Target: { 'Fn::Join': ['/', ['integrations', ref('ToWorker')]] },
          AuthorizationType: 'JWT',
          AuthorizerId: ref('Issuer'),
        },
      ],
    },
    { Api: ref('Api') },
  );
  const { world } = sandbox;
  expect([...functionTable(world).values()]).toEqual([
    {
      ...LANE,
      name: 'worker',
      roleArn: `arn:aws:iam::${HUB}:role/worker`,
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      timeoutSeconds: 60,
      memoryMb: 128,
      environment: { QUEUE: `${sandbox.url}/${HUB}/q` },
      codePath: '/code/worker.zip',
      asyncRetriesMax: 0,
    },
  ]);
  expect([...mappingTable(world).values()]).toEqual([
    {
      ...LANE,
      functionName: 'worker',
      queueArn: `arn:aws:sqs:us-east-1:${HUB}:q`,
      batchSize: 10,
      batchingWindowSeconds: 1,
      concurrencyMax: 10,
      reportsItemFailures: true,
    },
  ]);
  expect([...permissionTable(world).values()]).toEqual([
    expect.objectContaining({ functionName: 'worker', principal: 'events.amazonaws.com' }),
  ]);
  expect([...httpRouteTable(world).values()]).toEqual([
    {
      ...LANE,
      method: 'GET',
      path: '/api/cases/{id}',
      functionName: 'worker',
      apiId: outputs.Api,
      authorization: 'JWT',
      jwt: { issuer: 'https://issuer', audience: ['me'] },
    },
  ]);
  await deployed({});
  for (const table of [functionTable, mappingTable, permissionTable, httpRouteTable])
    expect(table(world).size).toBe(0);
});

it('makes the table once, with its indexes, and never another of the same name', async () => {
  const table = (range: string): Resources => ({
    Table: [
      'AWS::DynamoDB::Table',
      {
        TableName: 'selfheal',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: range, AttributeType: 'S' },
        ],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'due',
            KeySchema: [{ AttributeName: range, KeyType: 'HASH' }],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
      },
    ],
  });
  const { outputs } = await deployed(table('due'), { Name: ref('Table'), Arn: arnOf('Table') });
  expect(outputs).toEqual({ Name: 'selfheal', Arn: `arn:aws:dynamodb:us-east-1:${HUB}:table/selfheal` });
  const { dynamodb } = clientsOf({ url: sandbox.dynamodbEndpoint });
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'selfheal' }));
  expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(['due']);
  await expect(deployed(table('other'))).rejects.toThrow(
    'Resources.Table (AWS::DynamoDB::Table): the table selfheal is there with other keys or indexes',
  );
});

it('makes alarms, and keys, logs and buckets by name alone', async () => {
  const { outputs } = await deployed(
    {
      Alarm: [
        'AWS::CloudWatch::Alarm',
        {
          AlarmName: 'dead-letters',
          Namespace: 'AWS/SQS',
          MetricName: 'ApproximateNumberOfMessagesVisible',
          Dimensions: [{ Name: 'QueueName', Value: 'q' }],
          Statistic: 'Maximum',
          Period: '60',
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          AlarmActions: ['arn:aws:sns:us-east-1:1:ops'],
        },
      ],
      Log: ['AWS::Logs::LogGroup', { LogGroupName: '/aws/lambda/x' }],
      Key: ['AWS::KMS::Key', { KeyPolicy: {} }],
      Bucket: ['AWS::S3::Bucket', { BucketName: 'deliveries' }],
    },
    { Log: arnOf('Log'), Key: arnOf('Key'), Bucket: arnOf('Bucket') },
  );
  expect(outputs).toEqual({
    Log: `arn:aws:logs:us-east-1:${HUB}:log-group:/aws/lambda/x:*`,
    Key: expect.stringMatching(`^arn:aws:kms:us-east-1:${HUB}:key/[0-9a-f-]{36}$`),
    Bucket: 'arn:aws:s3:::deliveries',
  });
  expect([...alarmTable(sandbox.world).values()]).toEqual([
    expect.objectContaining({
      name: 'dead-letters',
      dimensions: { QueueName: 'q' },
      periodSeconds: 60,
      treatMissingData: 'missing',
      actions: ['arn:aws:sns:us-east-1:1:ops'],
    }),
  ]);
});

it('makes the recorder of a lane that has none, and refuses a second one', async () => {
  const recorder = (Name: string): Resources => ({
    Recorder: ['AWS::Config::ConfigurationRecorder', { Name, RoleARN: 'arn:aws:iam::1:role/r' }],
    Channel: ['AWS::Config::DeliveryChannel', { S3BucketName: 'deliveries' }],
  });
  const all = () => [...recorders(sandbox.world).values()];
  await deployed(recorder('own'));
  expect(all()).toEqual([expect.objectContaining({ ...LANE, name: 'own', recording: true })]);
  await expect(deployed(recorder('second'))).rejects.toThrow(
    "Failed to put configuration recorder 'second' because the maximum number of configuration recorders: 1",
  );
  await deployed({});
  expect(all()).toEqual([]);
});

const REFUSED: readonly (readonly [type: string, properties: JsonObject, why: string])[] = [
  ['AWS::EC2::Instance', {}, 'the sandbox has no AWS::EC2::Instance; teach it'],
  ['AWS::SQS::Queue', { FifoQueue: true }, 'Unrecognized key: "FifoQueue"'],
  ['AWS::SQS::Queue', { VisibilityTimeout: 50_000 }, 'Invalid value for the parameter VisibilityTimeout.'],
  ['AWS::Events::Rule', { EventPattern: { source: 'x' } }, 'Event pattern is not valid'],
  [
    'AWS::IAM::Role',
    { AssumeRolePolicyDocument: trustOf('x'), ManagedPolicyArns: ['arn:aws:iam::1:policy/nobody'] },
    'there is no managed policy arn:aws:iam::1:policy/nobody',
  ],
  [
    'AWS::Lambda::EventSourceMapping',
    { EventSourceArn: `arn:aws:sqs:us-east-1:${HUB}:q`, FunctionName: 'f', BatchSize: 100 },
    'Maximum batch window in seconds must be greater than 0',
  ],
  [
    'AWS::SNS::Topic',
    { TopicName: { 'Fn::GetAZs': '' } },
    'Fn::GetAZs: the sandbox does not know this function',
  ],
];

describe('what it cannot make it refuses', () => {
  it('with the resource that it was, and why', async () => {
    for (const [type, properties, why] of REFUSED) {
      const { message } = await refusal(deployed({ It: [type, properties] }));
      expect(message).toContain(`Cannot deploy the stack test to ${HUB}/us-east-1: Resources.It`);
      expect(message).toContain(why);
    }
  });

  it('a mapping whose messages would come again while they are at work', async () => {
    const work = deployed({
      Role: ['AWS::IAM::Role', { AssumeRolePolicyDocument: trustOf('lambda.amazonaws.com') }],
      Queue: ['AWS::SQS::Queue', {}],
      Worker: [
        'AWS::Lambda::Function',
        {
          FunctionName: 'worker',
          Code: { S3Bucket: 'b', S3Key: 'k' },
          Handler: 'index.handler',
          Runtime: 'nodejs24.x',
          Role: arnOf('Role'),
          Timeout: 60,
        },
      ],
      Mapping: [
        'AWS::Lambda::EventSourceMapping',
        { EventSourceArn: arnOf('Queue'), FunctionName: ref('Worker') },
      ],
    });
    await expect(work).rejects.toThrow(
      'Resources.Mapping (AWS::Lambda::EventSourceMapping): Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds',
    );
  });
});
