/**
 * Requests that nobody should have an effect by, at every route of the running service: looking however it is done,
 * and acting without being somebody, from elsewhere, or in another shape than asked for. All that is kept, selfheal's
 * table and the accounts, is compared before and after.
 */
import { Hono } from 'hono/tiny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpApp } from '../../console/create-http-app.ts';
import { deciding } from '../../console/groups/deciding.ts';
import { BODY_BYTES_MAX, FORM_BYTES_MAX } from '../../console/guard.ts';
import { httpFrame } from '../../console/http-frame.ts';
import { noSessions } from '../../console/identity/session.ts';
import { signedIn } from '../../console/signed-in.ts';
import { executions } from '../../sandbox/services/ssm/execution.ts';
import { type Answered, type AttackedService, attackedService, type Waiting } from './attacked-service.ts';

let service: AttackedService;
let token = '';
let about: Waiting;
let link = '';
let state = '';
const routes: { readonly method: string; readonly path: string }[] = [];

/** Two people, who are on call; whoever asked for a fix, or changed the resource last, is left out. */
const GUARDED = (text: string): string =>
  text
    .replace(
      /^defaults:$/m,
      'groups: { oncall: { people: [ada, grace@example.com], claims: [sre-oncall] } }\noperators: [oncall]\ndefaults:',
    )
    .replace(
      'approval: { quorum: 1, expires: 24h }',
      'approval: { quorum: 2, expires: 24h, from: [oncall], not: [requester] }',
    );

beforeAll(async () => {
  service = await attackedService(GUARDED);
  token = service.token('ada');
  [about] = service.cases;
  link = await service.linkTo(about);
  const { app } = service.world;
  const served = createHttpApp({
    app,
    operations: {} as never,
    sandboxUrl: '',
    identity: { issuer: '', audience: '', clientId: '' },
    nowMs: () => 0,
  });
  const seen = new Set<string>();
  for (const { method, path } of served.routes) {
    if (method === 'ALL' || seen.has(`${method} ${path}`)) continue;
    seen.add(`${method} ${path}`);
    routes.push({ method, path });
  }
  // What a first look reads once, such as the topics of a resource, is no change that a request made.
  state = await service.state();
});
afterAll(() => service.close());

const nothingChanged = async () => {
  expect(executions(service.world.sandbox.world).size).toBe(0);
  expect(await service.state()).toBe(state);
};

/** With parameters as they are, as they are not, and as they never should be. */
const addressesOf = (path: string): readonly string[] => {
  if (!path.includes(':')) return [path, `${path}?${new URLSearchParams(APPROVE())}&_method=POST`];
  const values = [
    about.id,
    link,
    'nowhere-1',
    '__proto__',
    '..%2f..%2fapi%2fstop',
    '%00',
    "'%22%3Cb%3E",
    'a'.repeat(3_000),
  ];
  // Where nothing is shown it is all the same which case it would have been.
  const isShown = routes.some((route) => route.path === path && route.method === 'GET');
  return values.slice(0, isShown ? values.length : 1).map((value) => path.replace(/:\w+/g, value));
};

const APPROVE = () => ({ planHash: about.state.planHash, answer: 'approve', reason: 'looks right' });

/** What proxies and frameworks take for another method, address or person. */
const HOSTILE: Readonly<Record<string, string>> = {
  'x-http-method-override': 'POST',
  'x-http-method': 'DELETE',
  'x-method-override': 'POST',
  _method: 'POST',
  'x-original-url': '/api/stop',
  'x-rewrite-url': '/api/stop',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-user': 'ada',
  'x-remote-user': 'ada',
  'x-amzn-oidc-identity': 'ada',
  purpose: 'prefetch',
  'sec-purpose': 'prefetch;prerender',
};

describe('looking', () => {
  it('knows every route of the service', () => {
    expect(routes.length).toBeGreaterThan(40);
    for (const path of [
      '/decide/:token',
      '/cases/:id/decision',
      '/api/stop',
      '/sign-in/callback',
      '/console.css',
    ])
      expect(routes.map((route) => route.path)).toContain(path);
  });

  it('changes nothing, by whatever method that only looks, whoever does it, and whatever the headers say', async () => {
    const signedIn = {
      authorization: `Bearer ${token}`,
      cookie: service.visit(token).headers.cookie ?? '',
      ...HOSTILE,
    };
    const statuses = new Set<number>();
    await each([...new Set(routes.map(({ path }) => path))].flatMap(addressesOf), async (path) => {
      for (const method of ['GET', 'HEAD', 'OPTIONS'])
        for (const headers of method === 'HEAD' ? [signedIn] : [{ accept: 'text/html' }, signedIn]) {
          const { status, text, headers: told } = await service.ask(method, path, { headers });
          statuses.add(status);
          expect([method, path, status >= 500 && status !== 502]).toEqual([method, path, false]);
          if (method === 'HEAD') expect(text).toBe('');
          expect(told['access-control-allow-origin']).toBeUndefined();
          expect(told['x-frame-options']).toBe('DENY');
        }
    });
    expect(statuses).toContain(200);
    await nothingChanged();
  });

  it('by a method that there is not, or with a body, changes nothing either', async () => {
    const body = JSON.stringify(APPROVE());
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      origin: service.url,
    };
    await each(ACTS(), async ({ path }) => {
      for (const method of ['PUT', 'PATCH', 'PROPFIND', 'GET'])
        expect((await service.ask(method, path, { headers, body })).status).toBeLessThan(500);
    });
    await nothingChanged();
  });
});

