/**
 * The one HTTP port of the sandbox: finds out which service and operation a request means, as AWS's own
 * endpoints would, and answers in the protocol it was asked in. Loopback only. Its own routes know no
 * signature, so they answer to no web page: neither one that asks across origins, nor one whose name was made
 * to point here.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AwsError } from '../service.ts';
import { s3OperationOf } from '../services/s3/s3-request.ts';
import { type ApiCall, type Dispatch, NO_ANSWER, RESET } from './dispatch.ts';

export interface FrontDoorDeps {
  readonly dispatch: Dispatch;
  readonly admin: (method: string, path: string, body: string) => Promise<AdminAnswer>;
  readonly proxyDynamodb: (
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
    dropAnswer: boolean,
  ) => void;
}

export interface AdminAnswer {
  readonly status: number;
  readonly body: unknown;
}

const SERVICE_OF_TARGET: Readonly<Record<string, string>> = {
  AmazonSSM: 'ssm',
  StarlingDoveService: 'config',
  AWSEvents: 'events',
  AmazonSQS: 'sqs',
  DynamoDB_20120810: 'dynamodb',
};

const BODY_BYTES_MAX = 16 * 1024 * 1024;
export const ADMIN_PREFIX = '/_sandbox/';

export const createFrontDoor = (deps: FrontDoorDeps): Server => {
  const server = createServer((request, response) => {
    answer(deps, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
    });
  });
  // A client keeps its connections; closing an idle one just as it sends would look like a fault.
  server.keepAliveTimeout = 120_000;
  return server;
};

const answer = async (
  deps: FrontDoorDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const path = request.url ?? '/';
  const isAdmin = path.startsWith(ADMIN_PREFIX);
  if (isAdmin && mayBeAPage(request)) {
    response.writeHead(403, { 'content-type': 'application/json', connection: 'close' }).end(
      JSON.stringify({
        error: 'Web pages are not answered here: call 127.0.0.1 or localhost without an Origin.',
      }),
    );
    return;
  }
  const body = await readBody(request);
  if (isAdmin) {
    const { status, body: told } = await deps.admin(request.method ?? 'GET', path, body.toString('utf8'));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(told));
    return;
  }
  const call = describeCall(request, body);
  const outcome = await deps.dispatch(call, (callback) => response.on('close', callback));
  if (outcome === NO_ANSWER) return;
  if (outcome === RESET) {
    request.socket.destroy();
    return;
  }
  if (outcome === 'proxy' || outcome === 'proxy-and-reset') {
    deps.proxyDynamodb(request, body, response, outcome === 'proxy-and-reset');
    return;
  }
  response.writeHead(outcome.status, {
    ...outcome.headers,
    'content-length': Buffer.byteLength(outcome.body),
  });
  // A HEAD is told how long the body would be, and gets none.
  response.end(request.method === 'HEAD' ? undefined : outcome.body);
};

const mayBeAPage = ({ headers: { origin, host = '' } }: IncomingMessage): boolean =>
  origin !== undefined || !LOOPBACK.test(host);

const LOOPBACK = /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/i;

/** JSON protocols name the operation in a header, the query protocol in the form or the query string, S3 by its path. */
const describeCall = (request: IncomingMessage, body: Buffer): ApiCall => {
  const { headers } = request;
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    const [prefix = '', operation = ''] = target.split('.');
    const version = /amz-json-(1\.\d)/.exec(headers['content-type'] ?? '')?.[1] ?? '1.1';
    const service = SERVICE_OF_TARGET[prefix] ?? '';
    return {
      protocol: 'json',
      version,
      service,
      operation,
      headers,
      // What is passed on to DynamoDB is seldom read here.
      get text() {
        return body.toString('utf8');
      },
    };
  }
  const service = /\/([a-z0-9-]+)\/aws4_request/.exec(headers.authorization ?? '')?.[1] ?? '';
  if (service === 's3') {
    const asked = { method: request.method ?? 'GET', url: request.url ?? '/', headers, body };
    return { protocol: 's3', service, operation: s3OperationOf(asked) ?? '', headers, request: asked };
  }
  const search = new URL(request.url ?? '/', 'http://sandbox').searchParams;
  const form = new URLSearchParams(body.toString('utf8'));
  for (const [name, value] of search) form.append(name, value);
  return {
    protocol: 'query',
    service,
    operation: form.get('Action') ?? '',
    headers,
    form,
    path: request.url ?? '/',
  };
};

const readBody = (request: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX)
        request.destroy(new AwsError('RequestEntityTooLarge', 'Request too large', 413));
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on('error', reject);
  });
