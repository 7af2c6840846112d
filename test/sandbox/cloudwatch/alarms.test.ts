import { CreateTopicCommand, SetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Cloudwatch, createCloudwatch } from '../../../sandbox/cloudwatch/cloudwatch.ts';
import { type LambdaRuntime, lambdaRuntime } from '../../../sandbox/lambda/lambda-runtime.ts';
import { type AlarmRecord, alarmTable } from '../../../sandbox/lambda/records.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { clientsOf, HUB, openSandbox } from '../core/with-sandbox.ts';
import { deployFunction, REGION } from '../lambda/fixture.ts';

const MINUTE_MS = 60_000;
const TOPIC = `arn:aws:sns:${REGION}:${HUB}:operations`;

let runtime: LambdaRuntime | undefined;
afterEach(async () => {
  await runtime?.close();
  runtime = undefined;
});

const watched = (sandbox: Sandbox): Cloudwatch => {
  const cloudwatch = createCloudwatch({ world: sandbox.world, nowMs: sandbox.clock.nowMs, sns: sandbox.sns });
  sandbox.attach(cloudwatch.service);
  return cloudwatch;
};

const putAlarm = ({ world }: Sandbox, alarm: Partial<AlarmRecord>): void =>
  alarmTable(world).put('alarm', {
    account: HUB,
    region: REGION,
    name: 'selfheal-alarm',
    description: 'Look there.',
    namespace: 'AWS/SQS',
    metricName: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: 'work' },
    statistic: 'Maximum',
    periodSeconds: 60,
    evaluationPeriods: 1,
    threshold: 1,
    comparison: 'GreaterThanOrEqualToThreshold',
    treatMissingData: 'notBreaching',
    actions: [TOPIC],
    ...alarm,
  });

const openTopic = async (sandbox: Sandbox, letsIn = true): Promise<void> => {
  const { sns } = clientsOf(sandbox);
  await sns.send(new CreateTopicCommand({ Name: 'operations' }));
  const statement = {
    Effect: 'Allow',
    Principal: { Service: letsIn ? 'cloudwatch.amazonaws.com' : 'events.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: TOPIC,
  };
  await sns.send(
    new SetTopicAttributesCommand({
      TopicArn: TOPIC,
      AttributeName: 'Policy',
      AttributeValue: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    }),
  );
};

describe('an alarm on a queue', () => {
  it('goes off when a message waits, tells its topic, and is over when the queue is empty', async () => {
    const sandbox = await openSandbox();
    const { sqs } = clientsOf(sandbox);
    await openTopic(sandbox);
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'work' }));
    const cloudwatch = watched(sandbox);
    putAlarm(sandbox, { okActions: [TOPIC] });
    const stateOf = () => cloudwatch.alarms()[0]?.state;
    sandbox.advanceBy(MINUTE_MS);
    expect(stateOf()).toBe('OK');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'waits' }));
    sandbox.advanceBy(MINUTE_MS);
    expect(stateOf()).toBe('ALARM');
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    sandbox.advanceBy(MINUTE_MS);
    expect(stateOf()).toBe('OK');
    const told = sandbox.sns.messages(TOPIC);
    expect(told.map(({ subject }) => subject)).toEqual(
      ['OK', 'ALARM', 'OK'].map((state) => `${state}: "selfheal-alarm" in us-east-1`),
    );
    expect(JSON.parse(told[1]?.message ?? '')).toMatchObject({
      AlarmDescription: 'Look there.',
      NewStateValue: 'ALARM',
      NewStateReason: 'Threshold Crossed: 1 datapoint was greater than or equal to the threshold (1): [1].',
      Trigger: { MetricName: 'ApproximateNumberOfMessagesVisible' },
    });
  });

  it('tells no topic whose policy does not let CloudWatch in', async () => {
    const sandbox = await openSandbox();
    const { sqs } = clientsOf(sandbox);
    await openTopic(sandbox, false);
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'work' }));
    const cloudwatch = watched(sandbox);
    putAlarm(sandbox, {});
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'waits' }));
    sandbox.advanceBy(MINUTE_MS);
    expect(cloudwatch.alarms()[0]?.state).toBe('ALARM');
    expect(sandbox.sns.messages(TOPIC)).toEqual([]);
  });
});

describe('metrics of functions', () => {
  it('are what they print in the embedded format, and what Lambda counts', async () => {
    const sandbox = await openSandbox();
    const cloudwatch = watched(sandbox);
    const lambda = lambdaRuntime({ sandbox, onInvoked: cloudwatch.invoked });
    runtime = lambda;
    cloudwatch.readLogs(lambda.logs);
    const record = deployFunction(
      sandbox,
      'counts',
      `export const handler = async ({ fails }) => {
         console.log(JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics: [
           { Namespace: 'Selfheal', Dimensions: [['service']], Metrics: [{ Name: 'Refused', Unit: 'Count' }] } ] },
           service: 'selfheal', Refused: [1, 1] }));
         if (fails) throw new Error('as asked');
       };`,
    );
    await lambda.invoke(record, '{}');
    await lambda.invoke(record, '{"fails":true}');
    const sum = (namespace: string, name: string, dimensions: Record<string, string>) =>
      cloudwatch.metrics.statistic(
        { account: HUB, region: REGION, namespace, name, dimensions },
        'Sum',
        sandbox.clock.nowMs(),
        sandbox.clock.nowMs() + MINUTE_MS,
      );
    await vi.waitFor(() => expect(sum('Selfheal', 'Refused', { service: 'selfheal' })).toBe(4));
    const ofFunction = (name: string) => sum('AWS/Lambda', name, { FunctionName: 'counts' });
    expect(['Invocations', 'Errors', 'Throttles'].map(ofFunction)).toEqual([2, 1, 0]);
    expect(sum('Selfheal', 'Refused', {})).toBeUndefined();
  });
});
