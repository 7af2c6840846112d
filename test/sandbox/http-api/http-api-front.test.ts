import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, describe, expect, it, test } from 'vitest';
import { accessKeyIdFor, writeSessionToken } from '../../../sandbox/core/session.ts';
import { type HttpApiFront, startHttpApiFront } from '../../../sandbox/http-api/http-api-front.ts';
import { matchRoutes } from '../../../sandbox/http-api/match-route.ts';
import {
  createTokenIssuer,
  SANDBOX_AUDIENCE,
  SANDBOX_ISSUER,
} from '../../../sandbox/http-api/token-issuer.ts';
import { type LambdaRuntime, lambdaRuntime } from '../../../sandbox/lambda/lambda-runtime.ts';
import {
  functionKey,
  type HttpRouteRecord,
  httpRouteTable,
  permissionTable,
} from '../../../sandbox/lambda/records.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { putRole } from '../../../sandbox/world/roles.ts';
import { HUB, openSandbox, START_MS } from '../core/with-sandbox.ts';
import { deployFunction, REGION } from '../lambda/fixture.ts';

const issuer = createTokenIssuer();
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const MIRROR = `export const handler = async (event) => {
  if (event.rawPath === '/broken') throw new Error('as asked');
  if (event.rawPath === '/plain') return { plain: true };
  if (event.rawPath === '/api/elsewhere') return { statusCode: 303, headers: { location: '/x', 'cache-control': 'no-store' }, cookies: ['a=; Max-Age=0; Path=/', 'b=2; Secure'], body: '' };
  return { statusCode: 201, headers: { 'content-type': 'application/json' }, cookies: ['a=1', 'b=2'], body: JSON.stringify(event) };
};`;

const route = (method: string, path: string, changes: Partial<HttpRouteRecord> = {}): HttpRouteRecord => ({
  account: HUB,
  region: REGION,
  method,
  path,
  functionName: 'mirror',
  apiId: 'signed',
  authorization: 'NONE',
  ...changes,
});

const JWT = {
  apiId: 'browser',
  authorization: 'JWT',
  jwt: { issuer: SANDBOX_ISSUER, audience: [SANDBOX_AUDIENCE] },
} as const;

const ready = async (routes: readonly HttpRouteRecord[]) => {
  const sandbox = await openSandbox();
  deployFunction(sandbox, 'mirror', MIRROR);
  for (const [n, each] of routes.entries()) httpRouteTable(sandbox.world).put(String(n), each);
  permissionTable(sandbox.world).put(`${functionKey(HUB, REGION, 'mirror')}/api`, {
    account: HUB,
    region: REGION,
    functionName: 'mirror',
    id: 'api',
    principal: 'apigateway.amazonaws.com',
    action: 'lambda:InvokeFunction',
    sourceArn: `arn:aws:execute-api:${REGION}:${HUB}:*/*/*/api/*`,
  });
  const runtime: LambdaRuntime = lambdaRuntime({ sandbox });
  const front: HttpApiFront = await startHttpApiFront({
    world: sandbox.world,
    runtime,
    issuer,
    clock: sandbox.clock,
    hubAccount: HUB,
  });
  open.push(front, runtime);
  return { sandbox, url: front.url };
};

class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Buffer);
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

const signedHeaders = async (
  url: string,
  method: string,
  credentials: { accessKeyId: string; sessionToken?: string },
) => {
  const { hostname, port, pathname } = new URL(url);
  const signer = new SignatureV4({
    service: 'execute-api',
    region: REGION,
    sha256: Sha256,
    credentials: { secretAccessKey: 'sandbox', ...credentials },
  });
  const { headers } = await signer.sign({
    method,
    protocol: 'http:',
    hostname,
    path: pathname,
    headers: { host: `${hostname}:${port}` },
  });
  return headers;
};

