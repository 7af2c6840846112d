import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  InvalidMessageContents,
  ListQueuesCommand,
  PurgeQueueCommand,
  QueueDoesNotExist,
  QueueNameExists,
  ReceiptHandleIsInvalid,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
  TooManyEntriesInBatchRequest,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { clientsOf, MEMBER, openSandbox, refusal } from '../core/with-sandbox.ts';

const createQueue = async (sqs: SQSClient, name: string, attributes: Record<string, string> = {}) =>
  (await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))).QueueUrl ?? '';

const receive = async (sqs: SQSClient, QueueUrl: string, MaxNumberOfMessages = 10) =>
  (
    await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    )
  ).Messages ?? [];

test('carries bodies and attributes unharmed, with sums the SDK accepts', async () => {
  const { sqs } = clientsOf(await openSandbox());
  const QueueUrl = await createQueue(sqs, 'q');
  const body = 'äöü <&> "quoted" \u{1f600}\n';
  const sent = await sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: body,
      MessageAttributes: {
        name: { DataType: 'String', StringValue: 'välue' },
        blob: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255, 7]) },
        count: { DataType: 'Number', StringValue: '42' },
      },
    }),
  );
  const [message] = await receive(sqs, QueueUrl);
  expect(message?.Body).toBe(body);
  expect(message?.MessageAttributes?.name?.StringValue).toBe('välue');
  expect([...(message?.MessageAttributes?.blob?.BinaryValue ?? [])]).toEqual([0, 255, 7]);
  expect(message?.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
  expect(message?.Attributes?.ApproximateReceiveCount).toBe('1');
});

test('hides a received message until its visibility timeout, in sandbox time', async () => {
  const sandbox = await openSandbox();
  const { sqs } = clientsOf(sandbox);
  const QueueUrl = await createQueue(sqs, 'q', { VisibilityTimeout: '60' });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'once' }));
  const [first] = await receive(sqs, QueueUrl);
  expect(await receive(sqs, QueueUrl)).toEqual([]);
  sandbox.advanceBy(59_999);
  expect(await receive(sqs, QueueUrl)).toEqual([]);
  sandbox.advanceBy(1);
  const [second] = await receive(sqs, QueueUrl);
  expect(second?.Attributes?.ApproximateReceiveCount).toBe('2');
  // The older handle no longer deletes.
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
  sandbox.advanceBy(60_000);
  const [third] = await receive(sqs, QueueUrl);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: third?.ReceiptHandle }));
  sandbox.advanceBy(60_000);
  expect(await receive(sqs, QueueUrl)).toEqual([]);
});

test('never gives one message twice to one receive, even without a visibility timeout', async () => {
  const { sqs } = clientsOf(await openSandbox());
  const QueueUrl = await createQueue(sqs, 'q', { VisibilityTimeout: '0' });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'once' }));
  expect(await receive(sqs, QueueUrl)).toHaveLength(1);
  expect(await receive(sqs, QueueUrl)).toHaveLength(1);
});

test('delays a message by its own delay and by its queue’s', async () => {
  const sandbox = await openSandbox();
  const { sqs } = clientsOf(sandbox);
  const QueueUrl = await createQueue(sqs, 'q', { DelaySeconds: '5' });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'queue' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'own', DelaySeconds: 900 }));
  expect(await receive(sqs, QueueUrl)).toEqual([]);
  sandbox.advanceBy(5_000);
  expect((await receive(sqs, QueueUrl)).map(({ Body }) => Body)).toEqual(['queue']);
  sandbox.advanceBy(895_000);
  expect((await receive(sqs, QueueUrl)).map(({ Body }) => Body)).toContain('own');
});

test('moves a message to the dead-letter queue after maxReceiveCount, and back by a move task', async () => {
  const sandbox = await openSandbox();
  const { sqs } = clientsOf(sandbox);
  const deadUrl = await createQueue(sqs, 'dead');
  const deadArn = 'arn:aws:sqs:us-east-1:222222222222:dead';
  const QueueUrl = await createQueue(sqs, 'q', {
    VisibilityTimeout: '1',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadArn, maxReceiveCount: 2 }),
  });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
  for (let count = 1; count <= 2; count += 1) {
    expect(await receive(sqs, QueueUrl)).toHaveLength(1);
    sandbox.advanceBy(1_000);
  }
  expect(await receive(sqs, QueueUrl)).toEqual([]);
  const [dead] = await receive(sqs, deadUrl);
  expect(dead?.Body).toBe('poison');
  expect(dead?.Attributes?.DeadLetterQueueSourceArn).toBe('arn:aws:sqs:us-east-1:222222222222:q');
  sandbox.advanceBy(30_000);
  await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: deadArn }));
  const [back] = await receive(sqs, QueueUrl);
  expect(back?.Attributes?.ApproximateReceiveCount).toBe('1');
  expect(await receive(sqs, deadUrl)).toEqual([]);
});

