/**
 * Which function works on which queue when all run in one process. serverless.yml says the same of a deployment,
 * and a test compares the two: the only difference is that one process works on fewer batches at once.
 */

export interface EventSource {
  /** In a deployment. */
  readonly functionName: string;
  readonly queueName: string;
  /** Messages in one invocation. */
  readonly batchSize: number;
  /** Invocations at once. */
  readonly concurrencyMax: number;
}

export const EVENT_SOURCES = {
  compliance: {
    functionName: 'selfheal-compliance-change',
    queueName: 'selfheal-compliance',
    batchSize: 10,
    concurrencyMax: 4,
  },
  executions: {
    functionName: 'selfheal-execution-status',
    queueName: 'selfheal-executions',
    batchSize: 10,
    concurrencyMax: 2,
  },
  wakes: { functionName: 'selfheal-wake', queueName: 'selfheal-wakes', batchSize: 10, concurrencyMax: 6 },
  scheduled: {
    functionName: 'selfheal-scheduled',
    queueName: 'selfheal-scheduled',
    batchSize: 1,
    concurrencyMax: 1,
  },
} as const satisfies Readonly<Record<string, EventSource>>;
