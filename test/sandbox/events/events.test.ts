import {
  CreateEventBusCommand,
  DeleteRuleCommand,
  DescribeRuleCommand,
  InvalidEventPatternException,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  ResourceNotFoundException,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { DeleteQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { queueFor } from '../../support/queue-for.ts';
import { askSandbox, clientsOf, HUB, openSandbox, refusal, START_MS } from '../core/with-sandbox.ts';

const EVENTS = 'events.amazonaws.com';
const QUEUE_ARN = `arn:aws:sqs:us-east-1:${HUB}:q`;
const PATTERN = JSON.stringify({ source: ['aws.config', 'selfheal'] });

const withRule = async (sandbox: Sandbox, target: Partial<Target> = {}, account = HUB) => {
  const { sqs, events } = clientsOf(sandbox);
  await sqs.send(queueFor('q', EVENTS));
  const own = clientsOf(sandbox, account).events;
  await own.send(new PutRuleCommand({ Name: 'r', EventPattern: PATTERN }));
  await own.send(new PutTargetsCommand({ Rule: 'r', Targets: [{ Id: 't', Arn: QUEUE_ARN, ...target }] }));
  return { sqs, events, own };
};

const drain = async (sandbox: Sandbox, name = 'q') => {
  const { Messages = [] } = await clientsOf(sandbox).sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: `${sandbox.url}/${HUB}/${name}`,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages;
};

const bodies = async (sandbox: Sandbox) => (await drain(sandbox)).map(({ Body }) => JSON.parse(Body ?? ''));

const emitFrom = (sandbox: Sandbox, account = HUB, detail: unknown = { n: 1 }) =>
  sandbox.emit({
    source: 'aws.config',
    detailType: 'Config Rules Compliance Change',
    account,
    region: 'us-east-1',
    detail,
  });

test('an event of an AWS service reaches the queue whole', async () => {
  const sandbox = await openSandbox();
  await withRule(sandbox);
  emitFrom(sandbox);
  expect(await bodies(sandbox)).toEqual([
    {
      version: '0',
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      'detail-type': 'Config Rules Compliance Change',
      source: 'aws.config',
      account: HUB,
      time: '2026-01-01T00:00:00Z',
      region: 'us-east-1',
      resources: [],
      detail: { n: 1 },
    },
  ]);
});

test('PutEvents judges every entry by itself', async () => {
  const sandbox = await openSandbox();
  const { events } = await withRule(sandbox);
  const fine = { Source: 'selfheal', DetailType: 'Case Closed', Detail: '{"id":1}' };
  const answer = await events.send(
    new PutEventsCommand({
      Entries: [
        fine,
        { ...fine, Source: 'aws.config' },
        { ...fine, Detail: '{' },
        { Source: 'selfheal', Detail: '{}' },
      ],
    }),
  );
  expect(answer.FailedEntryCount).toBe(3);
  expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    undefined,
    'NotAuthorizedForSourceException',
    'MalformedDetail',
    'InvalidArgument',
  ]);
  expect(await bodies(sandbox)).toHaveLength(1);
});

test('PutEvents refuses more than ten entries, and more than 256 KB', async () => {
  const sandbox = await openSandbox();
  const { events } = clientsOf(sandbox);
  const entry = { Source: 's', DetailType: 'd', Detail: '{}' };
  const many = await refusal(events.send(new PutEventsCommand({ Entries: Array(11).fill(entry) })));
  expect(many.name).toBe('ValidationException');
  expect(many.message).toContain(
    "at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10",
  );
  const large = { ...entry, Detail: JSON.stringify({ text: 'x'.repeat(262_144) }) };
  expect((await refusal(events.send(new PutEventsCommand({ Entries: [large] })))).name).toBe(
    'ValidationException',
  );
});

test('an event for a queue that is gone goes to the target’s dead-letter queue, with the reason', async () => {
  const sandbox = await openSandbox();
  const { sqs } = await withRule(sandbox, { DeadLetterConfig: { Arn: `arn:aws:sqs:us-east-1:${HUB}:dlq` } });
  await sqs.send(queueFor('dlq', EVENTS));
  await sqs.send(new DeleteQueueCommand({ QueueUrl: `${sandbox.url}/${HUB}/q` }));
  emitFrom(sandbox);
  const [dead] = await drain(sandbox, 'dlq');
  expect(JSON.parse(dead?.Body ?? '').source).toBe('aws.config');
  expect(dead?.MessageAttributes?.RULE_ARN?.StringValue).toBe(`arn:aws:events:us-east-1:${HUB}:rule/r`);
  expect(dead?.MessageAttributes?.TARGET_ARN?.StringValue).toBe(QUEUE_ARN);
  expect(dead?.MessageAttributes?.ERROR_CODE?.StringValue).toBe('NO_RESOURCE');
});