test('changes the visibility of what is in flight and of nothing else', async () => {
  const { sqs } = clientsOf(await openSandbox());
  const QueueUrl = await createQueue(sqs, 'q');
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'm' }));
  const [message] = await receive(sqs, QueueUrl);
  const change = () =>
    sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
  await change();
  expect((await refusal(change())).name).toBe('MessageNotInflight');
  expect(await receive(sqs, QueueUrl)).toHaveLength(1);
});

test('answers for every entry of a batch by itself', async () => {
  const { sqs } = clientsOf(await openSandbox());
  const QueueUrl = await createQueue(sqs, 'q');
  const answer = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: [
        { Id: 'good', MessageBody: 'x' },
        { Id: 'bad', MessageBody: 'x', DelaySeconds: 901 },
      ],
    }),
  );
  expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['good']);
  expect(answer.Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidParameterValue', SenderFault: true }]);
  const [message] = await receive(sqs, QueueUrl);
  const deleted = await sqs.send(
    new DeleteMessageBatchCommand({
      QueueUrl,
      Entries: [
        { Id: 'a', ReceiptHandle: message?.ReceiptHandle },
        { Id: 'b', ReceiptHandle: 'rubbish' },
      ],
    }),
  );
  expect(deleted.Successful?.map(({ Id }) => Id)).toEqual(['a']);
  expect(deleted.Failed?.[0]?.Code).toBe('ReceiptHandleIsInvalid');
});

test('raises the exception classes of the SDK', async () => {
  const { sqs } = clientsOf(await openSandbox());
  const QueueUrl = await createQueue(sqs, 'q');
  const entries = Array.from({ length: 11 }, (_, index) => ({ Id: `${index}`, MessageBody: 'x' }));
  expect(await refusal(sqs.send(new GetQueueUrlCommand({ QueueName: 'none' })))).toBeInstanceOf(
    QueueDoesNotExist,
  );
  expect(await refusal(createQueue(sqs, 'q', { VisibilityTimeout: '7' }))).toBeInstanceOf(QueueNameExists);
  expect(await refusal(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries })))).toBeInstanceOf(
    TooManyEntriesInBatchRequest,
  );
  expect(
    await refusal(sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'rubbish' }))),
  ).toBeInstanceOf(ReceiptHandleIsInvalid);
  expect(await refusal(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '\u0001' })))).toBeInstanceOf(
    InvalidMessageContents,
  );
  const tooLong = await refusal(
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(262_145) })),
  );
  expect(tooLong.name).toBe('InvalidParameterValue');
});

test('keeps accounts and Regions apart', async () => {
  const sandbox = await openSandbox();
  const [hub, member] = [clientsOf(sandbox), clientsOf(sandbox, MEMBER)];
  await createQueue(hub.sqs, 'q');
  expect(await createQueue(member.sqs, 'q')).toBe(`${sandbox.url}/${MEMBER}/q`);
  await createQueue(clientsOf(sandbox, MEMBER, 'eu-west-1').sqs, 'other');
  expect((await member.sqs.send(new ListQueuesCommand({}))).QueueUrls).toEqual([
    `${sandbox.url}/${MEMBER}/q`,
  ]);
});

test('counts, purges once a minute, and deletes', async () => {
  const { sqs } = clientsOf(await openSandbox());
  const QueueUrl = await createQueue(sqs, 'q');
  const counts = async () =>
    (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'b', DelaySeconds: 60 }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'c' }));
  await receive(sqs, QueueUrl, 1);
  expect(await counts()).toMatchObject({
    ApproximateNumberOfMessages: '1',
    ApproximateNumberOfMessagesNotVisible: '1',
    ApproximateNumberOfMessagesDelayed: '1',
  });
  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  expect(await counts()).toMatchObject({ ApproximateNumberOfMessages: '0' });
  expect((await refusal(sqs.send(new PurgeQueueCommand({ QueueUrl })))).name).toBe('PurgeQueueInProgress');
  await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  expect(await refusal(counts())).toBeInstanceOf(QueueDoesNotExist);
});

test('a long poll ends with the message that arrives while it waits', async () => {
  const { sqs } = clientsOf(await openSandbox({ clock: { kind: 'real', speed: 1 } }));
  const QueueUrl = await createQueue(sqs, 'q');
  const waiting = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'at last' }));
  expect((await waiting).Messages?.[0]?.Body).toBe('at last');
});

test('a long poll without a message ends after its time, which the clock’s speed shortens', async () => {
  const { sqs } = clientsOf(await openSandbox({ clock: { kind: 'real', speed: 1_000 } }));
  const QueueUrl = await createQueue(sqs, 'q');
  expect(
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }))).Messages,
  ).toBeUndefined();
});
