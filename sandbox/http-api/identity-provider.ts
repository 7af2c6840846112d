/**
 * The sandbox's OpenID Connect provider, whole enough for any client of the authorization code flow: discovery,
 * keys, a page to sign in on, and the exchange of a code, once, against PKCE. It has one client, of this machine.
 *
 *   client            person's browser                    provider
 *     | -- 303 ------------> | -- GET /authorize ----------> |  a page that asks for the person's token
 *     |                      | -- POST /authorize ---------> |  whose is it?
 *     | <--- code, state --- | <---------- 303 ------------- |
 *     | -- POST /token: code, verifier --------------------> |
 *     | <--- ID token -------------------------------------- |
 *
 * Passwords would be one thing more to invent: who has a token that this provider gave them is who it says.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signInPage } from './sign-in-page.ts';
import { createTokenIssuer, SANDBOX_AUDIENCE, type TokenIssuer } from './token-issuer.ts';

export interface IdentityProvider {
  /** `http://127.0.0.1:PORT`; its tokens name it as their issuer. */
  readonly url: string;
  readonly issuer: TokenIssuer;
  close(): Promise<void>;
}

export interface IdentityProviderOptions {
  readonly nowMs: () => number;
  /** Of the machine: a browser is no faster because the accounts' time is. Default: the wall clock. */
  readonly wallMs?: () => number;
}

/** The one client that is registered. */
export const SANDBOX_CLIENT_ID = SANDBOX_AUDIENCE;

/** A native app's own address: this machine, at whatever port (RFC 8252, 7.3). */
const REDIRECT = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}\/sign-in\/callback$/;
const CODE_MS = 60_000;
const BODY_BYTES_MAX = 64 * 1024;

