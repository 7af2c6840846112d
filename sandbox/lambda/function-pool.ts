/**
 * The execution environments of one function: made on demand up to its concurrency, used again while they are
 * well, ended with the invocation that broke them.
 */
import { randomUUID } from 'node:crypto';
import {
  type ExecutionEnvironment,
  type FunctionError,
  type InvocationOutcome,
  startEnvironment,
} from './execution-environment.ts';
import { functionArn } from './function-arn.ts';
import { functionEnvironment } from './function-environment.ts';
import { type FunctionLogs, logGroupOf } from './function-logs.ts';
import type { FunctionRecord } from './records.ts';
import type { SharedClock } from './shared-clock.ts';
import { type FunctionCode, unpackFunction } from './unpack-function.ts';

export type FunctionOutcome = InvocationOutcome | { readonly kind: 'throttled' };

export interface FunctionPool {
  readonly record: FunctionRecord;
  /** Whether nothing is at work in it: its environments are idle, or wait for a time to come. */
  isAtRest(): boolean;
  /** @param event JSON */
  invoke(event: string): Promise<FunctionOutcome>;
  /** Driven clocks: ends what has taken too long, wakes what slept until now. */
  runDue(nowMs: number): void;
  dueAt(): number | undefined;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly record: FunctionRecord;
  readonly clock: SharedClock;
  readonly nowMs: () => number;
  readonly sandboxUrl: string;
  readonly logs: FunctionLogs;
  readonly onChange: () => void;
}

/** Of an account, when the function reserves none for itself. */
const CONCURRENCY_MAX_DEFAULT = 1_000;
/**
 * A function is ended when its time is up in the sandbox, but never before it had this much of the wall's: that
 * this machine is slower than the sandbox's time is not the function's fault.
 */
const WALL_MS_MIN = 20_000;
/** What Lambda gives a function's loading is 10 s; a machine that tests at full load gets more. */
const LOADING_WALL_MS_MAX = 60_000;

export const createFunctionPool = (options: PoolOptions): FunctionPool => {
  const { record, clock, nowMs, sandboxUrl, logs, onChange } = options;
  const concurrencyMax = record.concurrencyMax ?? CONCURRENCY_MAX_DEFAULT;
  const environments = new Set<ExecutionEnvironment>();
  /** Those that were started for an invocation which has not begun yet. */
  const spokenFor = new Set<ExecutionEnvironment>();
  const deadlines = new Map<ExecutionEnvironment, { readonly atMs: number; readonly error: FunctionError }>();
  let code: FunctionCode | undefined;

  const start = (): ExecutionEnvironment => {
    code ??= unpackFunction(record.codePath);
    const logStream = `${new Date(nowMs()).toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
    logs.open(record, logStream);
    const environment = startEnvironment({
      record,
      codeDir: code.dir,
      env: functionEnvironment(record, { codeDir: code.dir, logStream, sandboxUrl }),
      clock,
      logStream,
      onLine: (line) => logs.write(record, logStream, line),
      onChange,
    });
    environments.add(environment);
    return environment;
  };

  const fresh = async (): Promise<ExecutionEnvironment | FunctionError> => {
    const environment = start();
    spokenFor.add(environment);
    const tooLong = setTimeout(() => void environment.end(LOADING_TOOK_TOO_LONG), LOADING_WALL_MS_MAX);
    const error = await environment.loaded;
    clearTimeout(tooLong);
    if (error === undefined) return environment;
    spokenFor.delete(environment);
    environments.delete(environment);
    logs.write(record, environment.logStream, JSON.stringify(error));
    return error;
  };

  const run = async (environment: ExecutionEnvironment, event: string): Promise<InvocationOutcome> => {
    const timeoutMs = record.timeoutSeconds * 1_000;
    const requestId = randomUUID();
    const deadlineMs = nowMs() + timeoutMs;
    const error = {
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after ${record.timeoutSeconds.toFixed(2)} seconds`,
    };
    deadlines.set(environment, { atMs: deadlineMs, error });
    const timer =
      clock.kind === 'driven'
        ? undefined
        : setTimeout(
            () => void environment.end(error),
            Math.max(timeoutMs / clock.speed, Math.min(timeoutMs, WALL_MS_MIN)),
          );
    spokenFor.delete(environment);
    const outcome = await environment.invoke({
      event,
      traceId: `Root=1-${Math.floor(nowMs() / 1_000).toString(16)}-${requestId.replaceAll('-', '').slice(0, 24)};Sampled=0`,
      deadlineMs,
      context: {
        awsRequestId: requestId,
        functionName: record.name,
        functionVersion: '$LATEST',
        invokedFunctionArn: functionArn(record),
        memoryLimitInMB: String(record.memoryMb),
        logGroupName: logGroupOf(record),
        logStreamName: environment.logStream,
      },
    });
    clearTimeout(timer);
    deadlines.delete(environment);
    if (environment.state === 'ended') environments.delete(environment);
    if (outcome.kind === 'failed') logs.write(record, environment.logStream, JSON.stringify(outcome.error));
    return outcome;
  };

  return {
    record,
    isAtRest: () =>
      spokenFor.size === 0 &&
      [...environments].every(
        ({ state, sleepsUntilMs }) =>
          state === 'idle' || state === 'ended' || (state === 'running' && sleepsUntilMs !== undefined),
      ),
    invoke: async (event) => {
      const idle = [...environments].find(
        (environment) => environment.state === 'idle' && !spokenFor.has(environment),
      );
      if (idle !== undefined) return run(idle, event);
      if (environments.size >= concurrencyMax) return { kind: 'throttled' };
      const made = await fresh();
      return 'errorType' in made ? { kind: 'failed', error: made } : run(made, event);
    },
    dueAt: () => {
      if (clock.kind !== 'driven') return undefined;
      let dueMs: number | undefined;
      for (const environment of environments) {
        const wakesMs = environment.sleepsUntilMs ?? Number.POSITIVE_INFINITY;
        const endsMs = deadlines.get(environment)?.atMs ?? Number.POSITIVE_INFINITY;
        const ownMs = Math.min(wakesMs, endsMs);
        if (ownMs < (dueMs ?? Number.POSITIVE_INFINITY)) dueMs = ownMs;
      }
      return dueMs;
    },
    runDue: (dueMs) => {
      for (const environment of environments) {
        const deadline = deadlines.get(environment);
        if (deadline !== undefined && deadline.atMs <= dueMs) {
          deadlines.delete(environment);
          void environment.end(deadline.error);
        } else if ((environment.sleepsUntilMs ?? Number.POSITIVE_INFINITY) <= dueMs) environment.clockMoved();
      }
    },
    close: async () => {
      await Promise.all([...environments].map((environment) => environment.end(SANDBOX_ENDED)));
      code?.remove();
    },
  };
};

const SANDBOX_ENDED: FunctionError = { errorType: 'Sandbox.Ended', errorMessage: 'The sandbox was stopped.' };
const LOADING_TOOK_TOO_LONG: FunctionError = {
  errorType: 'Sandbox.Timedout',
  errorMessage: 'The function was not loaded in time.',
};
