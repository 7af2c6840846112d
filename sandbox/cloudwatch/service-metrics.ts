/** The metrics that AWS's own services give CloudWatch: Lambda's of each invocation, SQS's of each queue and minute. */
import type { Invoked } from '../lambda/lambda-runtime.ts';
import type { World } from '../service.ts';
import type { QueueRecord, StoredMessage } from '../services/sqs/queue-store.ts';
import { queueKey } from '../services/sqs/queue-store.ts';
import type { MetricStore } from './metric-store.ts';

export const putInvocation = (
  metrics: MetricStore,
  { record: { account, region, name }, startedMs, endedMs, outcome }: Invoked,
): void => {
  const put = (metric: string, value: number, unit = 'Count'): void =>
    metrics.put(
      { account, region, namespace: 'AWS/Lambda', name: metric, dimensions: { FunctionName: name }, unit },
      value,
      startedMs,
    );
  // What is throttled has not been invoked, and is counted only here.
  put('Throttles', outcome.kind === 'throttled' ? 1 : 0);
  if (outcome.kind === 'throttled') return;
  put('Invocations', 1);
  put('Errors', outcome.kind === 'failed' ? 1 : 0);
  put('Duration', endedMs - startedMs, 'Milliseconds');
};

/** SQS tells once a minute how its queues are. */
export const putQueueMetrics = (metrics: MetricStore, world: World, atMs: number): void => {
  const queues = new Map<string, QueueState>();
  for (const message of world.table<StoredMessage>('sqs-messages').values()) {
    const state = queues.get(message.queue) ?? { visible: 0, hidden: 0, oldestMs: Number.POSITIVE_INFINITY };
    queues.set(message.queue, state);
    if (message.visibleMs <= atMs) state.visible += 1;
    else state.hidden += 1;
    state.oldestMs = Math.min(state.oldestMs, message.sentMs);
  }
  for (const { account, region, name } of world.table<QueueRecord>('sqs-queues').values()) {
    const state = queues.get(queueKey(account, region, name));
    const put = (metric: string, value: number, unit = 'Count'): void =>
      metrics.put(
        { account, region, namespace: 'AWS/SQS', name: metric, dimensions: { QueueName: name }, unit },
        value,
        atMs,
      );
    put('ApproximateNumberOfMessagesVisible', state?.visible ?? 0);
    put('ApproximateNumberOfMessagesNotVisible', state?.hidden ?? 0);
    put(
      'ApproximateAgeOfOldestMessage',
      state === undefined ? 0 : (atMs - state.oldestMs) / 1_000,
      'Seconds',
    );
  }
};

interface QueueState {
  visible: number;
  hidden: number;
  oldestMs: number;
}
