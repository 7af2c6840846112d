/**
 * API Gateway's HTTP APIs on one loopback port: finds the route, asks its authorizer, and hands the request to its
 * function. AWS tells APIs apart by their host names; here all are on one, and where two have the same route the
 * request itself says which it means: one that is signed takes the one with IAM, any other the one with tokens.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { functionArn } from '../lambda/function-arn.ts';
import type { LambdaRuntime } from '../lambda/lambda-runtime.ts';
import { mayInvoke } from '../lambda/may-invoke.ts';
import { functionKey, functionTable, httpRouteTable } from '../lambda/records.ts';
import type { World } from '../service.ts';
import { authorizeRequest, isSigned } from './authorize-request.ts';
import {
  answerOf,
  gatewayEvent,
  type HttpAnswer,
  type HttpRequest,
  refusal,
  STAGE,
} from './gateway-event.ts';
import { type MatchedRoute, matchRoutes } from './match-route.ts';
import type { TokenIssuer } from './token-issuer.ts';

export interface HttpApiFrontOptions {
  readonly world: World;
  readonly runtime: Pick<LambdaRuntime, 'invoke'>;
  readonly issuer: TokenIssuer;
  readonly clock: { readonly speed: number; nowMs(): number };
  readonly hubAccount: string;
  /** On 127.0.0.1. Default: any free one. */
  readonly port?: number;
}

export interface HttpApiFront {
  readonly url: string;
  close(): Promise<void>;
}

/** What an HTTP API takes in one request. */
const BODY_BYTES_MAX = 10 * 1024 * 1024;
/** How long it waits for a function, in sandbox time; never less of the wall's than the second. */
const WAIT_MS_MAX = 30_000;
const WAIT_WALL_MS_MIN = 20_000;

export const startHttpApiFront = async (options: HttpApiFrontOptions): Promise<HttpApiFront> => {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else send(response, refusal(500, 'Internal Server Error', { 'x-sandbox-error': oneLine(error) }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(
              `port ${options.port} is taken: is selfheal running already? Choose another one with --port`,
            )
          : error,
      ),
    );
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const answer = async (
  options: HttpApiFrontOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const request = await readRequest(incoming);
  send(
    response,
    request === undefined ? refusal(413, 'Request Entity Too Large') : await handle(options, request),
  );
};

const handle = async (
  { world, runtime, issuer, clock, hubAccount }: HttpApiFrontOptions,
  request: HttpRequest,
): Promise<HttpAnswer> => {
  const matched = meant(matchRoutes(httpRouteTable(world).values(), request.method, request.path), request);
  if (matched === undefined) return refusal(404, 'Not Found');
  const { route } = matched;
  const nowMs = clock.nowMs();
  const authorization = authorizeRequest({ world, issuer, hubAccount, nowMs }, request, route);
  if (!authorization.ok) return authorization.answer;
  const record = functionTable(world).get(functionKey(route.account, route.region, route.functionName));
  const by = {
    service: 'apigateway.amazonaws.com',
    sourceArn: `arn:aws:execute-api:${route.region}:${route.account}:${route.apiId}/${STAGE}/${route.method}${route.path}`,
  };
  if (record === undefined || !mayInvoke(world, record, by))
    return refusal(500, 'Internal Server Error', {
      'x-sandbox-error': `API Gateway may not invoke ${functionArn({ ...route, name: route.functionName })}`,
    });
  const event = JSON.stringify(gatewayEvent(request, matched, authorization.authorizer, nowMs));
  const outcome = await within(runtime.invoke(record, event), clock.speed);
  if (outcome === undefined || outcome.kind === 'throttled') return refusal(503, 'Service Unavailable');
  return outcome.kind === 'failed' ? refusal(500, 'Internal Server Error') : answerOf(outcome.payload);
};

const meant = (matched: readonly MatchedRoute[], { headers }: HttpRequest): MatchedRoute | undefined => {
  const signed = isSigned(headers.authorization);
  return matched.find(({ route }) => (route.authorization === 'AWS_IAM') === signed) ?? matched[0];
};

/** A driven clock stands still while the function works: then only the wall's time counts. */
const within = <T>(work: Promise<T>, speed: number): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const waitMs = speed > 0 ? Math.max(WAIT_MS_MAX / speed, WAIT_WALL_MS_MIN) : WAIT_MS_MAX;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), waitMs);
  });
  return Promise.race([work, patience]).finally(() => clearTimeout(timer));
};

/** Undefined when it is too large. */
const readRequest = async (incoming: IncomingMessage): Promise<HttpRequest | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += (chunk as Buffer).length;
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk as Buffer);
  }
  if (bytes > BODY_BYTES_MAX) return undefined;
  const [path = '/', query = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
  return {
    method: incoming.method ?? 'GET',
    path,
    query,
    headers: incoming.headers,
    body: Buffer.concat(chunks),
    sourceIp: incoming.socket.remoteAddress ?? '127.0.0.1',
  };
};

const send = (response: ServerResponse, { status, headers, body }: HttpAnswer): void => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('content-length', body.length);
  response.writeHead(status).end(body);
};

const oneLine = (error: unknown): string =>
  String(error)
    .replace(/[^\x20-\x7e]/g, ' ')
    .slice(0, 200);
