/** What holds for every request and every answer, wherever selfheal is served from. */
import type { MiddlewareHandler } from 'hono';
import { Hono } from 'hono/tiny';
import type { Log } from '../domain/ports.ts';
import { limitBody, safeHeaders, sameOriginWrites } from './guard.ts';
import { answerError, errorAnswer, HttpError } from './http-error.ts';

/** @param doors what a request must pass besides. */
export const httpFrame = (log: Log, routes: Hono, doors: readonly MiddlewareHandler[] = []): Hono =>
  new Hono()
    .use(safeHeaders, limitBody, ...doors, sameOriginWrites)
    .route('/', routes)
    .notFound((context) =>
      errorAnswer(
        context,
        new HttpError(
          404,
          'no-such-route',
          `there is no ${context.req.method} ${context.req.path}; docs/openapi.yml lists what there is`,
        ),
      ),
    )
    .onError(answerError(log));
