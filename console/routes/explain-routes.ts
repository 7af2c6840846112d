/** What would be done about an event, over HTTP. A POST because an event is long; it changes nothing. */
import { Hono } from 'hono/tiny';
import type { PolicyBook } from '../../domain/engine/policy-book.ts';
import * as z from '../../domain/zod.ts';
import { decodeComplianceChange } from '../../infra/eventbridge/decode-compliance-change.ts';
import { explainEvent } from '../explain-event.ts';
import type { HttpDeps } from '../http-deps.ts';
import { checked, HttpError } from '../http-error.ts';
import { jsonBody } from '../json-body.ts';
import { policyText } from '../policy-text.ts';

const explainSchema = z.strictObject({
  event: z.record(z.string(), z.unknown(), 'expected an EventBridge event'),
  /** A policy that is not in force (yet). Default: the one that is. */
  policy: z.optional(policyText),
});

export const explainRoutes = (deps: HttpDeps): Hono =>
  new Hono().post('/', async (context) => {
    const { event, policy } = checked(explainSchema, await jsonBody(context));
    const decoded = decodeComplianceChange(JSON.stringify(event), {
      nowMs: deps.nowMs(),
      redelivered: false,
    });
    if (decoded.kind === 'ignored')
      throw new HttpError(422, 'event-ignored', `selfheal would ignore this event: ${decoded.why}`, 'event');
    if (decoded.kind === 'refused')
      throw new HttpError(
        422,
        'event-refused',
        `selfheal would set this event aside: ${decoded.reason}`,
        'event',
      );
    const book = policy === undefined ? deps.app.policy() : draftBook(deps, policy);
    return context.json(await explainEvent(deps, book, decoded.value));
  });

const draftBook = (
  { readDraft }: HttpDeps,
  { text, file }: { readonly text: string; readonly file: string },
): PolicyBook => {
  if (readDraft !== undefined) return readDraft(text, file);
  throw new HttpError(
    422,
    'no-drafts-here',
    'a deployed selfheal explains by the policy that is in force; explain by a draft on your own machine (selfheal start)',
    'policy',
  );
};
