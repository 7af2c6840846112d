/**
 * Events that other services leave for functions: kept until the function has taken them, tried again twice
 * after an error, as Lambda does with asynchronous invocations. Whoever runs the functions connects here;
 * as long as nobody does, events for functions go nowhere.
 */
import { randomUuid } from '../core/random.ts';
import { createTimeline } from '../core/timeline.ts';
import type { AwsService, World } from '../service.ts';
import { type FunctionPlace, findFunction, functionArn } from './function-arn.ts';
import { type Invoker, mayInvoke } from './may-invoke.ts';
import type { FunctionRecord } from './records.ts';

/** Runs one invocation to its end; false when it failed. */
export type RunFunction = (record: FunctionRecord, payload: string) => Promise<boolean>;

export type AsyncAnswer = 'accepted' | 'no-such-function' | 'not-permitted';

export interface AsyncInvocations extends AwsService {
  /** An event of a service for a function. */
  invoke(functionArn: string, payload: string, by: Invoker, nowMs: number): AsyncAnswer;
  connect(run: RunFunction): void;
}

interface PendingInvocation {
  readonly id: string;
  readonly place: FunctionPlace;
  readonly payload: string;
  readonly acceptedMs: number;
  readonly dueMs: number;
  readonly failures: number;
}

const RETRIES_MAX_DEFAULT = 2;
const AGE_SECONDS_MAX_DEFAULT = 21_600;
/** A minute before the first retry, two before the second. */
const RETRY_PAUSE_MS = 60_000;

export interface AsyncInvocationsDeps {
  readonly world: World;
  readonly random: () => number;
  readonly nowMs: () => number;
  /** Called when something will be due that was not before. */
  readonly changed: () => void;
}

export const createAsyncInvocations = ({
  world,
  random,
  nowMs,
  changed,
}: AsyncInvocationsDeps): AsyncInvocations => {
  const pending = world.table<PendingInvocation>('lambda-async-invocations');
  const timeline = createTimeline<string>();
  for (const { dueMs, id } of pending.values()) timeline.add(dueMs, id);
  let run: RunFunction | undefined;

  const keep = (invocation: PendingInvocation): void => {
    pending.put(invocation.id, invocation);
    timeline.add(invocation.dueMs, invocation.id);
    changed();
  };

  const attempt = async (invocation: PendingInvocation): Promise<void> => {
    const record = findFunction(world, functionArn(invocation.place));
    const succeeded = record === undefined || (await run?.(record, invocation.payload)) !== false;
    const failures = invocation.failures + 1;
    const dueMs = nowMs() + failures * RETRY_PAUSE_MS;
    const isOver =
      succeeded ||
      failures > (record.asyncRetriesMax ?? RETRIES_MAX_DEFAULT) ||
      dueMs > invocation.acceptedMs + (record.asyncAgeSecondsMax ?? AGE_SECONDS_MAX_DEFAULT) * 1_000;
    if (isOver) pending.delete(invocation.id);
    else keep({ ...invocation, failures, dueMs });
  };

  return {
    name: 'lambda',
    operations: {},
    dueAt: () => (run === undefined ? undefined : timeline.first()?.dueMs),
    runDue: (dueMs) => {
      for (let due = timeline.takeDue(dueMs); due !== undefined; due = timeline.takeDue(dueMs)) {
        const invocation = pending.get(due.value);
        // It stays in the table until it ended: a kill in between has it run twice rather than never.
        if (invocation !== undefined) void attempt(invocation);
      }
    },
    connect: (runFunction) => {
      run = runFunction;
    },
    invoke: (arn, payload, by, at) => {
      const record = findFunction(world, arn);
      if (record === undefined) return 'no-such-function';
      if (!mayInvoke(world, record, by)) return 'not-permitted';
      if (run === undefined) return 'accepted';
      const { account, region, name } = record;
      keep({
        id: randomUuid(random),
        place: { account, region, name },
        payload,
        acceptedMs: at,
        dueMs: at,
        failures: 0,
      });
      return 'accepted';
    },
  };
};
