/** Bad messages among good ones, through the real queues and handlers: none is lost and none harms another. */
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_CONTEXT } from '../../cli/service/functions.ts';
import { findingId } from '../../domain/finding.ts';
import { minuteMs } from '../../domain/time.ts';
import { onComplianceChange } from '../../handlers/on-compliance-change.ts';
import { queueUrl } from '../../infra/sqs/queues.ts';
import type { Deployment } from '../../sandbox/deployment.ts';
import { clientSettings, HUB_REGION } from '../../sandbox/deployment.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import { type DrivenWorld, drivenWorld } from '../support/driven-world.ts';
import { fixture } from './events.ts';
import { mutated } from './mutations.ts';

let world: DrivenWorld;
let sqs: SQSClient;
beforeEach(async () => {
  world = await drivenWorld();
  sqs = new SQSClient(clientSettings(world.sandbox.url, HUB_ACCOUNT, HUB_REGION));
});
afterEach(() => world.close());

type Queue = keyof Deployment['queues'];

const send = async (queue: Queue, bodies: readonly string[]): Promise<void> => {
  for (const MessageBody of bodies)
    await sqs.send(new SendMessageCommand({ QueueUrl: world.deployment.queues[queue].url, MessageBody }));
};

/** Body and reason of everything in the queue that can be received now. */
const received = async (queue: string): Promise<readonly (readonly [string, string])[]> => {
  const found: (readonly [string, string])[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl(world.deployment.settings, queue),
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        VisibilityTimeout: 3_600,
      }),
    );
    if (Messages.length === 0) return found;
    for (const { Body = '', MessageAttributes } of Messages)
      found.push([Body, MessageAttributes?.reason?.StringValue ?? '']);
  }
};

const bodyOf = (name: string): string => JSON.stringify(fixture(name));
const wrong = (path: string, json: string): string =>
  mutated(fixture('compliance-evaluation-mode'), path.split('.'), { name: '', json });

const BAD: readonly (readonly [body: string, reason: RegExp])[] = [
  ['not JSON at all', /^not JSON: /],
  [`[${bodyOf('compliance-transition')}]`, /no object/],
  [wrong('source', '"my.config"'), /^source: /],
  [wrong('detail.resourceId', '"another-bucket"'), /^detail\.newEvaluationResult: its resourceId/],
  [wrong('account', '"333333333333"'), /^detail\.awsAccountId: /],
  [wrong('detail.newEvaluationResult.resultRecordedTime', '"2030-01-01T00:00:00Z"'), /in the future$/],
  [wrong('detail.resourceType', '"{{ssm:x}}"'), /^detail\.resourceType: expected a type/],
  [wrong('detail.resourceId', `"${'x'.repeat(200_000)}"`), /^detail\.resourceId: expected 1 to 768/],
];

describe('a batch', () => {
  it('has its good events processed and its bad ones set aside with the reason', async () => {
    const good = ['transition', 'conformance-pack', 'iam-user-periodic', 'evaluation-mode'].map((name) =>
      bodyOf(`compliance-${name}`),
    );
    const ignored = [bodyOf('compliance-securityhub-compliant'), bodyOf('securityhub-asff')];
    const bad = BAD.map(([body]) => body);
    const mixed = bad.flatMap((body, n) => [body, ...good.slice(n, n + 1), ...ignored.slice(n, n + 1)]);
    expect(mixed).toHaveLength(good.length + ignored.length + bad.length);
    await send('compliance', mixed);
    await world.settle();

    const cases = await world.cases();
    expect(cases.map(({ finding }) => finding.resourceId).sort()).toEqual([
      '/shop/checkout',
      'AIDATESTONLY7QWERTY04',
      'shop-prod-orders',
      'vol-0a5b9c3d7e1f20846',
    ]);
    for (const one of cases) expect(one.findingId).toBe(findingId(one.finding));
    expect(await received('selfheal-compliance')).toEqual([]);
    const setAside = new Map(await received('selfheal-refused'));
    expect([...setAside.keys()].sort()).toEqual([...bad].sort());
    for (const [body, reason] of BAD) expect(setAside.get(body)).toMatch(reason);
  });

  it('of the other queues has its bad messages set aside as well', async () => {
    const strange = JSON.stringify({ caseId: '../../etc/passwd' });
    const statusless = mutated(fixture('ssm-execution-status'), ['detail', 'Status'], {
      name: '',
      json: '7',
    });
    await send('wakes', [strange, '{"caseId":"0123456789abcdef-1"}']);
    await send('executions', [statusless, bodyOf('ssm-execution-status'), bodyOf('ssm-step-status')]);
    await world.settle();
    expect(await received('selfheal-wakes')).toEqual([]);
    expect(await received('selfheal-executions')).toEqual([]);
    expect((await received('selfheal-refused')).map(([body]) => body).sort()).toEqual(
      [statusless, strange].sort(),
    );
  });

  it('keeps a bad message in the queue as long as it cannot be set aside', async () => {
    const bad = 'not JSON';
    const broken = { ...world.app, refusals: { setAside: () => Promise.reject(new Error('SQS is away')) } };
    const record = (messageId: string, body: string) => ({ messageId, body, attributes: {} }) as never;
    const answer = await onComplianceChange(broken)(
      { Records: [record('bad', bad), record('good', bodyOf('compliance-transition'))] },
      NO_CONTEXT,
    );
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
    expect(await world.cases()).toHaveLength(1);
  });

  it('that fails again and again ends in the dead-letter queue, not in nothing', async () => {
    await world.close();
    // A message that failed is hidden for six minutes: nothing happens in between.
    world = await drivenWorld({ stepMs: minuteMs });
    sqs = new SQSClient(clientSettings(world.sandbox.url, HUB_ACCOUNT, HUB_REGION));
    const body = bodyOf('compliance-transition');
    world.restart((ports) => ({
      ...ports,
      cases: { ...ports.cases, newestOf: () => Promise.reject(new Error('the table is away')) },
    }));
    await send('compliance', [body, bodyOf('securityhub-ocsf')]);
    await world.advance(35 * minuteMs);
    expect(await received('selfheal-compliance')).toEqual([]);
    expect((await received('selfheal-compliance-dlq')).map(([setAside]) => setAside)).toEqual([body]);
  });
});
