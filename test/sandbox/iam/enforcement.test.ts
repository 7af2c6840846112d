import { DescribeConfigRulesCommand } from '@aws-sdk/client-config-service';
import { CreateTableCommand, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, PublishCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { StartAutomationExecutionCommand } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { tableDefinition } from '../../../infra/dynamodb/table.ts';
import { askSandbox, clientsOf, HUB, openSandbox, refusal } from '../core/with-sandbox.ts';
import { clientsAs, giveRole, sessionArn } from './as-role.ts';

const TABLE = `arn:aws:dynamodb:us-east-1:${HUB}:table/selfheal`;

test('a role without a policy may do nothing but ask who it is, and each service says so in its own words', async () => {
  const sandbox = await openSandbox();
  giveRole(sandbox, 'idle', []);
  const { sts, sqs, sns, ssm, config, events, dynamodb } = clientsAs(sandbox, 'idle');
  const me = sessionArn('idle');
  expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(me);

  const queue = `arn:aws:sqs:us-east-1:${HUB}:wakes`;
  const bySqs = await refusal(
    sqs.send(new SendMessageCommand({ QueueUrl: `${sandbox.url}/${HUB}/wakes`, MessageBody: 'x' })),
  );
  expect([bySqs.name, bySqs.message]).toEqual([
    'AccessDenied',
    `User: ${me} is not authorized to perform: sqs:sendmessage on resource: ${queue} because no identity-based policy allows the sqs:sendmessage action`,
  ]);
  const bySns = await refusal(
    sns.send(new PublishCommand({ TopicArn: `arn:aws:sns:us-east-1:${HUB}:team`, Message: 'x' })),
  );
  expect(bySns.name).toBe('AuthorizationErrorException');
  expect(bySns.message).toContain('is not authorized to perform: SNS:Publish on resource: arn:aws:sns:');
  const bySsm = await refusal(
    ssm.send(
      new StartAutomationExecutionCommand({ DocumentName: 'AWS-StopEC2Instance', DocumentVersion: '1' }),
    ),
  );
  expect([bySsm.name, bySsm.message]).toEqual([
    'AccessDeniedException',
    `User: ${me} is not authorized to perform: ssm:StartAutomationExecution on resource: arn:aws:ssm:us-east-1::document/AWS-StopEC2Instance because no identity-based policy allows the ssm:StartAutomationExecution action`,
  ]);
  const byConfig = await refusal(config.send(new DescribeConfigRulesCommand({})));
  expect(byConfig.message).toBe(
    `User: ${me} is not authorized to perform: config:DescribeConfigRules because no identity-based policy allows the config:DescribeConfigRules action`,
  );
  const ByEvents = events.send(
    new PutEventsCommand({ Entries: [{ Source: 'x', DetailType: 'y', Detail: '{}' }] }),
  );
  expect((await refusal(ByEvents)).name).toBe('AccessDeniedException');
  const byDynamodb = await refusal(
    dynamodb.send(new GetItemCommand({ TableName: 'selfheal', Key: { pk: { S: 'a' }, sk: { S: 'b' } } })),
  );
  expect(byDynamodb.name).toBe('AccessDeniedException');
});

test('a role may do what its policy allows, on the resources that it names', async () => {
  const sandbox = await openSandbox();
  const admin = clientsOf(sandbox);
  const { QueueUrl } = await admin.sqs.send(new CreateQueueCommand({ QueueName: 'wakes' }));
  const { TopicArn } = await admin.sns.send(new CreateTopicCommand({ Name: 'team' }));
  giveRole(sandbox, 'worker', [
    { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: `arn:aws:sqs:*:${HUB}:wakes` },
    { Effect: 'Allow', Action: 'sns:Publish', Resource: TopicArn ?? '' },
  ]);
  const { sqs, sns } = clientsAs(sandbox, 'worker');
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: '1', MessageBody: 'x' }] }));
  await sns.send(new PublishCommand({ TopicArn, Message: 'x' }));
  expect((await refusal(sqs.send(new CreateQueueCommand({ QueueName: 'other' })))).message).toContain(
    `sqs:createqueue on resource: arn:aws:sqs:us-east-1:${HUB}:other`,
  );
});