const ACTS = (): readonly { readonly method: string; readonly path: string }[] =>
  routes
    .filter(({ method }) => method === 'POST' || method === 'DELETE')
    .map(({ method, path }) => ({ method, path: path.replace(/:\w+/g, about.id) }));

const each = async <T>(all: readonly T[], ask: (one: T) => Promise<void>): Promise<void> => {
  const queue = all.values();
  const worker = async () => {
    for (const one of queue) await ask(one);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
};

/** A form where the route takes forms, else JSON: right but for what a test makes wrong. */
const rightly = (path: string): { readonly headers: Record<string, string>; readonly body: string } => {
  const { headers, csrf } = service.visit(token);
  if (path.startsWith('/api/'))
    return {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', origin: service.url },
      body: JSON.stringify({
        ...APPROVE(),
        what: 'x',
        reason: 'r',
        scope: { kind: 'everything' },
        sub: 'eve',
      }),
    };
  const fields = path.endsWith('/decision') ? { csrf, ...APPROVE() } : { csrf };
  return { headers, body: String(new URLSearchParams(fields)) };
};

describe('acting, at every route that acts,', () => {
  const refusedEverywhere = async (
    change: (sent: ReturnType<typeof rightly>, path: string) => ReturnType<typeof rightly>,
    statuses: readonly number[],
    paths = ACTS(),
  ) => {
    await each(paths, async ({ method, path }) => {
      const { status } = await service.ask(method, path, change(rightly(path), path));
      expect([method, path, statuses.includes(status), status]).toEqual([method, path, true, status]);
    });
    await nothingChanged();
  };
  /** Signing out needs no session: without one there is nothing to end, and nothing is. */
  const signOutIsNothing = () => ACTS().filter(({ path }) => path !== '/sign-out');

  it('without being anybody is refused', async () => {
    await refusedEverywhere(
      ({ headers: { authorization: _, cookie: __, ...headers }, body }) => ({ headers, body }),
      [401],
      signOutIsNothing(),
    );
  });

  it('by a session where a token is asked for, and by a token where a session is, is refused', async () => {
    const cookie = service.visit(token).headers.cookie ?? '';
    await refusedEverywhere(
      ({ headers, body }, path) => {
        const { authorization: _, cookie: __, ...rest } = headers;
        return path.startsWith('/api/')
          ? { headers: { ...rest, cookie }, body }
          : { headers: { ...rest, authorization: `Bearer ${token}` }, body };
      },
      [401],
      signOutIsNothing(),
    );
  });

  it.each([
    ['a page elsewhere', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://127.0.0.1:1' }],
    ['a page elsewhere that hides its origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['a site next door', { 'sec-fetch-site': 'same-site' }],
    ['our origin, as another header denies', { 'sec-fetch-site': 'cross-site' }],
  ])('from %s is refused', async (_, over) => {
    await refusedEverywhere(({ headers, body }) => ({ headers: { ...headers, ...over }, body }), [403]);
  });

  it('by a name that only points here is refused', async () => {
    await refusedEverywhere(
      ({ headers, body }) => ({ headers: { ...headers, host: 'evil.example' }, body }),
      [403],
    );
  });

  it.each(['text/plain', 'multipart/form-data; boundary=x', 'application/xml', ''])(
    'with a body of type "%s" is refused',
    async (type) => {
      await refusedEverywhere(
        ({ headers, body }) => ({ headers: { ...headers, 'content-type': type }, body }),
        [415],
        ACTS().filter(({ method }) => method === 'POST'),
      );
    },
  );

  it('with the other kind of body than the route takes is refused', async () => {
    await refusedEverywhere(
      ({ headers, body }, path) => ({
        headers: {
          ...headers,
          'content-type': path.startsWith('/api/') ? 'application/x-www-form-urlencoded' : 'application/json',
        },
        body,
      }),
      [415],
      ACTS().filter(({ method }) => method === 'POST'),
    );
  });

  it('with more than is taken is refused before it is read', async () => {
    const large = (path: string): string =>
      'x'.repeat((path.startsWith('/api/') ? BODY_BYTES_MAX : FORM_BYTES_MAX) + 1);
    await refusedEverywhere(
      ({ headers }, path) => ({ headers, body: large(path) }),
      [413],
      ACTS().filter(({ method, path }) => method === 'POST' && /stop|decision|sign-out/.test(path)),
    );
  });

  it('with who it is said to be in the body, or with keys that are no data, is refused', async () => {
    const bodies = [
      '{"who":"ada"}',
      '{"__proto__":{"who":"ada"},"planHash":"x"}',
      '{"constructor":{"prototype":{"operators":[]}}}',
      '[]',
      'null',
      '"approve"',
      '{"answer":"approve"',
    ];
    for (const body of bodies)
      await refusedEverywhere(
        ({ headers }) => ({ headers, body }),
        [400, 404, 409, 422],
        ACTS().filter(({ method, path }) => method === 'POST' && /^\/api\/(?!events|sandbox)/.test(path)),
      );
    expect(Object.hasOwn(Object.prototype, 'who')).toBe(false);
  });
});

describe('the form of a case', () => {
  const path = () => `/cases/${about.id}/decision`;
  const send = (fields: Record<string, string> | string, who = token): Promise<Answered> =>
    service.ask('POST', path(), {
      headers: service.visit(who).headers,
      body: typeof fields === 'string' ? fields : String(new URLSearchParams(fields)),
    });
  const right = () => ({ csrf: service.visit(token).csrf, ...APPROVE() });

  it('without the word of this very visit decides nothing', async () => {
    const { csrf } = right();
    const earlier = service.visit(service.token('ada', { jti: 'an earlier visit' })).csrf;
    const others = service.visit(service.token('grace@example.com')).csrf;
    for (const word of ['', earlier, others, csrf.slice(1), `${csrf}A`, csrf.toLowerCase()])
      expect((await send({ ...right(), csrf: word })).status).toBe(403);
    expect((await send(String(new URLSearchParams(APPROVE())))).status).toBe(403);
    await nothingChanged();
  });

  it('with a field twice, or one that is none of ours, decides nothing', async () => {
    const form = String(new URLSearchParams(right()));
    for (const more of [
      'answer=approve',
      'answer=deny',
      'planHash=x',
      'csrf=x',
      'who=grace',
      '__proto__=x',
      'answer[]=deny',
    ])
      expect((await send(`${form}&${more}`)).status).toBe(400);
    await nothingChanged();
  });

  it('for another plan, or of another case, decides nothing', async () => {
    const [, other] = service.cases;
    expect((await send({ ...right(), planHash: other.state.planHash })).status).toBe(409);
  });
});

describe('one person', () => {
  const decide = (who: string, body: object = APPROVE()) =>
    service.ask('POST', `/api/cases/${about.id}/decision`, {
      headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  /** The same routes and the same engine, behind API Gateway's IAM authorizer. */
  const byIam = async (
    userArn: string,
  ): Promise<{ readonly status: number; readonly code: string | undefined }> => {
    const { app } = service.world;
    const http = httpFrame(
      app.ports.log,
      new Hono().route(
        '/',
        deciding({
          app,
          nowMs: () => 0,
          whoIs: signedIn({ hubAccount: '222222222222', groupsClaim: 'groups' }),
          sessionOf: noSessions,
          globalLaneRegion: 'us-east-1',
        }),
      ),
    );
    const answer = await http.request(
      `https://api.example/api/cases/${about.id}/decision`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(APPROVE()),
      },
      { requestContext: { authorizer: { iam: { userArn } } } },
    );
    return {
      status: answer.status,
      code: ((await answer.json()) as { error?: { code: string } }).error?.code,
    };
  };
  const now = async () => (await service.world.cases()).find(({ id }) => id === about.id)?.state;
  const codeOf = ({ text }: Answered): string | undefined => JSON.parse(text).error?.code;

  it('is nobody’s colleague by what a claim looks like: groups nested, joined, half or in another claim', async () => {
    const groups = [
      'sre-oncall-2',
      'SRE-ONCALL',
      'a sre-oncall',
      'sre-oncall,dev',
      '["sre-oncall"]',
      ['x', ['sre-oncall']],
      [{ name: 'sre-oncall' }],
      { 0: 'sre-oncall' },
      [null, 7],
      'oncall',
    ];
    for (const claim of groups) {
      const answer = await decide(service.token('eve', { groups: claim }));
      expect([claim, answer.status, codeOf(answer)]).toEqual([claim, 409, 'not-an-approver']);
    }
    for (const claims of [
      { 'cognito:groups': ['sre-oncall'] },
      { roles: ['sre-oncall'] },
      { scope: 'sre-oncall' },
    ])
      expect(codeOf(await decide(service.token('eve', claims)))).toBe('not-an-approver');
    expect(await now()).toMatchObject({ name: 'awaiting-approval', decisions: [] });
  });

  it('is not somebody else by an address that nobody has verified, or by a name that they chose', async () => {
    const claims = [
      { email: 'grace@example.com' },
      { email: 'grace@example.com', email_verified: false },
      { email: 'grace@example.com', email_verified: 'yes' },
      { preferred_username: 'ada', name: 'ada', nickname: 'ada', 'cognito:username': 'ada' },
      { email: 'ada@evil.example', email_verified: true },
      { email: ['grace@example.com'], email_verified: true },
    ];
    for (const claim of claims)
      expect(codeOf(await decide(service.token('eve', claim)))).toBe('not-an-approver');
    for (const sub of ['selfheal', 'Config', 'ssm', 'a\u202eb', '', 'x'.repeat(101)])
      expect((await decide(service.token(sub))).status).toBe(401);
    expect(await now()).toMatchObject({ name: 'awaiting-approval', decisions: [] });
  });

  it('does not operate what the policy leaves to others', async () => {
    const eve = { authorization: `Bearer ${service.token('eve')}`, 'content-type': 'application/json' };
    const scope = { kind: 'everything' };
    const wanted: [string, object][] = [
      ['/api/stop', { scope, reason: 'x' }],
      ['/api/stop/resume', { scope, reason: 'x' }],
      [`/api/cases/${about.id}/close`, { reason: 'x' }],
      ['/api/dead-letters/redrive', {}],
    ];
    for (const [path, body] of wanted) {
      const answer = await service.ask('POST', path, { headers: eve, body: JSON.stringify(body) });
      expect([path, answer.status, codeOf(answer)]).toEqual([path, 403, 'not-an-operator']);
    }
  });

  it('approves once, by whatever doors and names: token, session, verified address, IAM user, Identity Center', async () => {
    expect((await decide(token)).status).toBe(200);
    const before = await now();
    expect(before).toMatchObject({ name: 'awaiting-approval', decisions: [{ who: 'ada' }] });
    const again = [
      service.token('Ada'),
      service.token(' ADA '),
      service.token('\uFF21da'),
      service.token('1f0c', { email: 'ada@example.com', email_verified: true, groups: ['sre-oncall'] }),
      service.token('1f0c', { email: 'Ada+2@example.com', email_verified: true, groups: ['sre-oncall'] }),
      service.token('ada@corp.example', { groups: ['sre-oncall'] }),
    ];
    for (const who of again) {
      const answer = await decide(who);
      expect([who, answer.status, codeOf(answer)]).toEqual([who, 409, 'already-decided']);
    }
    const { headers, csrf } = service.visit(token);
    for (let twice = 0; twice < 2; twice += 1)
      await service.ask('POST', `/cases/${about.id}/decision`, {
        headers,
        body: String(new URLSearchParams({ csrf, ...APPROVE() })),
      });
    expect(await byIam('arn:aws:iam::222222222222:user/ada')).toMatchObject({ status: 409 });
    expect(
      await byIam('arn:aws:sts::222222222222:assumed-role/AWSReservedSSO_Oncall_1/ada@example.com'),
    ).toMatchObject({ status: 409 });
    expect(await now()).toEqual(before);
    expect(executions(service.world.sandbox.world).size).toBe(0);
  });

  it('and a second one are two: then it is decided, once, however often the form is sent, or gone back to', async () => {
    const grace = service.token('grace@example.com');
    const { headers, csrf } = service.visit(grace);
    const form = { headers, body: String(new URLSearchParams({ csrf, ...APPROVE() })) };
    const path = `/cases/${about.id}/decision`;
    const sent = Promise.all(Array.from({ length: 5 }, () => service.ask('POST', path, form)));
    // Those that meet give way to each other for a moment.
    let isOver = false;
    void sent.finally(() => {
      isOver = true;
    });
    while (!isOver) await service.world.advance(1_000);
    const answers = await sent;
    // Whoever presses twice is led to the case, or told that it waits no more.
    for (const { status } of answers) expect([303, 409]).toContain(status);
    expect(answers.some(({ status }) => status === 303)).toBe(true);
    await service.world.advance(60_000);
    // The page before, from the browser's memory, and its form once more.
    expect((await service.ask('POST', path, form)).status).toBe(409);
    await service.world.advance(60_000);
    expect(executions(service.world.sandbox.world).size).toBe(1);
  });
});
