import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiClient } from '../../cli/api-client.ts';
import { createRequestSigner, executeApiRegion } from '../../cli/request-signer.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const ENV = { AWS_REGION: 'eu-central-1' };

/** Signature Version 4 as AWS describes it, by Node's crypto alone. */
const isSigned = (request: IncomingMessage, body: string): boolean => {
  const [, accessKey, scope = '', names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    ) ?? [];
  const url = new URL(request.url ?? '', 'http://selfheal');
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const canonical = [
    request.method,
    encodeURI(url.pathname),
    [...url.searchParams]
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .sort()
      .join('&'),
    ...names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  return (
    accessKey === 'AKIDEXAMPLE' &&
    /^\d{8}\/eu-central-1\/execute-api\/aws4_request$/.test(scope) &&
    ['host', 'x-amz-date', 'x-amz-security-token'].every((name) => names.split(';').includes(name)) &&
    signature === hmac(key, toSign).toString('hex')
  );
};

let url = '';
let answer: { readonly status: number; readonly body: string } | undefined;
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const told = answer ?? { status: 200, body: JSON.stringify({ signed: isSigned(request, body) }) };
  response.writeHead(told.status, { 'content-type': 'application/json' }).end(told.body);
});
const set = (name: string, value: string | undefined) => {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
};
const KEYS = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: SECRET,
  AWS_SESSION_TOKEN: 'a/session+token==',
};
const before = Object.fromEntries(Object.keys(KEYS).map((name) => [name, process.env[name]]));

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const [name, value] of Object.entries(KEYS)) set(name, value);
});
afterAll(() => {
  for (const [name, value] of Object.entries(before)) set(name, value);
  server.close();
});

describe('a signed request', () => {
  it('holds before who computes the signature anew, with query, body and session token', async () => {
    const api = createApiClient(url, { sign: true, env: ENV });
    expect(await api.get('/api/cases?status=open&rule=a%20b%2Fc&since=24h')).toEqual({ signed: true });
    // What is there more than once is signed as often, in whatever order it comes.
    expect(await api.get('/api/compliance/lanes/1/2?rule=b&rule=a%20%2B&rule=b&x=1')).toEqual({
      signed: true,
    });
    expect(await api.post('/api/cases/0k3v9x1q7m2p5t8a-1/decision', { reason: 'geprüft ✓' })).toEqual({
      signed: true,
    });
    expect(await api.post('/api/stop', {})).toEqual({ signed: true });
  });

  it('is only made where it is asked for: nobody gets a signature by giving another address', async () => {
    expect(await createApiClient(url).get('/api/cases')).toEqual({ signed: false });
    expect(executeApiRegion('https://a1b2c3.execute-api.eu-central-1.amazonaws.com')).toBe('eu-central-1');
    for (const other of [
      'http://a1b2c3.execute-api.eu-central-1.amazonaws.com',
      'https://a1b2c3.execute-api.eu-central-1.amazonaws.com.evil.example',
      'https://evil.example/a1b2c3.execute-api.eu-central-1.amazonaws.com',
      'https://evil.example?.execute-api.eu-central-1.amazonaws.com/',
    ])
      expect(executeApiRegion(other), other).toBeUndefined();
  });

  it('wants to know its Region where the address does not say it', () => {
    expect(() => createApiClient(url, { sign: true, env: {} })).toThrow(/give it as AWS_REGION/);
  });
});

describe('a refusal before selfheal was asked', () => {
  const refused = async (status: number, message: string) => {
    answer = { status, body: JSON.stringify({ message }) };
    const api = createApiClient(url, { sign: true, env: ENV });
    return api.get('/api/cases').catch((error: Error) => error.message);
  };

  it.each([
    [
      403,
      'The security token included in the request is expired',
      /credentials have expired .* aws sso login/,
    ],
    [403, 'Forbidden', /AWS does not let you \(Forbidden\).*selfheal-operator/],
    [403, 'Missing Authentication Token', /add --sign/],
    [401, 'Unauthorized', /add --sign/],
    [404, 'Not Found', /"send", "sandbox" .* not what is deployed/],
    [503, 'Service Unavailable', /did not answer in time.*try again/],
    [418, 'short and\u001b[31m stout', /AWS answered 418: short and stout/],
  ])('%i %s says what to do', async (status, message, expected) => {
    expect(await refused(status, message)).toMatch(expected);
  });

  it('of the credentials themselves says how to get some', async () => {
    const signer = createRequestSigner({
      region: 'eu-central-1',
      credentials: () => Promise.reject(new Error('Could not load credentials from any providers')),
    });
    const request = { method: 'GET', url: new URL(url), headers: {} };
    await expect(signer.sign(request)).rejects.toThrow(/Could not load credentials.*aws sso login/);
  });
});
