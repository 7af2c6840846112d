import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { accessLog } from '../../../sandbox/iam/access-log.ts';
import { type LambdaRuntime, lambdaRuntime } from '../../../sandbox/lambda/lambda-runtime.ts';
import type { FunctionRecord } from '../../../sandbox/lambda/records.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { clientsOf, HUB, openSandbox, START_MS } from '../core/with-sandbox.ts';
import { deployFunction, LOGS, mapQueue, POLLS } from './fixture.ts';

let runtime: LambdaRuntime | undefined;
afterEach(async () => {
  await runtime?.close();
  runtime = undefined;
});

const runtimeOf = (sandbox: Sandbox): LambdaRuntime => {
  runtime = lambdaRuntime({ sandbox });
  return runtime;
};

const answerOf = async (lambda: LambdaRuntime, record: FunctionRecord, event: unknown = {}) => {
  const outcome = await lambda.invoke(record, JSON.stringify(event));
  return outcome.kind === 'answered' ? JSON.parse(outcome.payload) : outcome;
};

describe('a function in its environment', () => {
  it('sees its own environment and Lambda’s, its files, its context, and sandbox time', async () => {
    const sandbox = await openSandbox();
    const record = deployFunction(
      sandbox,
      'mirror',
      `import { readFileSync } from 'node:fs';
       const beside = JSON.parse(readFileSync(new URL('beside.json', import.meta.url), 'utf8'));
       export const handler = async (event, context) => ({
         event, beside, env: process.env, now: Date.now(), date: new Date().toISOString(),
         isDate: new Date() instanceof Date && new Date(5).getTime() === 5,
         name: context.functionName, arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis(),
       });`,
      { environment: { SELFHEAL_TABLE: 'selfheal' }, timeoutSeconds: 7 },
    );
    const answer = await answerOf(runtimeOf(sandbox), record, { hello: 'world' });
    expect(answer).toMatchObject({
      event: { hello: 'world' },
      beside: { lies: 'beside' },
      now: START_MS,
      date: '2026-01-01T00:00:00.000Z',
      isDate: true,
      name: 'mirror',
      arn: `arn:aws:lambda:us-east-1:${HUB}:function:mirror`,
      left: 7_000,
      env: {
        SELFHEAL_TABLE: 'selfheal',
        AWS_REGION: 'us-east-1',
        AWS_LAMBDA_FUNCTION_NAME: 'mirror',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
        AWS_ENDPOINT_URL: sandbox.url,
      },
    });
    expect(answer.env).not.toHaveProperty('NODE_OPTIONS');
    expect(answer.env).not.toHaveProperty('VITEST');
  });
});

describe('time in a function', () => {
  it('is the driven clock’s: a pause of an hour is over when the clock was moved', async () => {
    const sandbox = await openSandbox();
    const record = deployFunction(
      sandbox,
      'sleeper',
      `import { setTimeout as wait } from 'node:timers/promises';
       export const handler = async () => {
         const before = Date.now();
         await new Promise((resolve) => setTimeout(resolve, 1_800_000));
         await wait(1_800_000);
         return Date.now() - before;
       };`,
      { timeoutSeconds: 9_000 },
    );
    const lambda = runtimeOf(sandbox);
    const answer = answerOf(lambda, record);
    for (let minutes = 0; minutes < 60; minutes += 30) {
      await lambda.idle();
      sandbox.advanceBy(1_800_000);
    }
    expect(await answer).toBe(3_600_000);
  });

  it('runs at the speed of a real clock, but a call has as long as it takes', async () => {
    const sandbox = await openSandbox({ clock: { kind: 'real', speed: 100 } });
    const slow = createServer((_request, response) => setTimeout(() => response.end('late'), 60));
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const record = deployFunction(
      sandbox,
      'caller',
      `import { get } from 'node:http';
       export const handler = async ({ port }) => {
         const before = Date.now();
         await new Promise((resolve) => setTimeout(resolve, 2_000));
         const waited = Date.now() - before;
         const answer = await new Promise((resolve) => {
           const timer = setTimeout(() => resolve('timed out'), 1_000);
           get({ host: '127.0.0.1', port }, (response) => { clearTimeout(timer); response.resume(); resolve('answered'); });
         });
         return { waited, answer };
       };`,
    );
    const { waited, answer } = await answerOf(runtimeOf(sandbox), record, {
      port: (slow.address() as AddressInfo).port,
    });
    slow.close();
    expect(waited).toBeGreaterThanOrEqual(2_000);
    // At this speed the patience of 1 s would be over after 10 ms of the wall.
    expect(answer).toBe('answered');
  });

  it('ends an invocation that takes longer than its function may', async () => {
    const sandbox = await openSandbox();
    const record = deployFunction(
      sandbox,
      'slow',
      `export const handler = ({ ms }) => new Promise((resolve) => setTimeout(() => resolve('done'), ms));`,
      { timeoutSeconds: 3 },
    );
    const lambda = runtimeOf(sandbox);
    const answer = answerOf(lambda, record, { ms: 60_000 });
    await lambda.idle();
    sandbox.advanceBy(10_000);
    expect(await answer).toMatchObject({
      kind: 'failed',
      error: { errorMessage: expect.stringMatching(/Task timed out after 3.00 seconds/) },
    });
    const next = answerOf(lambda, record, { ms: 1_000 });
    await lambda.idle();
    sandbox.advanceBy(1_000);
    expect(await next).toBe('done');
  });
});

