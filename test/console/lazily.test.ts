/** Routes behind an import: read once, when they are asked for, and otherwise as if they had always been there. */
import type { MiddlewareHandler } from 'hono';
import { Hono } from 'hono/tiny';
import { describe, expect, it } from 'vitest';
import { deciding } from '../../console/groups/deciding.ts';
import { operating } from '../../console/groups/operating.ts';
import type { DecidingDeps, OperatingDeps } from '../../console/http-deps.ts';
import { HttpError } from '../../console/http-error.ts';
import { httpFrame } from '../../console/http-frame.ts';
import { lazily, type RouteName } from '../../console/lazily.ts';
import { applyRoutes } from '../../console/routes/apply-routes.ts';
import { backtestRoutes } from '../../console/routes/backtest-routes.ts';
import { complianceRoutes } from '../../console/routes/compliance-routes.ts';
import { deadLetterRoutes } from '../../console/routes/dead-letter-routes.ts';
import { decisionFormRoutes } from '../../console/routes/decision-form-routes.ts';
import { doctorRoutes } from '../../console/routes/doctor-routes.ts';
import { exemptionChangeRoutes } from '../../console/routes/exemption-routes.ts';
import { explainRoutes } from '../../console/routes/explain-routes.ts';
import { planRoutes } from '../../console/routes/plan-routes.ts';
import { sweepOrderRoutes } from '../../console/routes/sweep-routes.ts';
import { PortError } from '../../domain/ports.ts';

const SERVES: readonly RouteName[] = [
  'GET /',
  'GET /:id',
  'POST /:id/echo',
  'GET /fails/:how',
  'GET /env/all',
];

const things = () =>
  new Hono<{ Bindings: { readonly caller?: string } }>()
    .get('/', (context) =>
      context.json({ things: [], path: context.req.path, all: context.req.query('all') }),
    )
    .get('/:id', (context) => context.json({ id: context.req.param('id') }))
    .post('/:id/echo', async (context) => context.json(await context.req.json(), 202))
    .get('/fails/:how', (context) => {
      if (context.req.param('how') === 'wrong') throw new HttpError(422, 'wrong', 'it is wrong', 'a.b');
      if (context.req.param('how') === 'aws')
        throw new PortError('transient', 'Throttled', 'sqs:SendMessage', 'slow');
      throw new Error('a secret of the inside');
    })
    .get('/env/all', (context) => context.json(context.env));

interface Logged {
  readonly message: string;
  readonly reason?: unknown;
}

const framed = (routes: Hono, doors: readonly MiddlewareHandler[] = []) => {
  const logged: Logged[] = [];
  const note = (message: string, fields?: object) => void logged.push({ message, ...fields });
  return { app: httpFrame({ info: note, warn: note, error: note }, routes, doors), logged };
};

const behindImport = (load: () => Promise<Hono>) => framed(lazily('/api/things', SERVES, load));

const post = (body: string): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': 'application/json' },
});

const answerOf = async (app: Hono, path: string, init?: RequestInit, env?: object) => {
  const answer = await app.request(path, init, env);
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
};

describe('routes that are loaded when they are asked for', () => {
  it.each<readonly [path: string, init: RequestInit | undefined]>([
    ['/api/things?all=yes', undefined],
    ['/api/things/7', undefined],
    ['/api/things/7', { method: 'HEAD' }],
    ['/api/things/7/echo', post('{"a":1}')],
    ['/api/things/7/echo', post('no JSON')],
    ['/api/things/7/echo', { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }],
    ['/api/things/fails/wrong', undefined],
    ['/api/things/fails/aws', undefined],
    ['/api/things/fails/otherwise', undefined],
    ['/api/things/env/all', undefined],
    ['/api/things/7/nothing', undefined],
    ['/api/things/7', { method: 'DELETE' }],
    ['/api/other', undefined],
  ])('answer as if they had been there: %s', async (path, init) => {
    const lazy = behindImport(async () => things() as unknown as Hono);
    const eager = framed(new Hono().route('/api/things', things() as unknown as Hono));
    const env = { caller: 'ada' };
    expect(await answerOf(lazy.app, path, init, env)).toEqual(await answerOf(eager.app, path, init, env));
    expect(lazy.logged).toEqual(eager.logged);
  });

  it('are read once, when the first is asked for, however many ask at once', async () => {
    let reads = 0;
    const { app } = behindImport(async () => {
      reads += 1;
      return things() as unknown as Hono;
    });
    await app.request('/api/other');
    await app.request('/api/things/7/nothing');
    expect(reads).toBe(0);
    const answers = await Promise.all(['1', '2', '3'].map((id) => answerOf(app, `/api/things/${id}`)));
    expect(answers.map(({ body }) => body)).toEqual(['{"id":"1"}', '{"id":"2"}', '{"id":"3"}']);
    await app.request('/api/things');
    expect(reads).toBe(1);
  });

  it('are a failure that is told and logged when they cannot be read, and are read again when asked again', async () => {
    let reads = 0;
    const { app, logged } = behindImport(async () => {
      reads += 1;
      if (reads === 1) throw new Error('Cannot find module things.mjs');
      return things() as unknown as Hono;
    });
    const answer = await answerOf(app, '/api/things/7');
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.body)).toEqual({
      error: { code: 'internal', message: expect.not.stringContaining('things.mjs') },
    });
    expect(logged).toEqual([
      expect.objectContaining({ message: 'request failed', reason: 'Cannot find module things.mjs' }),
    ]);
    expect((await answerOf(app, '/api/things/7')).status).toBe(200);
  });

  it('are a failure too when they lack what they are said to serve', async () => {
    const { app, logged } = behindImport(async () => new Hono());
    expect((await answerOf(app, '/api/things/7')).status).toBe(500);
    expect(logged).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('GET /api/things/7') }),
    ]);
  });
});

describe('the groups', () => {
  const named = ({ routes }: Hono) => routes.map(({ method, path }) => `${method} ${path}`).sort();

  it('say of what they load on demand exactly what it serves', () => {
    const some = { app: { operations: {} } } as unknown as DecidingDeps & OperatingDeps;
    const loaded = new Hono()
      .route('/api/plan/apply', applyRoutes(some))
      .route('/api/exemptions', exemptionChangeRoutes(some))
      .route('/api/sweep', sweepOrderRoutes(some))
      .route('/api/doctor', doctorRoutes(some))
      .route('/api/dead-letters', deadLetterRoutes(some))
      .route('/api/policy/explain', explainRoutes(some))
      .route('/api/policy/backtest', backtestRoutes(some))
      .route('/api/plan', planRoutes(some))
      .route('/api/compliance', complianceRoutes(some))
      .route('/cases', decisionFormRoutes(some));
    const atOnce = /\/api\/(cases|batches|stop|breakers)/;
    expect(
      [...named(deciding(some)), ...named(operating(some))].filter((name) => !atOnce.test(name)).sort(),
    ).toEqual(named(loaded));
  });
});
