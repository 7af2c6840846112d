import {
  CreateQueueCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDeadLetters, type DeadLetters } from '../../../infra/sqs/dead-letters.ts';
import { describeBody } from '../../../infra/sqs/describe-dead-letter.ts';
import {
  DEAD_LETTER_QUEUES,
  deadLetterQueueOf,
  type QueuePlace,
  queueArn,
  queueUrl,
  WORK_QUEUES,
} from '../../../infra/sqs/queues.ts';
import { createRefusals } from '../../../infra/sqs/refusals.ts';
import { clientSettings } from '../../../sandbox/deployment.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts';
import { fixture } from '../../handlers/events.ts';

const HUB = '222222222222';
const START_MS = Date.parse('2026-11-21T03:00:00Z');

let sandbox: Sandbox;
let place: QueuePlace;
let letters: DeadLetters;
let sqs: SQSClient;

const put = (queue: string, body: unknown, attributes: Record<string, string> = {}) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl(place, queue),
      MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
      ),
    }),
  );

const bodiesIn = async (queue: string): Promise<readonly string[]> => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl(place, queue),
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
    }),
  );
  return Messages.map(({ Body = '' }) => Body).sort();
};

const wake = (n: number) => ({ caseId: `000000000000000${n}-1` });
const all = () => letters.list({ lettersMax: 50 });

