import { CreateTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateEventBusCommand, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { aws, hasAwsCommand } from '../../support/aws-command.ts';
import { putOpenRoles } from '../../support/open-roles.ts';
import { clientsOf, HUB, MEMBER, openSandbox } from './with-sandbox.ts';

const TIMEOUT_MS = 60_000;

test(
  'SQS answers the aws command, which speaks the query protocol to it',
  async () => {
    if (!hasAwsCommand()) return;
    const sandbox = await openSandbox();
    const { url } = sandbox;
    await clientsOf(sandbox).sqs.send(new CreateQueueCommand({ QueueName: 'findings' }));
    const QueueUrl = `${url}/${HUB}/findings`;
    expect((await aws(url, ['sqs', 'list-queues'])).json).toEqual({ QueueUrls: [QueueUrl] });
    const attributes = '{"kind":{"DataType":"String","StringValue":"a & b"}}';
    const sent = await aws(url, [
      'sqs',
      'send-message',
      '--queue-url',
      QueueUrl,
      '--message-body',
      '<äö>',
      '--message-attributes',
      attributes,
    ]);
    expect(sent.json.MD5OfMessageBody).toMatch(/^[0-9a-f]{32}$/);
    const received = await aws(url, [
      'sqs',
      'receive-message',
      '--queue-url',
      QueueUrl,
      '--attribute-names',
      'All',
      '--message-attribute-names',
      'All',
    ]);
    const [message] = received.json.Messages;
    expect(message).toMatchObject({ Body: '<äö>', Attributes: { ApproximateReceiveCount: '1' } });
    expect(message.MessageAttributes.kind.StringValue).toBe('a & b');
    const told = await aws(url, [
      'sqs',
      'get-queue-attributes',
      '--queue-url',
      QueueUrl,
      '--attribute-names',
      'All',
    ]);
    expect(told.json.Attributes).toMatchObject({
      ApproximateNumberOfMessagesNotVisible: '1',
      VisibilityTimeout: '30',
    });
    expect(
      (
        await aws(url, [
          'sqs',
          'delete-message',
          '--queue-url',
          QueueUrl,
          '--receipt-handle',
          message.ReceiptHandle,
        ])
      ).code,
    ).toBe(0);
    const missing = await aws(url, ['sqs', 'get-queue-url', '--queue-name', 'none']);
    expect(missing.stderr).toContain('(AWS.SimpleQueueService.NonExistentQueue)');
  },
  TIMEOUT_MS,
);

test(
  'SNS, STS and DynamoDB answer the aws command',
  async () => {
    if (!hasAwsCommand()) return;
    const sandbox = await openSandbox();
    const { url, world } = sandbox;
    const { sns, dynamodb } = clientsOf(sandbox);
    await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
    const TopicArn = `arn:aws:sns:us-east-1:${HUB}:alerts`;
    expect((await aws(url, ['sns', 'list-topics'])).json).toEqual({ Topics: [{ TopicArn }] });
    const subject = await aws(url, [
      'sns',
      'publish',
      '--topic-arn',
      TopicArn,
      '--message',
      'm',
      '--subject',
      'two\nlines',
    ]);
    expect(subject.stderr).toContain('(InvalidParameter)');

    expect((await aws(url, ['sts', 'get-caller-identity'], MEMBER)).json).toMatchObject({ Account: MEMBER });
    putOpenRoles(world, MEMBER, HUB);
    const role = [
      'sts',
      'assume-role',
      '--role-arn',
      `arn:aws:iam::${MEMBER}:role/selfheal-executor`,
      '--role-session-name',
      'cli',
    ];
    const { stderr } = await aws(url, role);
    expect(stderr).toContain('(AccessDenied) when calling the AssumeRole operation');
    expect(stderr).toContain(
      `User: arn:aws:iam::${HUB}:user/sandbox is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${MEMBER}:role/selfheal-executor`,
    );
    const assumed = await aws(url, [...role, '--external-id', 'selfheal-sandbox']);
    expect(assumed.json.Credentials.AccessKeyId).toContain(MEMBER);

    await dynamodb.send(
      new CreateTableCommand({
        TableName: 'cases',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      }),
    );
    await dynamodb.send(new PutItemCommand({ TableName: 'cases', Item: { pk: { S: 'case-1' } } }));
    const scanned = await aws(url, ['dynamodb', 'scan', '--table-name', 'cases']);
    expect(scanned.json.Items).toEqual([{ pk: { S: 'case-1' } }]);
  },
  TIMEOUT_MS,
);

test(
  'EventBridge answers the aws command, and refuses a source of AWS’s own as AWS does',
  async () => {
    if (!hasAwsCommand()) return;
    const sandbox = await openSandbox();
    const { url } = sandbox;
    const { events } = clientsOf(sandbox);
    await events.send(new CreateEventBusCommand({ Name: 'selfheal' }));
    await events.send(new PutRuleCommand({ Name: 'compliance', EventPattern: '{"source":["aws.config"]}' }));
    expect((await aws(url, ['events', 'list-rules'])).json.Rules).toMatchObject([
      {
        Name: 'compliance',
        Arn: `arn:aws:events:us-east-1:${HUB}:rule/compliance`,
        State: 'ENABLED',
        EventBusName: 'default',
      },
    ]);
    const entry = JSON.stringify([
      { Source: 'aws.config', DetailType: 'Config Rules Compliance Change', Detail: '{}' },
    ]);
    expect((await aws(url, ['events', 'put-events', '--entries', entry])).json).toEqual({
      FailedEntryCount: 1,
      Entries: [
        { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' },
      ],
    });
  },
  TIMEOUT_MS,
);
