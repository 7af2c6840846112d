/** The breakers over HTTP: see which are open, and reset one by hand. */
import { Hono } from 'hono/tiny';
import { breakerId, describeBreaker } from '../../domain/breaker.ts';
import { changeBreaker } from '../../domain/engine/breakers.ts';
import * as z from '../../domain/zod.ts';
import type { HttpDeps } from '../http-deps.ts';
import { checked, HttpError } from '../http-error.ts';
import { jsonBody } from '../json-body.ts';
import { operatorOf } from '../operator.ts';

const resetSchema = z.strictObject({
  scope: z.strictObject(
    { kind: z.enum(['rule', 'runbook']), name: z.string().check(z.minLength(1), z.maxLength(256)) },
    'expected kind rule or runbook, with its name',
  ),
  reason: z
    .string('say why: "reason" is text')
    .check(z.trim(), z.minLength(1, 'say why: what was mended?'), z.maxLength(1_000)),
});

export const breakerRoutes = ({ app }: HttpDeps): Hono =>
  new Hono().get('/', async (context) =>
    context.json({ breakers: (await app.ports.controls.read()).breakers }),
  );

/** What only a person may do. */
export const breakerResetRoutes = ({ app, whoIs }: HttpDeps): Hono =>
  new Hono().post('/reset', async (context) => {
    const { name: who } = await operatorOf(context, { app, whoIs });
    const { scope, reason } = checked(resetSchema, await jsonBody(context));
    if (!(await changeBreaker(app.ports, scope, { kind: 'reset', who, reason }))) {
      const open = (await app.ports.controls.read()).breakers.filter(({ state }) => state !== 'closed');
      throw new HttpError(
        409,
        'not-open',
        `the breaker of ${scope.kind} ${scope.name} is not open; ${open.length === 0 ? 'none is' : `open: ${open.map(describeBreaker).join('; ')}`}`,
      );
    }
    app.ports.log.warn('breaker reset', { breaker: breakerId(scope), who, reason });
    return context.json({ breakers: (await app.ports.controls.read()).breakers });
  });