describe('dead letters', () => {
  beforeAll(async () => {
    sandbox = await startSandbox({ clock: { kind: 'driven', startMs: START_MS } });
    sqs = new SQSClient({ ...clientSettings(sandbox.url, HUB, 'us-east-1'), maxAttempts: 1 });
    place = { region: 'us-east-1', hubAccount: HUB, wakeQueueUrl: `${sandbox.url}/${HUB}/selfheal-wakes` };
    for (const QueueName of DEAD_LETTER_QUEUES) await sqs.send(new CreateQueueCommand({ QueueName }));
    for (const QueueName of WORK_QUEUES) {
      const deadLetterTargetArn = queueArn(place, deadLetterQueueOf(QueueName));
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
      await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { RedrivePolicy } }));
    }
    letters = createDeadLetters({ sqs, place });
  });
  afterAll(() => sandbox.close());
  beforeEach(async () => {
    // SQS empties a queue once a minute.
    sandbox.advanceTo(sandbox.clock.nowMs() + 61_000);
    for (const queue of [...WORK_QUEUES, ...DEAD_LETTER_QUEUES])
      await sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl(place, queue) }));
  });

  it('are told with what they are about and why they lie there, and lie there still', async () => {
    const refusals = createRefusals({ sqs, queueUrl: queueUrl(place, 'selfheal-refused') });
    await refusals.setAside('not JSON', 'not JSON: unexpected token', 'selfheal-wakes');
    sandbox.advanceTo(sandbox.clock.nowMs() + 1_000);
    await put('selfheal-compliance-dlq', fixture('compliance-transition'), {
      ERROR_CODE: 'NO_PERMISSIONS',
      ERROR_MESSAGE: 'not allowed to send',
    });
    sandbox.advanceTo(sandbox.clock.nowMs() + 1_000);
    await put('selfheal-wakes-dlq', wake(1));
    for (let look = 0; look < 3; look += 1) {
      const { letters: found, queues, more } = await all();
      expect(
        found.map(({ queue, workQueue, summary, reason }) => [queue, workQueue, summary, reason]),
      ).toEqual([
        ['selfheal-refused', 'selfheal-wakes', 'no JSON, 8 characters', 'not JSON: unexpected token'],
        [
          'selfheal-compliance-dlq',
          'selfheal-compliance',
          'ebs-tagged-by-team says NON_COMPLIANT of AWS::EC2::Volume vol-0a5b9c3d7e1f20846, 222222222222 us-east-1',
          'EventBridge could not deliver it: NO_PERMISSIONS: not allowed to send',
        ],
        [
          'selfheal-wakes-dlq',
          'selfheal-wakes',
          'wake-up of case 0000000000000001-1',
          'the function failed on it each time it came: its log says why',
        ],
      ]);
      expect(more).toBe(false);
      expect(queues.map(({ messages, hidden }) => messages + hidden)).toEqual([1, 0, 1, 0, 1]);
    }
  });

  it('are told up to so many, the oldest first, and that there are more', async () => {
    for (let n = 0; n < 25; n += 1) await put('selfheal-wakes-dlq', wake(n % 10));
    const { letters: found, more } = await letters.list({ queue: 'selfheal-wakes-dlq', lettersMax: 21 });
    expect([found.length, more]).toEqual([21, true]);
    expect((await letters.list({ lettersMax: 25 })).more).toBe(false);
  });

  it('go back to their queue all at once', async () => {
    await put('selfheal-wakes-dlq', wake(1));
    await put('selfheal-wakes-dlq', wake(2));
    expect(await letters.redriveQueue('selfheal-wakes-dlq')).toEqual({
      queue: 'selfheal-wakes-dlq',
      workQueue: 'selfheal-wakes',
    });
    expect(await bodiesIn('selfheal-wakes')).toEqual([wake(1), wake(2)].map((body) => JSON.stringify(body)));
    expect((await all()).letters).toEqual([]);
  });

  it('that were refused go back to where each came from; a queue that is none of ours is not believed', async () => {
    const refusals = createRefusals({ sqs, queueUrl: queueUrl(place, 'selfheal-refused') });
    await refusals.setAside('a', 'bad', 'selfheal-executions');
    await refusals.setAside('b', 'bad', 'somebody-elses');
    await refusals.setAside('c', 'bad', '');
    expect(await letters.redriveQueue('selfheal-refused')).toMatchObject({ moved: 3 });
    expect(await bodiesIn('selfheal-executions')).toEqual(['a']);
    expect(await bodiesIn('selfheal-compliance')).toEqual(['b', 'c']);
    expect((await all()).letters).toEqual([]);
  });

  it('can be chosen one by one, and the others are left as they were', async () => {
    await put('selfheal-wakes-dlq', wake(1));
    await put('selfheal-wakes-dlq', wake(2));
    await put('selfheal-refused', 'x', { queue: 'selfheal-executions' });
    const { letters: found } = await all();
    const chosen = found.filter(({ summary }) => summary !== 'wake-up of case 0000000000000001-1');
    const gone = '00000000-0000-4000-8000-000000000000';
    expect(await letters.redriveIds([...chosen.map(({ id }) => id), gone])).toEqual({
      redriven: [
        { queue: 'selfheal-wakes-dlq', workQueue: 'selfheal-wakes', moved: 1 },
        { queue: 'selfheal-refused', workQueue: 'selfheal-executions', moved: 1 },
      ],
      notFound: [gone],
    });
    expect(await bodiesIn('selfheal-wakes')).toEqual([JSON.stringify(wake(2))]);
    expect((await all()).letters.map(({ summary }) => summary)).toEqual([
      'wake-up of case 0000000000000001-1',
    ]);
  });

  it('are doubled, and never lost, when it ends half way', async () => {
    await put('selfheal-wakes-dlq', wake(1));
    const [letter] = (await all()).letters;
    sandbox.faults.add({
      kind: 'error',
      service: 'sqs',
      operation: 'DeleteMessage',
      errorCode: 'AccessDenied',
    });
    await expect(letters.redriveIds([letter?.id ?? ''])).rejects.toMatchObject({
      operation: 'sqs:DeleteMessage',
    });
    sandbox.faults.clear();
    expect(await bodiesIn('selfheal-wakes')).toEqual([JSON.stringify(wake(1))]);
    // Hidden while it was looked at: it shows again by itself.
    expect((await all()).letters).toEqual([]);
    sandbox.advanceTo(sandbox.clock.nowMs() + 31_000);
    expect((await all()).letters).toHaveLength(1);
  });
});

describe('what a message is about', () => {
  it.each([
    ['{"lane":{"account":"222222222222","region":"eu-west-1"}}', 'wake-up of lane 222222222222/eu-west-1'],
    [
      JSON.stringify(fixture('ssm-execution-status')),
      expect.stringMatching(/^execution [0-9a-f-]{36} is \w+, 222222222222 us-east-1$/),
    ],
    ['{"detail-type":"Other","account":"1","detail":{"secret":"s3cr3t"}}', 'Other, 1 no Region'],
    ['{"detail":{"configRuleName":7}}', "no message of selfheal's, 31 characters"],
    ['[1,2]', "no message of selfheal's, 5 characters"],
    [
      '{"detail":{"configRuleName":"\\u001b[31m\\u202eevil\\n","resourceId":"a\\tb"}}',
      ' [31m evil  says nothing of no type a b, no account no Region',
    ],
  ])('is one harmless line for %s', (body, expected) => {
    const told = describeBody(body);
    expect(told).toEqual(expected);
    expect(told).not.toMatch(/\p{Cc}|\p{Cf}|s3cr3t/u);
  });
});