test('a throttled target is tried again until it takes the event', async () => {
  const sandbox = await openSandbox();
  await withRule(sandbox);
  sandbox.faults.add({ kind: 'throttle', service: 'sqs', operation: 'SendMessage', nextCalls: 3 });
  emitFrom(sandbox);
  expect(await bodies(sandbox)).toEqual([]);
  sandbox.advanceBy(60_000);
  expect(await bodies(sandbox)).toHaveLength(1);
});

test('a target that never takes the event is given up after the attempts its policy allows', async () => {
  const sandbox = await openSandbox();
  const { sqs } = await withRule(sandbox, {
    DeadLetterConfig: { Arn: `arn:aws:sqs:us-east-1:${HUB}:dlq` },
    RetryPolicy: { MaximumRetryAttempts: 2 },
  });
  await sqs.send(queueFor('dlq', EVENTS));
  sandbox.faults.add({ kind: 'error', service: 'sqs', operation: 'SendMessage' });
  emitFrom(sandbox);
  sandbox.advanceBy(60_000);
  const [dead] = await drain(sandbox, 'dlq');
  expect(dead?.MessageAttributes?.RETRY_ATTEMPTS?.StringValue).toBe('2');
});

test('events can be lost, doubled, delayed and reordered, the same way for the same seed', async () => {
  const run = async (seed: number) => {
    const sandbox = await openSandbox({ seed });
    await withRule(sandbox);
    sandbox.faults.add({ kind: 'lose', share: 0.2 });
    sandbox.faults.add({ kind: 'double', share: 0.3, delayMs: 5_000 });
    sandbox.faults.add({ kind: 'reorder', share: 0.5, delayMs: 5_000 });
    for (let n = 0; n < 20; n += 1) emitFrom(sandbox, HUB, { n });
    sandbox.advanceBy(60_000);
    const seen: number[] = [];
    for (let batch = await bodies(sandbox); batch.length > 0; batch = await bodies(sandbox)) {
      seen.push(...batch.map(({ detail }) => detail.n));
    }
    return seen;
  };
  const first = await run(7);
  expect(await run(7)).toEqual(first);
  expect(await run(8)).not.toEqual(first);
  expect(first).not.toEqual([...first].sort((a, b) => a - b));
  expect(new Set(first).size).toBeLessThan(20);
  expect(first.length).toBeGreaterThan(new Set(first).size);
});

test('whole events are taken over the admin route, each judged by itself', async () => {
  const sandbox = await openSandbox();
  await withRule(sandbox);
  const event = {
    id: 'mine',
    source: 'aws.config',
    'detail-type': 'x',
    account: HUB,
    region: 'us-east-1',
    detail: {},
  };
  const { body } = await askSandbox(sandbox, 'POST', 'events', [
    event,
    { ...event, account: '12' },
    'rubbish',
  ]);
  expect(body).toMatchObject({ accepted: 1, refused: 2 });
  expect(body.results).toMatchObject([
    { accepted: true },
    { reason: '"account" must be 12 digits' },
    { accepted: false },
  ]);
  expect(await bodies(sandbox)).toMatchObject([{ id: 'mine' }]);
});

test('rules and targets are listed, and refused as AWS refuses them', async () => {
  const sandbox = await openSandbox();
  const { own } = await withRule(sandbox);
  expect((await own.send(new ListRuleNamesByTargetCommand({ TargetArn: QUEUE_ARN }))).RuleNames).toEqual([
    'r',
  ]);
  expect(await refusal(own.send(new DescribeRuleCommand({ Name: 'none' })))).toBeInstanceOf(
    ResourceNotFoundException,
  );
  expect(
    await refusal(own.send(new PutRuleCommand({ Name: 'bad', EventPattern: '{"source":"x"}' }))),
  ).toBeInstanceOf(InvalidEventPatternException);
  expect((await refusal(own.send(new DeleteRuleCommand({ Name: 'r' })))).name).toBe('ValidationException');
  await own.send(new RemoveTargetsCommand({ Rule: 'r', Ids: ['t'] }));
  await own.send(new DeleteRuleCommand({ Name: 'r' }));
  await own.send(new CreateEventBusCommand({ Name: 'selfheal' }));
  const { EventBuses } = await own.send(new ListEventBusesCommand({}));
  expect(EventBuses?.map(({ Name }) => Name)).toEqual(['default', 'selfheal']);
  expect(START_MS).toBe(sandbox.clock.nowMs());
});
