/** The stop switch over HTTP: see what is stopped, stop, let go again. */
import { Hono } from 'hono/tiny';
import { documentOf } from '../../domain/engine/tend.ts';
import { PortError } from '../../domain/ports.ts';
import {
  type KnownScope,
  knownScope,
  liftedLately,
  liftedStop,
  meantBy,
  setFor,
  stoppedAgain,
} from '../../domain/stop-scope.ts';
import { describeScope, describeStop, type StopSwitch, stoppedBy } from '../../domain/stop-switch.ts';
import { hourMs, instant, plusMs, secondMs } from '../../domain/time.ts';
import * as z from '../../domain/zod.ts';
import type { DecidingDeps, HttpDeps } from '../http-deps.ts';
import { checked, HttpError } from '../http-error.ts';
import { jsonBody } from '../json-body.ts';
import { operatorOf, stopperOf } from '../operator.ts';

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
const stopSchema = z.strictObject({ scope, reason, cancelRunning: z.optional(z.boolean()) });
const resumeSchema = z.strictObject({ scope });

/** API Gateway waits for 30 s. */
const CANCEL_MS_MAX = 15 * secondMs;
/** So many are looked at within a few seconds. */
const COUNTED_MAX = 5_000;
const LIFTED_KEPT_MS = hourMs;

export const stopRoutes = ({ app }: HttpDeps): Hono =>
  new Hono().get('/', async (context) => context.json({ stops: (await app.ports.controls.read()).stops }));

/** What only a person may do. */
export const stopSwitchRoutes = ({ app, nowMs, whoIs }: DecidingDeps): Hono =>
  new Hono()
    .post('/', async (context) => {
      const { name: who } = await stopperOf(context, { app, whoIs });
      const body = checked(stopSchema, await jsonBody(context));
      const { inCatalog, ...named } = scopeIn(app, body.scope);
      const wanted: StopSwitch = {
        ...named,
        who,
        reason: body.reason,
        since: instant(nowMs()),
        ...(body.cancelRunning && { cancelRunning: true }),
      };
      const first = setFor((await app.ports.controls.read()).stops, wanted);
      const stop = first ? stoppedAgain(first, wanted) : wanted;
      await app.ports.controls.addStopSwitch(stop);
      app.ports.log.warn('stop switch set', { scope: stop.scope, who, reason: body.reason });
      // What is not found in time, the tick finds.
      const asked = body.cancelRunning
        ? { asked: await app.selfheal.cancelRunning(stop, instant(nowMs() + CANCEL_MS_MAX)) }
        : {};
      const { covered, countedAll } = await casesOf(app, stop);
      const known = inCatalog || covered > 0;
      const meant =
        known || named.scope.kind === 'everything' ? undefined : meantBy(named.scope, app.catalog);
      return context.json({ ...stop, ...asked, known, ...(meant && { meant }), covered, countedAll });
    })
    .post('/resume', async (context) => {
      const { name: who } = await operatorOf(context, { app, whoIs });
      const body = checked(resumeSchema, await jsonBody(context));
      const { stops, lifted = [] } = await app.ports.controls.read();
      const stop = setFor(stops, scopeIn(app, body.scope));
      if (stop === undefined)
        throw new HttpError(
          409,
          'not-stopped',
          `${describeScope(body.scope)} is not stopped; ${stops.length === 0 ? 'nothing is stopped' : `stopped: ${stops.map(describeStop).join('; ')}`}`,
        );
      const now = instant(nowMs());
      const off = liftedStop(stop, who, now);
      await app.ports.controls.removeStopSwitch(
        stop.scope,
        liftedLately(lifted, off, plusMs(now, -LIFTED_KEPT_MS)),
      );
      app.ports.log.warn('stop switch taken off', { scope: stop.scope, who });
      // Those that are not reached now are woken by the tick.
      const woken = await unlessUnreached(app, 0, () =>
        app.selfheal.letGo(off, instant(nowMs() + CANCEL_MS_MAX)),
      );
      return context.json({ stops: (await app.ports.controls.read()).stops, woken });
    });

type DecidingApp = DecidingDeps['app'];

const scopeIn = ({ catalog }: DecidingApp, scope: StopSwitch['scope']): KnownScope => {
  if (scope.kind === 'account' && !/^\d{12}$/.test(scope.name))
    throw new HttpError(400, 'bad-request', `${scope.name} is no account: give its 12 digits`, 'scope.name');
  return knownScope(scope, catalog);
};

/** The switch is set by then: that its cases cannot be counted makes it no failure. */
const casesOf = async (
  app: DecidingApp,
  stop: StopSwitch,
): Promise<{ readonly covered: number; readonly countedAll: boolean }> => {
  let covered = 0;
  let looked = 0;
  const countedAll = await unlessUnreached(app, false, async () => {
    for await (const about of app.ports.cases.list({ status: 'open' })) {
      looked += 1;
      if (looked > COUNTED_MAX) return false;
      if (stoppedBy([stop], { ...about, document: documentOf(about) ?? '' })) covered += 1;
    }
    return true;
  });
  return { covered, countedAll };
};

const unlessUnreached = async <T>(
  { ports }: DecidingApp,
  otherwise: T,
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const { operation, code, message } = error;
    ports.log.error('what a stop switch concerns not gone through', { operation, code, message });
    return otherwise;
  }
};
