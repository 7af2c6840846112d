import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
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
    expect(await lambda.settle()).toBe(3);
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
