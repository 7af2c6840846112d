import { get } from 'node:http';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, PublishCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { SSMClient, StartAutomationExecutionCommand } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { startSandbox } from '../../../sandbox/sandbox.ts';
import { askSandbox, clientsOf, HUB, openSandbox, refusal, START_MS, temporaryDir } from './with-sandbox.ts';

test('a request without a signature is refused in the protocol’s own way', async () => {
  const { url } = await openSandbox();
  const json = await fetch(url, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonSSM.GetDocument' },
    body: '{}',
  });
  expect(json.status).toBe(400);
  expect(await json.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  const xml = await fetch(url, { method: 'POST', body: 'Action=GetCallerIdentity&Version=2011-06-15' });
  expect(xml.status).toBe(403);
  expect(await xml.text()).toContain('<Code>MissingAuthenticationToken</Code>');
});

test('the admin routes answer no web page', async () => {
  const { url } = await openSandbox();
  const ask = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      get(`${url}/_sandbox/clock`, { headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).on('error', reject);
    });
  expect(await ask({})).toBe(200);
  expect(await ask({ host: 'localhost:1' })).toBe(200);
  expect(await ask({ origin: 'https://evil.example' })).toBe(403);
  expect(await ask({ origin: url })).toBe(403);
  expect(await ask({ host: 'evil.example' })).toBe(403);
  expect(await ask({ host: '127.0.0.1.evil.example' })).toBe(403);
});

test('an access key id that names no account belongs to the hub', async () => {
  const sandbox = await openSandbox({ hubAccount: '999999999999' });
  const identity = await clientsOf(sandbox, 'AKIAIOSFODNN7EXAMPLE').sts.send(
    new GetCallerIdentityCommand({}),
  );
  expect(identity.Account).toBe('999999999999');
});

test('an operation the sandbox does not have is unknown, not ignored', async () => {
  const sandbox = await openSandbox();
  const ssm = await fetch(sandbox.url, {
    method: 'POST',
    headers: {
      'x-amz-target': 'AmazonSSM.DeleteEverything',
      authorization: `AWS4-HMAC-SHA256 Credential=${HUB}/20260101/us-east-1/ssm/aws4_request`,
    },
    body: '{}',
  });
  expect(await ssm.json()).toMatchObject({ __type: 'UnknownOperationException' });
});

test('input that AWS would refuse never reaches the service', async () => {
  const sandbox = await openSandbox();
  const ssm = new SSMClient({
    endpoint: sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: HUB, secretAccessKey: 'x' },
    maxAttempts: 1,
  });
  const start = (input: object) =>
    refusal(ssm.send(new StartAutomationExecutionCommand({ DocumentName: 'AWS-StopEC2Instance', ...input })));
  const problems = [
    { DocumentName: 'no spaces allowed' },
    { ClientToken: 'short' },
    { Tags: Array.from({ length: 1_001 }, (_, n) => ({ Key: `k${n}`, Value: 'v' })) },
    { Parameters: { ['k'.repeat(51)]: ['v'] } },
    { Mode: 'Sometimes' },
  ];
  for (const problem of problems) expect((await start(problem)).name).toBe('ValidationException');
  expect((await start({ ClientToken: 'short' })).message).toContain(
    "Value 'short' at 'clientToken' failed to satisfy constraint: Member must have length greater than or equal to 36",
  );
  ssm.destroy();
});

test('calls are counted by operation until they are reset', async () => {
  const sandbox = await openSandbox();
  const { sqs, sts } = clientsOf(sandbox);
  await sqs.send(new ListQueuesCommand({}));
  await sqs.send(new ListQueuesCommand({}));
  await sts.send(new GetCallerIdentityCommand({}));
  const { body } = await askSandbox(sandbox, 'GET', 'calls');
  expect(body).toEqual({ total: 3, calls: { 'sqs.ListQueues': 2, 'sts.GetCallerIdentity': 1 } });
  await askSandbox(sandbox, 'DELETE', 'calls');
  expect(sandbox.calls.total()).toBe(0);
});

