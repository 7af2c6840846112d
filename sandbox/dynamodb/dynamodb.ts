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
  const worker = new Worker(new URL('./dynalite-worker.mjs', import.meta.url), {
    workerData: { path },
    env: { AWS_ACCOUNT_ID: account, AWS_REGION: 'us-east-1' },
    execArgv: [],
  });
  const port = await listening(worker, path);
  const agent = new Agent({ keepAlive: true });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    proxy: (...passed) => pass(port, agent, ...passed),
    close: async () => {
      agent.destroy();
      await closed(worker);
      await worker.terminate();
    },
  };
};

const listening = (worker: Worker, path: string | undefined): Promise<number> =>
  new Promise((resolve, reject) => {
    const fail = (reason: string): void =>
      reject(
        new Error(`Cannot start the embedded DynamoDB${path === undefined ? '' : ` on ${path}`}: ${reason}`),
      );
    worker.once('error', (error: Error) => fail(error.message));
    worker.once('message', (message: { port?: number; problem?: string }) => {
      if (message.port === undefined) fail(message.problem ?? 'it did not listen');
      else resolve(message.port);
    });
  });

const closed = (worker: Worker): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    worker.once('message', () => {
      clearTimeout(timer);
      resolve();
    });
    worker.postMessage('close');
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
