/** The stop switch over HTTP: see what is stopped, stop, let go again. */
import { Hono } from 'hono/tiny';
import type { StopSwitch } from '../../domain/stop-switch.ts';
import { instant, secondMs } from '../../domain/time.ts';
import * as z from '../../domain/zod.ts';
import type { DecidingDeps, HttpDeps } from '../http-deps.ts';
import { checked } from '../http-error.ts';
import { jsonBody } from '../json-body.ts';
import { personOf } from '../who-is.ts';

const scope = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('everything') }),
    z.strictObject({
      kind: z.enum(['account', 'rule', 'runbook']),
      name: z.string().check(z.minLength(1), z.maxLength(256)),
    }),
  ],
  'expected {"kind": "everything"}, or kind account, rule or runbook with its name',
);
const reason = z
  .string('say why: "reason" is text')
  .check(z.trim(), z.minLength(1, 'say why: whoever finds it stopped wants to know'), z.maxLength(1_000));
const who = z.optional(z.string().check(z.maxLength(200)));
const stopSchema = z.strictObject({ scope, reason, who, cancelRunning: z.optional(z.boolean()) });
const resumeSchema = z.strictObject({ scope, who });

/** API Gateway waits for 30 s. */
const CANCEL_MS_MAX = 15 * secondMs;

export const stopRoutes = ({ app }: HttpDeps): Hono =>
  new Hono().get('/', async (context) => context.json({ stops: (await app.ports.controls.read()).stops }));

/** What only a person may do. */
export const stopSwitchRoutes = ({ app, nowMs, whoIs }: DecidingDeps): Hono =>
  new Hono()
    .post('/', async (context) => {
      const body = checked(stopSchema, await jsonBody(context));
      const who = personOf(whoIs(context, body.who));
      const stop: StopSwitch = {
        scope: body.scope,
        who,
        reason: body.reason,
        since: instant(nowMs()),
        ...(body.cancelRunning && { cancelRunning: true }),
      };
      await app.ports.controls.addStopSwitch(stop);
      if (!stop.cancelRunning) return context.json(stop);
      // What is not found in time, the tick finds.
      const asked = await app.selfheal.cancelRunning(stop, instant(nowMs() + CANCEL_MS_MAX));
      return context.json({ ...stop, asked });
    })
    .post('/resume', async (context) => {
      const body = checked(resumeSchema, await jsonBody(context));
      const who = personOf(whoIs(context, body.who));
      await app.ports.controls.removeStopSwitch(body.scope);
      app.ports.log.warn('stop switch taken off', { scope: body.scope, who });
      return context.json({ stops: (await app.ports.controls.read()).stops });
    });