describe('an environment', () => {
  const COUNTING = `
    let invocations = 0;
    export const handler = async (event) => {
      invocations += 1;
      if (event.wait) await new Promise((resolve) => setTimeout(resolve, event.wait));
      if (event.throws) throw new TypeError('as asked');
      if (event.exits) process.exit(3);
      if (event.rejects) { Promise.reject(new Error('nobody looks')); await new Promise(() => undefined); }
      return invocations;
    };`;

  it('is used again while it is well, and runs one invocation at a time', async () => {
    const sandbox = await openSandbox();
    const record = deployFunction(sandbox, 'counter', COUNTING);
    const lambda = runtimeOf(sandbox);
    expect(await answerOf(lambda, record)).toBe(1);
    expect(await answerOf(lambda, record)).toBe(2);
    const slow = answerOf(lambda, record, { wait: 1_000 });
    expect(await answerOf(lambda, record)).toBe(1);
    await lambda.idle();
    sandbox.advanceBy(1_000);
    expect(await slow).toBe(3);
  });

  it('outlives an error, and no crash', async () => {
    const sandbox = await openSandbox();
    const record = deployFunction(sandbox, 'counter', COUNTING);
    const lambda = runtimeOf(sandbox);
    expect(await answerOf(lambda, record, { throws: true })).toMatchObject({
      kind: 'failed',
      error: { errorType: 'TypeError', errorMessage: 'as asked' },
    });
    expect(await answerOf(lambda, record)).toBe(2);
    expect(await answerOf(lambda, record, { exits: true })).toMatchObject({
      error: { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited with error: exit status 3' },
    });
    expect(await answerOf(lambda, record)).toBe(1);
    expect(await answerOf(lambda, record, { rejects: true })).toMatchObject({
      error: { errorMessage: 'nobody looks' },
    });
  });

  it('is refused beyond the concurrency that the function has', async () => {
    const sandbox = await openSandbox();
    const record = deployFunction(sandbox, 'counter', COUNTING, { concurrencyMax: 1 });
    const lambda = runtimeOf(sandbox);
    const first = answerOf(lambda, record, { wait: 1_000 });
    expect(await answerOf(lambda, record)).toEqual({ kind: 'throttled' });
    await lambda.idle();
    sandbox.advanceBy(1_000);
    expect(await first).toBe(1);
  });

  it('fails when its code cannot be loaded, and says why in the log', async () => {
    const sandbox = await openSandbox();
    const record = deployFunction(sandbox, 'broken', `throw new Error('no settings');`);
    const lambda = runtimeOf(sandbox);
    expect(await answerOf(lambda, record)).toMatchObject({ kind: 'failed' });
    expect(lambda.logs.lines('broken')[0]?.fields).toMatchObject({ errorMessage: 'no settings' });
  });

  it('has its lines written by its role, or not at all', async () => {
    const sandbox = await openSandbox();
    const code = `export const handler = async () => { console.log(JSON.stringify({ message: 'hello' })); };`;
    const lambda = runtimeOf(sandbox);
    await answerOf(lambda, deployFunction(sandbox, 'talks', code));
    await answerOf(lambda, deployFunction(sandbox, 'mute', code, { allow: [POLLS] }));
    await vi.waitFor(() => {
      const asked = accessLog(sandbox.world).entries();
      expect(
        asked
          .filter(({ action }) => action === 'logs:PutLogEvents')
          .map(({ role, allowed }) => [role.name, allowed]),
      ).toEqual([
        ['talks-role', true],
        ['mute-role', false],
      ]);
    });
    expect(lambda.logs.lines().map(({ fields }) => fields)).toEqual([{ message: 'hello' }]);
  });
});

describe('a queue mapped to a function', () => {
  it('is polled by the function’s role; what the function reports as failed stays in it', async () => {
    const sandbox = await openSandbox();
    const { sqs } = clientsOf(sandbox);
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'work' }));
    for (const body of ['good', 'bad', 'fine'])
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
    deployFunction(
      sandbox,
      'worker',
      `export const handler = async ({ Records }) => {
         console.log(JSON.stringify({ bodies: Records.map(({ body }) => body) }));
         return { batchItemFailures: Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId })) };
       };`,
      { allow: [LOGS, POLLS] },
    );
    mapQueue(sandbox, 'worker', 'work');
    const lambda = runtimeOf(sandbox);
    await lambda.settle();
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    expect(Attributes).toEqual({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '1',
    });
  });
});
