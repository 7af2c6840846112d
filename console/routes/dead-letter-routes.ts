/** What nobody works on any more: look at it, and have it tried again. */
import { Hono } from 'hono/tiny';
import * as z from '../../domain/zod.ts';
import { DEAD_LETTER_QUEUES } from '../../infra/sqs/queues.ts';
import type { OperatingDeps } from '../http-deps.ts';
import { checked } from '../http-error.ts';
import { jsonBody } from '../json-body.ts';
import { operatorOf } from '../operator.ts';

const queue = z.enum(
  DEAD_LETTER_QUEUES as [string, ...string[]],
  `expected one of ${DEAD_LETTER_QUEUES.join(', ')}`,
);

const listSchema = z.strictObject({
  queue: z.optional(queue),
  max: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(500)), 50),
});

const redriveSchema = z.union(
  [
    z.strictObject({
      queues: z.array(queue).check(z.minLength(1), z.maxLength(DEAD_LETTER_QUEUES.length)),
    }),
    z.strictObject({ ids: z.array(z.uuid()).check(z.minLength(1), z.maxLength(100)) }),
  ],
  'expected {"queues": […]} or {"ids": […]}',
);

export const deadLetterRoutes = ({ app, whoIs }: OperatingDeps): Hono =>
  new Hono()
    .get('/', async (context) => {
      const { queue: only, max } = checked(listSchema, context.req.query());
      return context.json(
        await app.operations.deadLetters.list({
          lettersMax: max,
          ...(only === undefined ? {} : { queue: only }),
        }),
      );
    })
    .post('/redrive', async (context) => {
      const { name: person } = await operatorOf(context, { app, whoIs });
      const body = checked(redriveSchema, await jsonBody(context));
      const answer =
        'ids' in body
          ? await app.operations.deadLetters.redriveIds(body.ids)
          : {
              redriven: await Promise.all(body.queues.map(app.operations.deadLetters.redriveQueue)),
              notFound: [],
            };
      app.ports.log.warn('dead letters sent again', { who: person, redriven: answer.redriven });
      return context.json(answer);
    });
