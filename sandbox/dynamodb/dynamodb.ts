/**
 * The sandbox's DynamoDB: dynalite, embedded, on its own thread and loopback port. One namespace of tables
 * for all accounts and Regions: selfheal keeps its tables in one account alone.
 */
import { mkdirSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface EmbeddedDynamodb {
  /** Direct, without the front door's counting and faults. */
  readonly endpoint: string;
  /** Passes on a request that came in at the front door; `dropAnswer` cuts the connection once it was answered. */
  readonly proxy: (
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
    dropAnswer: boolean,
  ) => void;
  close(): Promise<void>;
}

export interface EmbeddedDynamodbOptions {
  /** Tables survive in it; absent: in memory only. */
  readonly dataDir?: string;
  /** The account in the tables' ARNs. */
  readonly account: string;
}

const CLOSE_TIMEOUT_MS = 5_000;

export const startDynamodb = async ({
  dataDir,
  account,
}: EmbeddedDynamodbOptions): Promise<EmbeddedDynamodb> => {
  const path = dataDir === undefined ? undefined : join(dataDir, 'dynamodb');
  if (path !== undefined) mkdirSync(path, { recursive: true });
  const worker = idle.pop() ?? newWorker();
  worker.ref();
  worker.postMessage({ path, account });
  const port = await listening(worker, path);
  const agent = new Agent({ keepAlive: true });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    proxy: (...passed) => pass(port, agent, ...passed),
    close: async () => {
      agent.destroy();
      if ((await closed(worker)) && idle.length < IDLE_MAX) {
        worker.unref();
        idle.push(worker);
      } else await worker.terminate();
    },
  };
};

const newWorker = (): Worker => {
  const worker = new Worker(new URL('./dynalite-worker.mjs', import.meta.url), {
    env: { AWS_REGION: 'us-east-1' },
    execArgv: [],
  });
  // What ends a thread cuts its connections, and that is what whoever uses it sees of it.
  worker.on('error', () => undefined);
  worker.on('exit', () => {
    idle = idle.filter((one) => one !== worker);
  });
  return worker;
};

/** Threads whose DynamoDB was closed, for the next one: to start and warm a new one is half of what a short test costs. */
let idle: Worker[] = [];
const IDLE_MAX = 2;

const listening = async (worker: Worker, path: string | undefined): Promise<number> => {
  const { port, problem } = await answerOf(worker);
  if (port !== undefined) return port;
  await worker.terminate();
  throw new Error(
    `Cannot start the embedded DynamoDB${path === undefined ? '' : ` on ${path}`}: ${problem ?? 'it did not listen'}`,
  );
};

/** Whether it was closed without a problem, and in time. */
const closed = async (worker: Worker): Promise<boolean> => {
  worker.postMessage('close');
  const { isClosed } = await answerOf(worker, CLOSE_TIMEOUT_MS);
  return isClosed === true;
};

interface Answer {
  readonly port?: number;
  readonly isClosed?: true;
  readonly problem?: string;
}

const answerOf = (worker: Worker, timeoutMs?: number): Promise<Answer> =>
  new Promise((resolve) => {
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      worker.off('message', settle).off('error', fail).off('exit', ended);
      resolve(answer);
    };
    const fail = (error: Error): void => settle({ problem: error.message });
    const ended = (): void => settle({ problem: 'its thread ended' });
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => settle({ problem: `no answer in ${timeoutMs} ms` }), timeoutMs);
    worker.once('message', settle).once('error', fail).once('exit', ended);
  });

const pass = (
  port: number,
  agent: Agent,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  dropAnswer: boolean,
): void => {
  const { method, url: path, headers } = request;
  const onward = httpRequest({ host: '127.0.0.1', port, agent, method, path, headers }, (answer) => {
    if (dropAnswer) {
      answer.resume().on('end', () => request.socket.destroy());
      return;
    }
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  // The client sees what it would see of a lost connection to AWS.
  onward.on('error', () => request.socket.destroy());
  onward.end(body);
};
