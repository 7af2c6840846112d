/**
 * Runs the functions that were deployed into a world, from their zips and by what was recorded of them: their
 * own role, environment, memory, time-out and concurrency, their queues, and what other services leave for them.
 *
 * With a real clock everything runs by itself. With a driven clock queues are polled by `settle`, and time is
 * moved by whoever drives it, best when `idle` has resolved.
 */
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PATIENCE, requestHandlerFor, SDK_SETTINGS } from '../../infra/sdk-settings.ts';
import type { Sandbox } from '../sandbox.ts';
import type { World } from '../service.ts';
import { queueKeyOfArn, type StoredMessage } from '../services/sqs/queue-store.ts';
import { type EventSourceMapping, pollOnce, runEventSourceMapping } from './event-source-mapping.ts';
import { findFunction, functionArn } from './function-arn.ts';
import { createFunctionLogs, type FunctionLogs } from './function-logs.ts';
import { createFunctionPool, type FunctionOutcome, type FunctionPool } from './function-pool.ts';
import { sessionCredentials } from './function-session.ts';
import {
  type EventSourceMappingRecord,
  type FunctionRecord,
  functionKey,
  functionTable,
  mappingTable,
} from './records.ts';
import { shareClock, showTime } from './shared-clock.ts';

export interface LambdaRuntimeOptions {
  readonly sandbox: Pick<Sandbox, 'world' | 'clock' | 'url' | 'functions' | 'attach'>;
  /** What goes wrong beside the functions: a queue that may not be polled, say. */
  readonly onError?: (error: unknown) => void;
  /** Hears of every invocation that ended. */
  readonly onInvoked?: (invoked: Invoked) => void;
}

export interface Invoked {
  readonly record: FunctionRecord;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly outcome: FunctionOutcome;
}