const asRole = (sandbox: Sandbox, actions: readonly string[]) => {
  putRole(sandbox.world, {
    account: HUB,
    name: 'person',
    trust: { Statement: [] },
    policies: { own: { Statement: actions.map((Action) => ({ Effect: 'Allow', Action, Resource: '*' })) } },
  });
  return {
    accessKeyId: accessKeyIdFor(HUB, 'PRSN'),
    sessionToken: writeSessionToken({
      principalArn: `arn:aws:sts::${HUB}:assumed-role/person/ada`,
      expiresMs: START_MS + 3_600_000,
    }),
  };
};

describe('an HTTP API', () => {
  it('gives a function the request in payload format 2.0, and its caller the answer', async () => {
    const { url } = await ready([route('POST', '/api/cases/{id}/decision')]);
    const response = await fetch(`${url}/api/cases/a%20b/decision?x=1&x=2`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: 'one=1; two=2' },
      body: '{"answer":"approve"}',
    });
    expect(response.status).toBe(201);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.json()).toMatchObject({
      version: '2.0',
      routeKey: 'POST /api/cases/{id}/decision',
      rawPath: '/api/cases/a%20b/decision',
      rawQueryString: 'x=1&x=2',
      cookies: ['one=1', 'two=2'],
      queryStringParameters: { x: '1,2' },
      pathParameters: { id: 'a b' },
      body: '{"answer":"approve"}',
      isBase64Encoded: false,
      requestContext: { accountId: HUB, apiId: 'signed', stage: '$default', timeEpoch: START_MS },
    });
  });

  it('lets everybody in where a route has no authorizer, and vouches for nobody', async () => {
    const { url } = await ready([route('GET', '/api/{id}', { authorization: 'NONE' })]);
    const response = await fetch(`${url}/api/1`, {
      headers: { authorization: `Bearer ${issuer.issue({ sub: 'ada' }, START_MS)}`, cookie: 'one=1' },
    });
    expect(response.status).toBe(201);
    const event = (await response.json()) as { requestContext: object; headers: object };
    expect(event).toMatchObject({ cookies: ['one=1'] });
    expect(event.headers).not.toHaveProperty('cookie');
    expect(event.requestContext).not.toHaveProperty('authorizer');
  });

  it('hands on a form as base64, and JSON as it is', async () => {
    const { url } = await ready([route('POST', '/api/{id}')]);
    const sent = async (type: string | undefined, body: string) => {
      const response = await fetch(`${url}/api/1`, {
        method: 'POST',
        headers: type === undefined ? {} : { 'content-type': type },
        body: Buffer.from(body),
      });
      const { body: given, isBase64Encoded } = (await response.json()) as Record<string, unknown>;
      return [given, isBase64Encoded];
    };
    const base64 = Buffer.from('answer=approve').toString('base64');
    for (const type of ['application/x-www-form-urlencoded', 'application/x-ndjson', undefined])
      expect(await sent(type, 'answer=approve'), type).toEqual([base64, true]);
    for (const type of ['application/json', 'application/json; charset=utf-8', 'text/plain'])
      expect(await sent(type, '{}'), type).toEqual(['{}', false]);
  });

  it('sends a browser elsewhere, with each cookie in a header of its own', async () => {
    const { url } = await ready([route('GET', '/api/elsewhere')]);
    const response = await fetch(`${url}/api/elsewhere`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/x']);
    expect(response.headers.getSetCookie()).toEqual(['a=; Max-Age=0; Path=/', 'b=2; Secure']);
  });

  it('knows no HEAD of what has a GET alone', async () => {
    const { url } = await ready([route('GET', '/api/{id}')]);
    expect((await fetch(`${url}/api/1`, { method: 'HEAD' })).status).toBe(404);
  });

  it('answers in API Gateway’s words when there is nothing, or nothing good, to answer', async () => {
    const { url } = await ready([
      route('GET', '/api/{id}'),
      route('GET', '/broken'),
      route('GET', '/forbidden'),
    ]);
    const told = async (path: string, method = 'GET') => {
      const response = await fetch(url + path, { method });
      return [response.status, await response.json()];
    };
    expect(await told('/nowhere')).toEqual([404, { message: 'Not Found' }]);
    expect(await told('/api/1', 'DELETE')).toEqual([404, { message: 'Not Found' }]);
    // The function's own policy lets the API in for /api/* alone.
    expect(await told('/forbidden')).toEqual([500, { message: 'Internal Server Error' }]);
  });

  it('lets in who signs and may, and tells the function who that is', async () => {
    const { sandbox, url } = await ready([route('GET', '/api/cases', { authorization: 'AWS_IAM' })]);
    const ask = async (headers: Record<string, string>) => {
      const response = await fetch(`${url}/api/cases`, { headers });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    expect(await ask({})).toEqual({ status: 403, body: { message: 'Forbidden' } });
    const denied = asRole(sandbox, ['sqs:*']);
    expect(await ask(await signedHeaders(`${url}/api/cases`, 'GET', denied))).toEqual({
      status: 403,
      body: { message: 'Forbidden' },
    });
    const allowed = asRole(sandbox, ['execute-api:Invoke']);
    const { status, body } = await ask(await signedHeaders(`${url}/api/cases`, 'GET', allowed));
    expect(status).toBe(201);
    const userArn = `arn:aws:sts::${HUB}:assumed-role/person/ada`;
    expect(body).toMatchObject({ requestContext: { authorizer: { iam: { accountId: HUB, userArn } } } });
    sandbox.advanceBy(3_600_000);
    expect(await ask(await signedHeaders(`${url}/api/cases`, 'GET', allowed))).toEqual({
      status: 403,
      body: { message: 'The security token included in the request is expired' },
    });
  });

  it('lets in who carries a token of the issuer, for the audience, while it holds', async () => {
    const { sandbox, url } = await ready([
      route('GET', '/api/cases', { authorization: 'AWS_IAM' }),
      route('GET', '/api/cases', JWT),
    ]);
    const ask = async (token?: string) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(`${url}/api/cases`, { headers });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const token = issuer.issue({ sub: 'ada', groups: ['one', 'two'], lifetimeSeconds: 60 }, START_MS);
    const { status, body } = await ask(token);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      requestContext: {
        authorizer: { jwt: { claims: { sub: 'ada', groups: '[one two]' }, scopes: null } },
      },
    });
    const [head, , signature] = token.split('.');
    const forged = [head, Buffer.from('{"sub":"eve"}').toString('base64url'), signature].join('.');
    for (const bad of [
      undefined,
      forged,
      'no.token.atall',
      issuer.issue({ sub: 'ada', aud: 'other' }, START_MS),
    ])
      expect(await ask(bad)).toEqual({ status: 401, body: { message: 'Unauthorized' } });
    sandbox.advanceBy(60_000);
    expect((await ask(token)).status).toBe(401);
  });
});

test('the most particular route is taken', () => {
  const routes = [
    route('$default', ''),
    route('ANY', '/{proxy+}'),
    route('GET', '/{proxy+}'),
    route('GET', '/api/{id}'),
    route('ANY', '/api/cases'),
    route('GET', '/api/cases'),
  ];
  const taken = (method: string, path: string) => {
    const [best] = matchRoutes(routes, method, path);
    return [best?.route.method, best?.route.path, best?.parameters];
  };
  expect(taken('GET', '/api/cases')).toEqual(['GET', '/api/cases', {}]);
  expect(taken('POST', '/api/cases')).toEqual(['ANY', '/api/cases', {}]);
  expect(taken('GET', '/api/7')).toEqual(['GET', '/api/{id}', { id: '7' }]);
  expect(taken('GET', '/a/b%2Fc')).toEqual(['GET', '/{proxy+}', { proxy: 'a/b/c' }]);
  expect(taken('PUT', '/a')).toEqual(['ANY', '/{proxy+}', { proxy: 'a' }]);
  expect(taken('PUT', '/')).toEqual(['$default', '', {}]);
});