test('faults are set, hit, spent and withdrawn over the admin route', async () => {
  const sandbox = await openSandbox();
  const { sqs } = clientsOf(sandbox);
  const list = () => sqs.send(new ListQueuesCommand({}));
  await askSandbox(sandbox, 'POST', 'faults', { kind: 'throttle', service: 'sqs', nextCalls: 1 });
  expect((await refusal(list())).name).toBe('RequestThrottled');
  await list();
  const { body } = await askSandbox(sandbox, 'POST', 'faults', {
    kind: 'error',
    service: 'sqs',
    errorCode: 'OverLimit',
  });
  expect((await refusal(list())).name).toBe('OverLimit');
  await askSandbox(sandbox, 'DELETE', `faults/${body.id}`);
  await list();
  expect((await askSandbox(sandbox, 'POST', 'faults', { kind: 'error' })).status).toBe(400);
  expect((await askSandbox(sandbox, 'DELETE', 'faults/none')).status).toBe(404);
});

test('a dropped answer is an operation that happened', async () => {
  const sandbox = await openSandbox();
  const { sqs } = clientsOf(sandbox);
  sandbox.faults.add({ kind: 'drop-response', service: 'sqs', operation: 'CreateQueue', nextCalls: 1 });
  await refusal(sqs.send(new CreateQueueCommand({ QueueName: 'q' })));
  expect((await sqs.send(new ListQueuesCommand({}))).QueueUrls).toHaveLength(1);
});

test('the clock is told and advanced over the admin route, unless it is real', async () => {
  const sandbox = await openSandbox();
  const { body } = await askSandbox(sandbox, 'POST', 'clock/advance', { byMs: 60_000 });
  expect(body).toEqual({ kind: 'driven', speed: 0, nowMs: START_MS + 60_000 });
  expect((await askSandbox(sandbox, 'POST', 'clock/advance', { toMs: 0 })).status).toBe(400);
  const real = await openSandbox({ clock: { kind: 'real' } });
  expect((await askSandbox(real, 'POST', 'clock/advance', { byMs: 1 })).status).toBe(409);
});

test('further admin routes can be added', async () => {
  const sandbox = await openSandbox({
    adminRoutes: (core) => [
      { method: 'GET', path: 'resources/*', answer: ({ rest }) => ({ rest, nowMs: core.clock.nowMs() }) },
    ],
  });
  const { body } = await askSandbox(sandbox, 'GET', 'resources/a%20b');
  expect(body).toEqual({ rest: 'a b', nowMs: START_MS });
});

test('queues, their messages, topics and the time are there after a restart', async () => {
  const dataDir = temporaryDir();
  const options = { dataDir, clock: { kind: 'driven', startMs: START_MS } } as const;
  const first = await startSandbox(options);
  const before = clientsOf(first);
  const { QueueUrl } = await before.sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
  await before.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' }));
  await before.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late', DelaySeconds: 60 }));
  const { TopicArn } = await before.sns.send(new CreateTopicCommand({ Name: 't' }));
  await before.sns.send(new PublishCommand({ TopicArn, Message: 'said' }));
  await before.events.send(
    new PutEventsCommand({ Entries: [{ Source: 's', DetailType: 'd', Detail: '{}' }] }),
  );
  first.advanceBy(1_000);
  await first.close();

  const second = await openSandbox(options);
  expect(second.clock.nowMs()).toBe(START_MS + 1_000);
  expect(second.sns.messages().map(({ message }) => message)).toEqual(['said']);
  const { sqs } = clientsOf(second);
  const receive = async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    return Messages.map(({ Body }) => Body);
  };
  // The URL of the first start still names the queue, whatever the port is now.
  expect(await receive()).toEqual(['kept']);
  second.advanceBy(59_000);
  expect(await receive()).toContain('late');
});