export interface LambdaRuntime {
  readonly logs: FunctionLogs;
  /** @param event JSON */
  invoke(record: FunctionRecord, event: string): Promise<FunctionOutcome>;
  /** Driven clocks: polls every queue until nothing is left that could be done now. */
  settle(): Promise<void>;
  /** Resolves when no function is at work: all are done, or wait for a time to come. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Lambda begins with so many when a mapping sets no limit. */
const POLLERS_DEFAULT = 5;
/** SQS holds a receive for up to 20 s when its queue is empty. */
const LONG_POLL_ANSWER_MS_MAX = 30_000;

export const lambdaRuntime = ({
  sandbox,
  onError = () => undefined,
  onInvoked = () => undefined,
}: LambdaRuntimeOptions): LambdaRuntime => {
  const { world, clock } = sandbox;
  const sharedClock = shareClock(clock);
  const logs = createFunctionLogs(world, clock.nowMs);
  const pools = new Map<string, FunctionPool>();
  const waiting: (() => void)[] = [];
  let polling = 0;

  const isIdle = (): boolean => polling === 0 && [...pools.values()].every((pool) => pool.isAtRest());
  /** Looked at when everything that follows at once has followed: an answer begins the work of whoever waits for it. */
  const changed = (): void => {
    if (waiting.length > 0 && isIdle())
      setImmediate(() => {
        if (isIdle()) for (const resolve of waiting.splice(0)) resolve();
      });
  };

  const poolOf = (record: FunctionRecord): FunctionPool => {
    const key = functionKey(record.account, record.region, record.name);
    const known = pools.get(key);
    if (known?.record === record) return known;
    // Deployed anew: what runs ends with the old code, what comes runs the new.
    void known?.close().catch(onError);
    const pool = createFunctionPool({
      record,
      clock: sharedClock,
      nowMs: clock.nowMs,
      sandboxUrl: sandbox.url,
      logs,
      onChange: changed,
    });
    pools.set(key, pool);
    return pool;
  };

  const invoke = async (record: FunctionRecord, event: string): Promise<FunctionOutcome> => {
    showTime(sharedClock, clock.nowMs());
    const startedMs = clock.nowMs();
    const outcome = await poolOf(record).invoke(event);
    onInvoked({ record, startedMs, endedMs: clock.nowMs(), outcome });
    return outcome;
  };

  sandbox.functions.connect(async (record, payload) => (await invoke(record, payload)).kind === 'answered');
  sandbox.attach({
    name: 'lambda-environments',
    operations: {},
    dueAt: () => earliest([...pools.values()].map((pool) => pool.dueAt())),
    runDue: (nowMs) => {
      showTime(sharedClock, nowMs);
      for (const pool of pools.values()) pool.runDue(nowMs);
    },
  });

  const mappings = [...mappingTable(world).values()].map((record) => mappingOf(record));

  function mappingOf(record: EventSourceMappingRecord): FunctionMapping {
    const fn = functionTable(world).get(functionKey(record.account, record.region, record.functionName));
    if (fn === undefined)
      throw new Error(
        `Cannot poll ${record.queueArn} for the function ${record.functionName}: there is no such function in ${record.account}, ${record.region}. Deploy it first.`,
      );
    const [, , , , account, name] = record.queueArn.split(':');
    const sqs = new SQSClient({
      ...SDK_SETTINGS,
      endpoint: sandbox.url,
      region: record.region,
      credentials: sessionCredentials(fn),
      requestHandler: requestHandlerFor({ ...PATIENCE, answerMsMax: LONG_POLL_ANSWER_MS_MAX }),
    });
    return {
      timeoutSeconds: fn.timeoutSeconds,
      sqs,
      queueUrl: `${sandbox.url}/${account}/${name}`,
      queueArn: record.queueArn,
      batchSize: record.batchSize,
      reportsItemFailures: record.reportsItemFailures,
      concurrencyMax: record.concurrencyMax ?? POLLERS_DEFAULT,
      ...(record.batchingWindowSeconds > 0 && clock.kind === 'real'
        ? { window: { seconds: record.batchingWindowSeconds, nowMs: clock.nowMs } }
        : {}),
      invoke: async (event) => {
        const current = findFunction(world, functionArn(fn)) ?? fn;
        const outcome = await invoke(current, JSON.stringify(event));
        if (outcome.kind !== 'answered')
          throw new Error(`${fn.name} failed a batch of ${event.Records.length} messages`);
        return JSON.parse(outcome.payload);
      },
    };
  }

  const checked = Promise.all(mappings.map((mapping) => checkQueue(mapping).catch(onError)));
  const idle = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      changed();
    });
  const running = clock.kind === 'real' ? mappings.map((each) => runEventSourceMapping(each, onError)) : [];

  /** What is polled for now, of driven clocks: at work until its function sleeps, and as often as the mapping allows. */
  const underWay = new Map<EventSourceMapping, number>();
  const poll = async (mapping: EventSourceMapping): Promise<void> => {
    polling += 1;
    underWay.set(mapping, (underWay.get(mapping) ?? 0) + 1);
    const invokeFunction = async (event: Parameters<EventSourceMapping['invoke']>[0]): Promise<unknown> => {
      polling -= 1;
      try {
        return await mapping.invoke(event);
      } finally {
        polling += 1;
      }
    };
    try {
      await pollOnce({ ...mapping, invoke: invokeFunction }, { waitSeconds: 0 });
    } catch (error) {
      onError(error);
    } finally {
      polling -= 1;
      underWay.set(mapping, (underWay.get(mapping) ?? 1) - 1);
      changed();
    }
  };
  const canPoll = (mapping: EventSourceMapping): boolean =>
    (underWay.get(mapping) ?? 0) < mapping.concurrencyMax &&
    hasVisibleMessages(world, mapping.queueArn, clock.nowMs());

  return {
    logs,
    invoke,
    settle: async () => {
      await checked;
      for (;;) {
        await idle();
        const ready = mappings.filter(canPoll);
        if (ready.length === 0) return;
        for (const mapping of ready) {
          void poll(mapping);
          await idle();
        }
      }
    },
    idle,
    close: async () => {
      await checked;
      await Promise.all(running.map((each) => each.close()));
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      for (const { sqs } of mappings) sqs.destroy();
    },
  };
};

interface FunctionMapping extends EventSourceMapping {
  readonly timeoutSeconds: number;
}

/** Lambda asks before it polls: a message that comes back while the function is still at it would be done twice. */
const checkQueue = async ({ sqs, queueUrl, timeoutSeconds }: FunctionMapping): Promise<void> => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['VisibilityTimeout'] }),
  );
  const visibleAfterSeconds = Number(Attributes?.VisibilityTimeout);
  if (visibleAfterSeconds < timeoutSeconds)
    throw new Error(
      `Queue visibility timeout: ${visibleAfterSeconds} seconds is less than Function timeout: ${timeoutSeconds} seconds (${queueUrl}). Lambda refuses such a mapping: raise the one or lower the other.`,
    );
};

const hasVisibleMessages = (world: World, queueArn: string, nowMs: number): boolean => {
  const key = queueKeyOfArn(queueArn);
  for (const { queue, visibleMs } of world.table<StoredMessage>('sqs-messages').values())
    if (queue === key && visibleMs <= nowMs) return true;
  return false;
};

const earliest = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};
