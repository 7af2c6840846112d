/**
 * A place where a function's code is loaded and runs one invocation at a time: a worker thread that lives until
 * its code crashes, exits, takes too long, or the sandbox ends.
 *
 *     start -> loading -> idle -> running -> idle -> … -> ended
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FunctionRecord } from './records.ts';
import type { SharedClock } from './shared-clock.ts';

export interface Invocation {
  /** JSON. */
  readonly event: string;
  readonly context: InvocationContext;
  readonly traceId: string;
  /** In sandbox time. */
  readonly deadlineMs: number;
}

export interface InvocationContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
}

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type InvocationOutcome =
  | { readonly kind: 'answered'; readonly payload: string }
  | { readonly kind: 'failed'; readonly error: FunctionError };

export interface ExecutionEnvironment {
  readonly logStream: string;
  readonly state: 'loading' | 'idle' | 'running' | 'ended';
  /** Of a driven clock: what its code waits for, if it waits for nothing but a timer. */
  readonly sleepsUntilMs: number | undefined;
  /** Resolves when the code is loaded; the error when it cannot be. */
  readonly loaded: Promise<FunctionError | undefined>;
  invoke(invocation: Invocation): Promise<InvocationOutcome>;
  /** The driven clock has moved. */
  clockMoved(): void;
  /** Ends it; what runs in it has failed with this error. */
  end(error: FunctionError): Promise<void>;
}

export interface EnvironmentOptions {
  readonly record: FunctionRecord;
  readonly codeDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: SharedClock;
  readonly logStream: string;
  /** A line that the code printed. */
  readonly onLine: (line: string) => void;
  /** Whenever it begins or ends to run, load or sleep. */
  readonly onChange: () => void;
}

type FromWorker =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'not-loaded'; readonly error: FunctionError }
  | {
      readonly kind: 'state';
      readonly moves: number;
      readonly asleep: boolean;
      readonly dueMs: number | null;
    }
  | InvocationOutcome;

export const startEnvironment = (options: EnvironmentOptions): ExecutionEnvironment => {
  const { record, codeDir, env, clock, logStream, onLine, onChange } = options;
  const [file = 'index', exportName = 'handler'] = record.handler.split('.');
  const worker = new Worker(new URL('./environment-worker.mjs', import.meta.url), {
    workerData: { clock, modulePath: join(codeDir, `${file}.mjs`), exportName },
    env: { ...env },
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: record.memoryMb },
  });
  byLine(worker.stdout, onLine);
  byLine(worker.stderr, onLine);

  let state: ExecutionEnvironment['state'] = 'loading';
  let sleepsUntilMs: number | undefined;
  let moves = 0;
  let settle: ((outcome: InvocationOutcome) => void) | undefined;
  let settleLoading: (error: FunctionError | undefined) => void = () => undefined;
  let failure: FunctionError | undefined;
  const loaded = new Promise<FunctionError | undefined>((resolve) => {
    settleLoading = resolve;
  });
  const become = (next: typeof state): void => {
    state = next;
    sleepsUntilMs = undefined;
    onChange();
  };
  const ended = (error: FunctionError): void => {
    if (state === 'ended') return;
    become('ended');
    settleLoading(error);
    settle?.({ kind: 'failed', error });
  };

  worker.on('message', (message: FromWorker) => {
    switch (message.kind) {
      case 'loaded':
        become('idle');
        settleLoading(undefined);
        return;
      case 'not-loaded':
        ended(message.error);
        void worker.terminate();
        return;
      case 'state':
        if (state !== 'running' || message.moves < moves) return;
        sleepsUntilMs = message.asleep ? (message.dueMs ?? undefined) : undefined;
        onChange();
        return;
      case 'answered':
      case 'failed':
        become('idle');
        settle?.(message);
        return;
    }
  });
  worker.on('error', (error: Error) => {
    failure = { errorType: `Runtime.${error.name}`, errorMessage: error.message };
  });
  worker.on('exit', (code) => ended(failure ?? exited(code)));

  return {
    logStream,
    get state() {
      return state;
    },
    get sleepsUntilMs() {
      return sleepsUntilMs;
    },
    loaded,
    invoke: (invocation) =>
      new Promise((resolve) => {
        settle = resolve;
        become('running');
        worker.postMessage({ kind: 'invoke', ...invocation });
      }),
    clockMoved: () => {
      // Awake until it says that it sleeps again.
      sleepsUntilMs = undefined;
      moves += 1;
      worker.postMessage({ kind: 'clock-moved', moves });
    },
    end: async (error) => {
      ended(error);
      await worker.terminate();
    },
  };
};

const exited = (code: number): FunctionError => ({
  errorType: 'Runtime.ExitError',
  errorMessage: `Runtime exited with ${code === 0 ? 'status 0' : `error: exit status ${code}`}`,
});

/** Lambda takes each line that a function prints for a record of its log. */
const byLine = (stream: NodeJS.ReadableStream, onLine: (line: string) => void): void => {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
};