test('a request to DynamoDB is judged by the partitions that it touches', async () => {
  const sandbox = await openSandbox();
  await clientsOf(sandbox).dynamodb.send(new CreateTableCommand(tableDefinition('selfheal')));
  giveRole(sandbox, 'cases', [
    {
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
      Resource: TABLE,
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['case#*', 'policy'] } },
    },
    {
      Effect: 'Deny',
      Action: 'dynamodb:PutItem',
      Resource: TABLE,
      Condition: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': 'policy' } },
    },
    { Effect: 'Allow', Action: 'dynamodb:Query', Resource: `${TABLE}/index/due` },
  ]);
  const { dynamodb } = clientsAs(sandbox, 'cases');
  const put = (pk: string) =>
    dynamodb.send(new PutItemCommand({ TableName: 'selfheal', Item: { pk: { S: pk }, sk: { S: '1' } } }));
  const get = (pk: string) =>
    dynamodb.send(new GetItemCommand({ TableName: 'selfheal', Key: { pk: { S: pk }, sk: { S: '1' } } }));
  const query = (index: string | undefined, condition: string) =>
    dynamodb.send(
      new QueryCommand({
        TableName: 'selfheal',
        IndexName: index,
        KeyConditionExpression: condition,
        ExpressionAttributeValues: { ':key': { S: 'case#1' } },
      }),
    );

  await put('case#1');
  expect((await get('case#1')).Item?.pk?.S).toBe('case#1');
  await get('policy');
  expect((await refusal(put('policy'))).message).toContain(
    'with an explicit deny in an identity-based policy',
  );
  expect((await refusal(get('control'))).name).toBe('AccessDeniedException');
  expect((await query(undefined, 'pk = :key')).Count).toBe(1);
  expect((await query('due', 'dueShard = :key')).Count).toBe(0);
  expect((await refusal(query('waiting', 'waitingLane = :key'))).message).toContain('/index/waiting');
  expect((await refusal(query('due', 'dueAt = :key'))).message).toContain('cannot tell which partition');
});

test('what roles asked is told once each, with the answer, and can be asked for and forgotten', async () => {
  const sandbox = await openSandbox();
  giveRole(sandbox, 'maker', [{ Effect: 'Allow', Action: 'sqs:CreateQueue', Resource: '*' }]);
  const { sqs, sns } = clientsAs(sandbox, 'maker');
  for (let n = 0; n < 3; n += 1) await sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
  await refusal(sns.send(new CreateTopicCommand({ Name: 't' })));
  await clientsOf(sandbox).sqs.send(new CreateQueueCommand({ QueueName: 'administrators-are-not-noted' }));
  expect(
    sandbox.access
      .entries()
      .map(({ role, action, resource, allowed }) => [role.name, action, resource, allowed]),
  ).toEqual([
    ['maker', 'sqs:CreateQueue', `arn:aws:sqs:us-east-1:${HUB}:q`, true],
    ['maker', 'sns:CreateTopic', `arn:aws:sns:us-east-1:${HUB}:t`, false],
  ]);
  expect(sandbox.access.entries()[0]?.context).toMatchObject({
    'aws:PrincipalArn': `arn:aws:iam::${HUB}:role/maker`,
    'aws:PrincipalAccount': HUB,
    'aws:RequestedRegion': 'us-east-1',
    'aws:SecureTransport': 'true',
  });
  const { body } = await askSandbox(sandbox, 'GET', 'access?denied=true&role=maker');
  expect(body).toMatchObject({ access: [{ action: 'sns:CreateTopic' }], dropped: 0 });
  await askSandbox(sandbox, 'DELETE', 'access');
  expect(sandbox.access.entries()).toEqual([]);
});