export const startIdentityProvider = async ({
  nowMs,
  wallMs = Date.now,
}: IdentityProviderOptions): Promise<IdentityProvider> => {
  let provider: Provider | undefined;
  const server = createServer((request, response) => {
    const answered =
      provider === undefined ? Promise.resolve(text(503, 'not ready')) : answer(provider, request);
    answered
      .catch((error: unknown) => text(500, String(error)))
      .then(({ status, headers, body }) => {
        response.writeHead(status, { ...SAFE, ...headers }).end(body);
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = createTokenIssuer(url);
  provider = { url, issuer, nowMs, wallMs, codes: new Map() };
  return {
    url,
    issuer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

interface Provider {
  readonly url: string;
  readonly issuer: TokenIssuer;
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  readonly codes: Map<string, Granted>;
}

/** What a code stands for until it is exchanged. */
interface Granted {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly redirectUri: string;
  readonly challenge: string;
  /** By the wall clock. */
  readonly expiresMs: number;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A form may lead on to the client that it signs in to; the browser asks that of redirects as well. Such a list cannot
 * name an address of IP version 6.
 */
const SAFE: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' http://127.0.0.1:* http://localhost:*",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const answer = async (provider: Provider, request: IncomingMessage): Promise<Answer> => {
  // A name that only points here is a foreign page's.
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? ''))
    return text(403, 'Call 127.0.0.1 or localhost.');
  const { pathname, searchParams } = new URL(request.url ?? '/', provider.url);
  switch (`${request.method} ${pathname}`) {
    case 'GET /.well-known/openid-configuration':
      return json(200, configuration(provider));
    case 'GET /jwks':
      return json(200, provider.issuer.keys());
    case 'GET /authorize':
      return authorize(searchParams);
    case 'POST /authorize':
      return signIn(provider, await form(request));
    case 'POST /token':
      return exchange(provider, await form(request));
    default:
      return text(404, `There is no ${request.method} ${pathname} here.`);
  }
};

const configuration = ({ url }: Provider) => ({
  issuer: url,
  authorization_endpoint: `${url}/authorize`,
  token_endpoint: `${url}/token`,
  jwks_uri: `${url}/jwks`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: ['openid', 'email', 'profile'],
  token_endpoint_auth_methods_supported: ['none'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
});

const authorize = (query: URLSearchParams): Answer => {
  const problem = problemOf(query);
  return problem === undefined ? page(200, query) : text(400, problem);
};

/** Where the client itself cannot be trusted, nobody is sent anywhere: it is told here. */
const problemOf = (query: URLSearchParams): string | undefined => {
  if (query.get('client_id') !== SANDBOX_CLIENT_ID) return `The only client is ${SANDBOX_CLIENT_ID}.`;
  if (!REDIRECT.test(query.get('redirect_uri') ?? ''))
    return 'redirect_uri: expected /sign-in/callback on this machine.';
  if (query.get('response_type') !== 'code') return 'response_type: expected code.';
  if (!(query.get('scope') ?? '').split(' ').includes('openid')) return 'scope: expected openid in it.';
  if (query.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(query.get('code_challenge') ?? ''))
    return 'code_challenge: expected one of method S256.';
  return undefined;
};

const signIn = (provider: Provider, given: URLSearchParams): Answer => {
  const problem = problemOf(given);
  if (problem !== undefined) return text(400, problem);
  const { url, issuer, nowMs, wallMs, codes } = provider;
  const reading = issuer.read((given.get('token') ?? '').trim(), {
    issuer: url,
    audience: [SANDBOX_AUDIENCE],
    nowMs: nowMs(),
  });
  if (!reading.ok) return page(401, given, `This token does not hold: ${reading.why}.`);
  for (const [code, { expiresMs }] of codes) if (expiresMs <= wallMs()) codes.delete(code);
  const code = randomBytes(32).toString('base64url');
  const redirectUri = given.get('redirect_uri') ?? '';
  const nonce = given.get('nonce');
  codes.set(code, {
    claims: { ...reading.claims, ...(nonce === null ? {} : { nonce }) },
    redirectUri,
    challenge: given.get('code_challenge') ?? '',
    expiresMs: wallMs() + CODE_MS,
  });
  const to = new URL(redirectUri);
  to.searchParams.set('code', code);
  to.searchParams.set('iss', url);
  const state = given.get('state');
  if (state !== null) to.searchParams.set('state', state);
  return { status: 303, headers: { location: to.href }, body: '' };
};

/** A code is gone with the first who brings it, whether or not they bring the rest. */
const exchange = ({ issuer, nowMs, wallMs, codes }: Provider, given: URLSearchParams): Answer => {
  if (given.get('grant_type') !== 'authorization_code') return json(400, { error: 'unsupported_grant_type' });
  if (given.get('client_id') !== SANDBOX_CLIENT_ID) return json(400, { error: 'invalid_client' });
  const code = given.get('code') ?? '';
  const granted = codes.get(code);
  codes.delete(code);
  if (granted === undefined || granted.expiresMs <= wallMs())
    return refused('the code is not known any more');
  if (given.get('redirect_uri') !== granted.redirectUri) return refused('another redirect_uri than before');
  if (!proves(given.get('code_verifier') ?? '', granted.challenge))
    return refused('code_verifier does not fit the challenge');
  const { exp, iat: _, ...claims } = granted.claims;
  // Never longer than the token that it was got by.
  const lifetimeSeconds = Number(exp) - Math.floor(nowMs() / 1_000);
  const token = issuer.issue({ ...claims, sub: String(claims.sub), lifetimeSeconds }, nowMs());
  return json(200, {
    access_token: token,
    id_token: token,
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
  });
};

const proves = (verifier: string, challenge: string): boolean => {
  const made = Buffer.from(createHash('sha256').update(verifier).digest('base64url'));
  const wanted = Buffer.from(challenge);
  return made.length === wanted.length && timingSafeEqual(made, wanted);
};

const refused = (why: string): Answer => json(400, { error: 'invalid_grant', error_description: why });

const form = async (request: IncomingMessage): Promise<URLSearchParams> => {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > BODY_BYTES_MAX) throw new Error('the form is too large');
  }
  return new URLSearchParams(body);
};

const page = (status: number, query: URLSearchParams, problem?: string): Answer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: signInPage(query, problem),
});

const json = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const text = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body,
});
