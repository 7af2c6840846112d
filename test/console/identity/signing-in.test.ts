/** Signing in on pages, against the sandbox's own identity provider: what works, and whatever does not fit. */

import { Hono } from 'hono/tiny';
import { exportPKCS8, generateKeyPair, importPKCS8, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerError } from '../../../console/http-error.ts';
import { bearer } from '../../../console/identity/bearer.ts';
import { returnPath } from '../../../console/identity/return-path.ts';
import { createSignIn, sessionsOf } from '../../../console/identity/sign-in.ts';
import { signInRoutes } from '../../../console/identity/sign-in-routes.ts';
import { askedBy } from '../../../console/who-is.ts';
import type { Identity } from '../../../domain/identity.ts';
import { type People, startPeople } from '../../support/signed-in.ts';

let nowMs = Date.parse('2026-11-21T03:00:00Z');
let people: People;
const logged: string[] = [];
const write = (message: string, fields: Readonly<Record<string, unknown>>) => {
  logged.push(`${message}: ${fields.reason}`);
};
const log = { info: write, warn: write, error: write };
const HERE = 'http://127.0.0.1:4510';
const names = { groupsClaim: 'groups' };

const createApp = (changes: { readonly issuer?: string; readonly audience?: string } = {}) => {
  const settings = { ...people.identity, scopes: 'openid email', ...changes };
  const signIn = createSignIn({ settings, nowMs: () => nowMs, log, ...names });
  const whoIs = bearer({ verify: async (token) => (await signIn.oidc()).verify(token), log, ...names });
  return new Hono()
    .route('/', signInRoutes(signIn))
    .get('/me', async (context) => context.json((await sessionsOf(signIn)(context)) ?? null))
    .get('/bearer', async (context) => context.json(await askedBy(context, { whoIs })))
    .onError(answerError(log));
};
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  people = await startPeople(() => nowMs);
  app = createApp();
});
afterAll(() => people.close());
beforeEach(() => {
  logged.length = 0;
});

