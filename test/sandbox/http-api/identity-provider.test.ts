/** The sandbox's OpenID Connect provider, asked as a client of the authorization code flow asks. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type IdentityProvider,
  SANDBOX_CLIENT_ID,
  startIdentityProvider,
} from '../../../sandbox/http-api/identity-provider.ts';
import { START_MS } from '../core/with-sandbox.ts';

const VERIFIER = 'v'.repeat(43);
const CALLBACK = 'http://127.0.0.1:4510/sign-in/callback';
const ASKED = {
  client_id: SANDBOX_CLIENT_ID,
  redirect_uri: CALLBACK,
  response_type: 'code',
  scope: 'openid email',
  state: 'a state',
  nonce: 'a nonce',
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
};

let provider: IdentityProvider;
let wallMs = 0;
beforeAll(async () => {
  provider = await startIdentityProvider({ nowMs: () => START_MS, wallMs: () => wallMs });
});
afterAll(() => provider.close());

const post = (path: string, fields: Readonly<Record<string, string>>) =>
  fetch(`${provider.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(fields),
  });
const shown = (changes: Readonly<Record<string, string>> = {}) =>
  post('/authorize', {
    ...ASKED,
    token: provider.issuer.issue({ sub: 'ada', lifetimeSeconds: 600 }, START_MS),
    ...changes,
  });
const sentBack = async () => new URL((await shown()).headers.get('location') ?? '').searchParams;
const exchanged = async (code: string, changes: Readonly<Record<string, string>> = {}) => {
  const answer = await post('/token', {
    grant_type: 'authorization_code',
    client_id: SANDBOX_CLIENT_ID,
    redirect_uri: CALLBACK,
    code,
    code_verifier: VERIFIER,
    ...changes,
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, string> };
};

describe('the provider of the sandbox', () => {
  it('gives who has shown a token of theirs a code, and for the code a token with the nonce, for the rest of the time', async () => {
    const back = await sentBack();
    expect(back.get('state')).toBe('a state');
    expect(back.get('iss')).toBe(provider.url);
    const { status, body } = await exchanged(back.get('code') ?? '');
    expect([status, body.expires_in]).toEqual([200, 600]);
    expect(
      provider.issuer.read(body.id_token ?? '', {
        issuer: provider.url,
        audience: [SANDBOX_CLIENT_ID],
        nowMs: START_MS,
      }),
    ).toMatchObject({ ok: true, claims: { sub: 'ada', nonce: 'a nonce' } });
  });

  it('takes a code once, from who can prove that they asked for it, where they asked from', async () => {
    const wrong = [{ code_verifier: 'w'.repeat(43) }, { redirect_uri: `${CALLBACK}/` }] as const;
    for (const changes of [...wrong, {}]) {
      const code = (await sentBack()).get('code') ?? '';
      const { status, body } = await exchanged(code, changes);
      expect([status, body.error], JSON.stringify(changes)).toEqual(
        'code_verifier' in changes || 'redirect_uri' in changes ? [400, 'invalid_grant'] : [200, undefined],
      );
      // Gone with the first who brought it.
      expect((await exchanged(code)).status).toBe(400);
    }
  });

  it('takes a code for a minute of the machine’s time, however fast the accounts’ time passes', async () => {
    const code = (await sentBack()).get('code') ?? '';
    wallMs += 59_999;
    expect((await exchanged(code)).status).toBe(200);
    const late = (await sentBack()).get('code') ?? '';
    wallMs += 60_000;
    expect((await exchanged(late)).status).toBe(400);
  });

  it('sends nobody elsewhere than to this machine, and nobody on without a token that holds', async () => {
    for (const changes of [
      { redirect_uri: 'https://evil.example/sign-in/callback' },
      { client_id: 'another' },
      { code_challenge_method: 'plain' },
    ])
      expect((await shown(changes)).status, JSON.stringify(changes)).toBe(400);
    const expired = provider.issuer.issue({ sub: 'ada', lifetimeSeconds: 0 }, START_MS);
    const answer = await shown({ token: expired });
    expect([answer.status, answer.headers.get('location')]).toEqual([401, null]);
  });
});
