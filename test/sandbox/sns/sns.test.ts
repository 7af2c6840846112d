import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  InvalidParameterException,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  NotFoundException,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { queueFor } from '../../support/queue-for.ts';
import { askSandbox, clientsOf, HUB, openSandbox, refusal } from '../core/with-sandbox.ts';

const ready = async () => {
  const sandbox = await openSandbox();
  const clients = clientsOf(sandbox);
  const { TopicArn = '' } = await clients.sns.send(new CreateTopicCommand({ Name: 'alerts' }));
  const { QueueUrl } = await clients.sqs.send(queueFor('q', 'sns.amazonaws.com'));
  const subscribe = async (Attributes: Record<string, string> = {}) =>
    (
      await clients.sns.send(
        new SubscribeCommand({
          TopicArn,
          Protocol: 'sqs',
          Endpoint: `arn:aws:sqs:us-east-1:${HUB}:q`,
          Attributes,
        }),
      )
    ).SubscriptionArn;
  const received = async () =>
    (
      await clients.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
      )
    ).Messages ?? [];
  return { sandbox, ...clients, TopicArn, subscribe, received };
};

test('a published message is kept and can be read', async () => {
  const { sandbox, sns, TopicArn } = await ready();
  const { MessageId } = await sns.send(
    new PublishCommand({
      TopicArn,
      Subject: 'Approval needed',
      Message: 'ünïcode <&> text',
      MessageAttributes: { severity: { DataType: 'String', StringValue: 'high' } },
    }),
  );
  const { body } = await askSandbox(sandbox, 'GET', 'messages');
  expect(body.messages).toMatchObject([
    {
      messageId: MessageId,
      topicArn: TopicArn,
      subject: 'Approval needed',
      message: 'ünïcode <&> text',
      attributes: { severity: { DataType: 'String', StringValue: 'high' } },
    },
  ]);
  expect(sandbox.sns.messages(TopicArn)).toHaveLength(1);
});

test('a queue gets the envelope, or the bare message if it asked for it', async () => {
  const { sns, TopicArn, subscribe, received } = await ready();
  const SubscriptionArn = await subscribe();
  await sns.send(new PublishCommand({ TopicArn, Message: 'one', Subject: 's' }));
  expect(JSON.parse((await received())[0]?.Body ?? '')).toMatchObject({
    Type: 'Notification',
    Subject: 's',
    Message: 'one',
  });
  await sns.send(
    new SetSubscriptionAttributesCommand({
      SubscriptionArn,
      AttributeName: 'RawMessageDelivery',
      AttributeValue: 'true',
    }),
  );
  const MessageAttributes = { n: { DataType: 'Number', StringValue: '1' } };
  await sns.send(new PublishCommand({ TopicArn, Message: 'two', MessageAttributes }));
  expect(await received()).toMatchObject([{ Body: 'two', MessageAttributes }]);
});

test('a filter policy keeps out what the subscription does not want', async () => {
  const { sns, TopicArn, subscribe, received } = await ready();
  await subscribe({ RawMessageDelivery: 'true', FilterPolicy: '{"severity":["high",{"prefix":"crit"}]}' });
  for (const severity of ['low', 'high', 'critical']) {
    const MessageAttributes = { severity: { DataType: 'String', StringValue: severity } };
    await sns.send(new PublishCommand({ TopicArn, Message: severity, MessageAttributes }));
  }
  await sns.send(new PublishCommand({ TopicArn, Message: 'none' }));
  expect((await received()).map(({ Body }) => Body)).toEqual(['high', 'critical']);
});

test('an address stays unconfirmed', async () => {
  const { sns, TopicArn } = await ready();
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'oncall@example.com' }),
  );
  expect(SubscriptionArn).toBe('pending confirmation');
  const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  expect(Subscriptions).toMatchObject([{ SubscriptionArn: 'PendingConfirmation', Protocol: 'email' }]);
  const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
  expect(Attributes).toMatchObject({ SubscriptionsPending: '1', SubscriptionsConfirmed: '0' });
});

test.each([
  ['a line break', 'two\nlines'],
  ['more than 100 characters', 'x'.repeat(101)],
  ['other than ASCII', 'genehmigt: für alle'],
  ['nothing', ''],
])('a subject of %s is refused', async (_what, Subject) => {
  const { sns, TopicArn } = await ready();
  const error = await refusal(sns.send(new PublishCommand({ TopicArn, Message: 'm', Subject })));
  expect(error).toBeInstanceOf(InvalidParameterException);
});