/** A browser, as far as cookies go: what is deleted is gone. */
const browser = (jar = new Map<string, string>(), served = () => app) => ({
  jar,
  go: async (path: string, init: { method?: string; body?: URLSearchParams } = {}) => {
    const answer = await served().request(`${HERE}${path}`, {
      ...init,
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/Max-Age=0/.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  },
});
type Browser = ReturnType<typeof browser>;

/** As the person does on the provider's page; answers the path by which they come back. */
const atProvider = async (location: string, token: string): Promise<string> => {
  const { origin, searchParams } = new URL(location);
  const body = new URLSearchParams([...searchParams, ['token', token]]);
  const answer = await fetch(`${origin}/authorize`, { method: 'POST', body, redirect: 'manual' });
  const back = new URL(answer.headers.get('location') ?? '');
  return `${back.pathname}${back.search}`;
};

const begun = async (one: Browser, to = '/'): Promise<string> =>
  (await one.go(`/sign-in?to=${encodeURIComponent(to)}`)).headers.get('location') ?? '';

const signedIn = async (sub = 'ada', to = '/') => {
  const one = browser();
  const back = await atProvider(await begun(one, to), people.token(sub, { groups: ['sre'] }));
  const answer = await one.go(back);
  return { one, back, answer };
};

const me = async (one: Browser) =>
  (await (await one.go('/me')).json()) as { readonly identity: Identity; readonly csrf: string };

describe('signing in', () => {
  it('ends on the page that was wanted, with a session in a cookie that no script can read', async () => {
    const { one, answer } = await signedIn('Ada', '/cases/0a1b-1');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/cases/0a1b-1']);
    const cookie = answer.headers.getSetCookie().find((each) => each.startsWith('__Host-selfheal='));
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/', 'Max-Age='])
      expect(cookie).toContain(attribute);
    expect(cookie).not.toContain('Domain');
    expect(await me(one)).toMatchObject({ identity: { name: 'ada', claims: ['sre'] } });
    expect([...one.jar.keys()]).toEqual(['__Host-selfheal']);
  });

  it('is over with the token, by the time of the service', async () => {
    const { one } = await signedIn();
    const before = nowMs;
    nowMs += 367 * 86_400_000;
    expect(await me(one)).toBeNull();
    nowMs = before;
  });

  it('works with a token that outlives every cookie, as where time runs sixty times as fast', async () => {
    const one = browser();
    const token = people.token('ada', { lifetimeSeconds: 500 * 86_400 });
    const answer = await one.go(await atProvider(await begun(one), token));
    expect(answer.status).toBe(303);
    expect(answer.headers.getSetCookie().join()).toContain(`Max-Age=${400 * 86_400}`);
    expect(await me(one)).toMatchObject({ identity: { name: 'ada' } });
  });

  it('makes a form of one visit worth nothing in another', async () => {
    const [first, second] = [await signedIn(), await signedIn('grace')];
    expect((await me(first.one)).csrf).not.toBe((await me(second.one)).csrf);
  });
});

describe('what does not fit signs nobody in', () => {
  const refused = async (one: Browser, path: string, why: RegExp) => {
    const answer = await one.go(path);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('Not signed in');
    expect(one.jar.has('__Host-selfheal')).toBe(false);
    expect(logged.join('\n')).toMatch(why);
  };

  it('an answer in a browser that asked nothing: nobody is signed in as somebody else by a link', async () => {
    const { back } = await signedIn();
    await refused(browser(), back, /no sign-in was begun/);
  });

  it('the same answer a second time', async () => {
    const { one, back } = await signedIn();
    one.jar.delete('__Host-selfheal');
    await refused(one, back, /no sign-in was begun/);
  });

  it('a code that was used already, in the attempt that it belongs to', async () => {
    const one = browser();
    const back = await atProvider(await begun(one), people.token('ada'));
    const copy = browser(new Map(one.jar));
    expect((await one.go(back)).status).toBe(303);
    await refused(copy, back, /invalid_grant, the code is not known/);
  });

  it('the state, or the code, of another attempt', async () => {
    const [one, other] = [browser(), browser()];
    const mine = new URLSearchParams((await atProvider(await begun(one), people.token('ada'))).split('?')[1]);
    const theirs = await atProvider(await begun(other), people.token('eve'));
    await refused(browser(new Map(one.jar)), theirs, /state is not that/);
    const mixed = new URLSearchParams(theirs.split('?')[1]);
    mixed.set('state', mine.get('state') ?? '');
    await refused(browser(new Map(one.jar)), `/sign-in/callback?${mixed}`, /code_verifier does not fit/);
  });

  it('a token with the nonce of another attempt', async () => {
    const one = browser();
    const location = new URL(await begun(one));
    location.searchParams.set('nonce', 'another');
    await refused(one, await atProvider(location.href, people.token('ada')), /nonce is not that/);
  });

  it('an answer that names another provider, or none, or no code, or a refusal', async () => {
    for (const [change, why] of [
      [(query: URLSearchParams) => query.set('iss', 'http://127.0.0.1:1'), /of issuer http:\/\/127.0.0.1:1/],
      [(query: URLSearchParams) => query.delete('iss'), /of issuer \(none\)/],
      [(query: URLSearchParams) => query.delete('code'), /sent no code/],
      [(query: URLSearchParams) => query.set('error', 'access_denied'), /says access_denied/],
    ] as const) {
      const one = browser();
      const query = new URLSearchParams(
        (await atProvider(await begun(one), people.token('ada'))).split('?')[1],
      );
      change(query);
      await refused(one, `/sign-in/callback?${query}`, why);
    }
  });

  it('a token for another audience, and one that names no person', async () => {
    const elsewhere = createApp({ audience: 'another-client' });
    const one = browser(new Map(), () => elsewhere);
    await refused(one, await atProvider(await begun(one), people.token('ada')), /unexpected "aud"/);
    const machine = browser();
    await refused(machine, await atProvider(await begun(machine), people.token('selfheal')), /names nobody/);
  });

  it('a token that a cookie cannot hold', async () => {
    const one = browser();
    const groups = Array.from({ length: 400 }, (_, n) => `group-${n}`);
    await refused(one, await atProvider(await begun(one), people.token('ada', { groups })), /fewer groups/);
  });

  it('a provider that does not answer: the page says so', async () => {
    const away = createApp({ issuer: 'http://127.0.0.1:1' });
    const answer = await away.request(`${HERE}/sign-in`);
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([503, []]);
    expect(logged.join('\n')).toMatch(/does not answer/);
  });
});

describe('signing out', () => {
  it('is for a form of the very visit', async () => {
    const { one } = await signedIn();
    const { csrf } = await me(one);
    const out = (given: string) =>
      one.go('/sign-out', { method: 'POST', body: new URLSearchParams({ csrf: given }) });
    expect((await out('guessed')).status).toBe(403);
    expect(await me(one)).not.toBeNull();
    expect((await out(csrf)).status).toBe(303);
    expect(await me(one)).toBeNull();
  });
});

describe('where somebody goes afterwards', () => {
  it.each(['/', '/cases/0a1b-1', '/decide/aGVhZA.Ym9keQ.c2ln', '/cases/0a1b-1?from=mail&n=1'])(
    'is %s',
    (to) => {
      expect(returnPath(to)).toBe(to);
    },
  );

  it.each([
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https://evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    '/%2Fevil.example',
    '/%5cevil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' //evil.example',
    '/a//evil.example',
    '/../evil',
    '/./x',
    '/@evil.example',
    '/x:y',
    '/a#b',
    'evil.example',
    '',
    `/${'a'.repeat(2_000)}`,
    undefined,
  ])('is the start for %o', (to) => {
    expect(returnPath(to)).toBe('/');
  });
});

describe('a token in a header', () => {
  const status = async (authorization: string): Promise<number> =>
    (await app.request(`${HERE}/bearer`, { headers: { authorization } })).status;
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('is believed when it is the provider’s, for us, and holds', async () => {
    expect(await status(people.as('ada').authorization)).toBe(200);
  });

  it('is refused in every other case, and the log says why', async () => {
    const token = people.token('ada');
    const [head = '', body = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const stranger = await importPKCS8(await exportPKCS8(privateKey), 'RS256');
    const foreign = (kid: string) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(stranger);
    const shared = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'sandbox-1' })
      .sign(new TextEncoder().encode('x'.repeat(64)));
    const bad = {
      'the signature': `${head}.${body}.${flipped}`,
      'somebody else’s name': `${head}.${part({ ...claims, sub: 'eve' })}.${signature}`,
      'alg none': `${part({ alg: 'none' })}.${body}.AAAA`,
      'a shared secret': shared,
      'another key': await foreign('sandbox-1'),
      'an unknown key': await foreign('sandbox-2'),
      'another issuer': people.token('ada', { iss: 'https://evil.example' }),
      'another audience': people.token('ada', { aud: 'another' }),
      'made for several, given to another': people.token('ada', { aud: ['selfheal', 'x'], azp: 'x' }),
      'not yet': people.token('ada', { nbf: Math.floor(nowMs / 1_000) + 60 }),
      'without an end': people.token('ada', { exp: undefined }),
      'no person': people.token('selfheal'),
    };
    for (const [what, sent] of Object.entries(bad)) {
      logged.length = 0;
      expect([what, await status(`Bearer ${sent}`)]).toEqual([what, 401]);
      expect([what, logged.length]).toEqual([what, 1]);
    }
    for (const sent of ['', 'Bearer', 'Bearer x', 'Basic YTpi', token, `Bearer ${token} x`])
      expect([sent, await status(sent)]).toEqual([sent, 401]);
  });

  it('says that it has expired, and allows clocks half a minute', async () => {
    const exp = Math.floor(nowMs / 1_000);
    expect(await status(`Bearer ${people.token('ada', { exp: exp - 20 })}`)).toBe(200);
    const answer = await app.request(`${HERE}/bearer`, {
      headers: people.as('ada', { exp: exp - 40 }),
    });
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain('expired');
  });

  it('is nobody’s while the keys cannot be read', async () => {
    const away = createApp({ issuer: 'http://127.0.0.1:1' });
    const answer = await away.request(`${HERE}/bearer`, { headers: people.as('ada') });
    expect(answer.status).toBe(401);
    expect(logged.join('\n')).toMatch(/does not answer/);
  });
});
