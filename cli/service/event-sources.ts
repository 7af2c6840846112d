/**
 * Which function works on which queue, and which by the clock, when all run in one process. serverless.yml says the same of a deployment,
 * and a test compares the two: the only difference is that one process works on fewer batches at once.
 */
import { hourMs, minuteMs } from '../../domain/time.ts';
import type { ReportOrder } from '../../infra/report-orders.ts';

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

export interface Schedule {
  readonly functionName: 'selfheal-tick' | 'selfheal-report';
  /** What its function is told; nothing, where there is only one thing to do. */
  readonly order?: ReportOrder;
  readonly everyMs: number;
}

export const SCHEDULES: readonly Schedule[] = [
  { functionName: 'selfheal-tick', everyMs: minuteMs },
  { functionName: 'selfheal-report', order: 'measure', everyMs: 5 * minuteMs },
  { functionName: 'selfheal-report', order: 'weekly', everyMs: hourMs },
];
