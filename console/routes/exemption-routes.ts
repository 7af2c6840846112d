/** Exemptions over HTTP: see all there are, add one, remove one that was added. */
import { Hono } from 'hono/tiny';
import { addExemption, removeExemption } from '../../domain/exemption/change-exemptions.ts';
import { EXEMPTIONS_MAX, readStored } from '../../domain/exemption/exemption.ts';
import type { PortError } from '../../domain/ports.ts';
import { instant } from '../../domain/time.ts';
import { unreachable } from '../../domain/unreachable.ts';
import * as z from '../../domain/zod.ts';
import { storedJson, writtenJson } from '../exemption-json.ts';
import type { HttpDeps } from '../http-deps.ts';
import { checked, HttpError } from '../http-error.ts';
import { jsonBody } from '../json-body.ts';
import { operatorOf } from '../operator.ts';

const reason = z
  .string('say why: "reason" is text')
  .check(z.trim(), z.minLength(1, 'say why: whoever finds it exempt wants to know'), z.maxLength(500));
const name = z
  .string('expected a name')
  .check(
    z.regex(
      /^[A-Za-z0-9][\w.-]{0,63}$/,
      'expected a name of 1 to 64 letters, digits, dots, dashes or underscores, beginning with a letter or digit',
    ),
  );
const addSchema = z.strictObject({
  name,
  match: z.record(z.string(), z.unknown(), 'expected what it covers, as "match" in the policy'),
  owner: z.string('say who answers for it: "owner" is text').check(z.maxLength(100)),
  reason,
  expires: z.optional(z.string().check(z.maxLength(32))),
});
const removeSchema = z.strictObject({ name, reason });

export const exemptionRoutes = ({ app, nowMs }: HttpDeps): Hono =>
  new Hono().get('/', async (context) => {
    const now = instant(nowMs());
    const stored = await app.ports.exemptions.all();
    return context.json({
      at: now,
      exemptions: [
        ...app.policy().policy.exemptions.map((one) => writtenJson(one, now)),
        ...stored.map((one) => storedJson(one, now)),
      ],
    });
  });

/** What only a person may do. */
export const exemptionChangeRoutes = ({ app, nowMs, whoIs }: HttpDeps): Hono =>
  new Hono()
    .post('/', async (context) => {
      const { name: person } = await operatorOf(context, { app, whoIs });
      const { expires, ...request } = checked(addSchema, await jsonBody(context));
      const { policy, doubt } = app.policy();
      if (doubt !== undefined)
        throw new HttpError(409, 'no-policy', `what the policy allows cannot be said: ${doubt}`);
      const added = await addExemption(
        app.ports,
        policy,
        { ...request, ...(expires === undefined ? {} : { expires }) },
        person,
      );
      switch (added.kind) {
        case 'in-force': {
          app.ports.log.warn('exemption added', { exemption: request.name, who: person });
          return context.json(storedJson(readStored(request.name, { ...added.exemption }), instant(nowMs())));
        }
        case 'refused':
          throw new HttpError(400, 'bad-exemption', added.problems.join('; '));
        case 'taken':
          throw new HttpError(
            409,
            'name-taken',
            added.by === 'policy'
              ? `the policy has an exemption "${request.name}" already: change it there, or choose another name`
              : `there is another exemption "${request.name}" already (selfheal exempt show ${request.name}): remove it first, or choose another name`,
            'name',
          );
        case 'too-many':
          throw new HttpError(
            409,
            'too-many',
            `there are ${EXEMPTIONS_MAX} exemptions already: remove those that have expired (selfheal exempt list), or write the rule into the policy`,
          );
        case 'not-announced':
          throw notAnnounced(
            `exemption "${request.name}" is written, but may not be in force yet`,
            added.error,
          );
        default:
          return unreachable(added);
      }
    })
    .post('/remove', async (context) => {
      const { name: person } = await operatorOf(context, { app, whoIs });
      const body = checked(removeSchema, await jsonBody(context));
      if (app.policy().policy.exemptions.some((one) => one.name === body.name))
        throw new HttpError(
          409,
          'of-the-policy',
          `exemption "${body.name}" stands in the policy: take it out there and publish the policy`,
          'name',
        );
      const removed = await removeExemption(app.ports, body.name);
      switch (removed.kind) {
        case 'removed':
          app.ports.log.warn('exemption removed', {
            exemption: body.name,
            who: person,
            reason: body.reason,
          });
          return context.json({ removed: body.name });
        case 'not-there':
          throw new HttpError(
            404,
            'no-such-exemption',
            `there is no exemption "${body.name}"; selfheal exempt list lists them`,
            'name',
          );
        case 'not-announced':
          throw notAnnounced(
            `exemption "${body.name}" is removed, but may go on holding starts back`,
            removed.error,
          );
        default:
          return unreachable(removed);
      }
    });

const notAnnounced = (what: string, { operation, code }: PortError): HttpError =>
  new HttpError(
    503,
    'not-announced',
    `${what} (${operation} failed with ${code}): give the same command again, which completes it`,
  );