test('a message of more than 256 KB, an unknown topic and a bad name are refused', async () => {
  const { sns, TopicArn } = await ready();
  const tooLong = new PublishCommand({ TopicArn, Message: 'x'.repeat(262_145) });
  expect(await refusal(sns.send(tooLong))).toBeInstanceOf(InvalidParameterException);
  const nowhere = new PublishCommand({ TopicArn: `${TopicArn}-none`, Message: 'm' });
  expect(await refusal(sns.send(nowhere))).toBeInstanceOf(NotFoundException);
  expect(await refusal(sns.send(new CreateTopicCommand({ Name: 'no spaces' })))).toBeInstanceOf(
    InvalidParameterException,
  );
});

test('a batch answers for every entry, and topics are listed by account', async () => {
  const { sandbox, sns, TopicArn } = await ready();
  const answer = await sns.send(
    new PublishBatchCommand({
      TopicArn,
      PublishBatchRequestEntries: [
        { Id: 'good', Message: 'm' },
        { Id: 'bad', Message: 'm', Subject: 'a\nb' },
      ],
    }),
  );
  expect(answer.Successful).toMatchObject([{ Id: 'good' }]);
  expect(answer.Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidParameter', SenderFault: true }]);
  expect((await sns.send(new ListTopicsCommand({}))).Topics).toEqual([{ TopicArn }]);
  expect((await clientsOf(sandbox, '333333333333').sns.send(new ListTopicsCommand({}))).Topics).toEqual([]);
});

const structured = (message: unknown) => ({
  Message: typeof message === 'string' ? message : JSON.stringify(message),
  MessageStructure: 'json',
});

test('a structured message says to each protocol what is meant for it', async () => {
  const { sandbox, sns, TopicArn, subscribe, received } = await ready();
  await subscribe({ RawMessageDelivery: 'true' });
  await sns.send(
    new PublishCommand({ TopicArn, ...structured({ default: 'for all', sqs: '{"n":1}', fax: 'x' }) }),
  );
  await sns.send(new PublishCommand({ TopicArn, ...structured({ default: 'for all', sqs: { n: 1 } }) }));
  await sns.send(new PublishCommand({ TopicArn, ...structured({ default: 'for all', sqs: '' }) }));
  expect((await received()).map(({ Body }) => Body)).toEqual(['{"n":1}', 'for all', '']);
  const kept = sandbox.sns.messages(TopicArn);
  expect(kept.map(({ message }) => message)).toEqual(['for all', 'for all', 'for all']);
  expect(kept[0]?.texts).toEqual({ default: 'for all', sqs: '{"n":1}' });
});

test.each([
  [{ sqs: 'no default' }, 'Message Structure - No default entry in JSON message body'],
  [{ default: 1 }, 'Message Structure - No default entry in JSON message body'],
  ['{"default":"a"', 'Message Structure - JSON message body failed to parse'],
  ['"default"', 'Message Structure - JSON message body failed to parse'],
  ['["default"]', 'Message Structure - JSON message body failed to parse'],
  ['null', 'Message Structure - JSON message body failed to parse'],
  ['{"default":"a","sqs":"b","sqs":"c"}', 'Message Structure - JSON message body failed to parse'],
  [{ default: 'x'.repeat(262_144) }, 'Message too long'],
])('a structured message that is none is refused (%#)', async (message, why) => {
  const { sandbox, sns, TopicArn } = await ready();
  const error = await refusal(sns.send(new PublishCommand({ TopicArn, ...structured(message) })));
  expect(error).toMatchObject({ name: 'InvalidParameterException', message: `Invalid parameter: ${why}` });
  expect(sandbox.sns.messages(TopicArn)).toEqual([]);
});

test('a structure other than JSON is refused, and a key that another holds deeper down is no double one', async () => {
  const { sns, TopicArn } = await ready();
  const nested = '{"default":"a","x":{"default":1},"y":["default"]}';
  await sns.send(new PublishCommand({ TopicArn, Message: nested, MessageStructure: 'json' }));
  const error = await refusal(
    sns.send(new PublishCommand({ TopicArn, Message: '{}', MessageStructure: 'xml' })),
  );
  expect(error).toMatchObject({ name: 'InvalidParameterException' });
});
