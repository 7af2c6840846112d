/** The policy over HTTP: is a text valid, and what would be done about an event. Neither changes anything. */
import { Hono } from 'hono';
import * as z from 'zod';
import { policyBook } from '../../domain/engine/policy-book.ts';
import { parsePolicy } from '../../domain/policy/parse-policy.ts';
import { formatProblem } from '../../domain/policy/policy-problem.ts';
import { decodeComplianceChange } from '../../infra/eventbridge/decode-compliance-change.ts';
import { checkPolicy } from '../check-policy.ts';
import { explainEvent } from '../explain-event.ts';
import type { HttpDeps } from '../http-deps.ts';
import { checked, HttpError } from '../http-error.ts';
import { jsonBody } from '../json-body.ts';

const policyText = z.strictObject({
  text: z.string('expected the policy as text'),
  file: z.string().min(1).max(500).default('policy.yml'),
});

const explainSchema = z.strictObject({
  event: z.record(z.string(), z.unknown(), 'expected an EventBridge event'),
  /** A policy that is not in force (yet). Default: the one that is. */
  policy: policyText.optional(),
});

export const policyRoutes = (deps: HttpDeps): Hono =>
  new Hono()
    .post('/check', async (context) => {
      const { text, file } = checked(policyText, await jsonBody(context));
      return context.json(checkPolicy(text, file));
    })
    .post('/explain', async (context) => {
      const { event, policy } = checked(explainSchema, await jsonBody(context));
      const decoded = decodeComplianceChange(JSON.stringify(event), {
        nowMs: deps.nowMs(),
        redelivered: false,
      });
      if (decoded.kind === 'ignored')
        throw new HttpError(
          422,
          'event-ignored',
          `selfheal would ignore this event: ${decoded.why}`,
          'event',
        );
      if (decoded.kind === 'refused')
        throw new HttpError(
          422,
          'event-refused',
          `selfheal would set this event aside: ${decoded.reason}`,
          'event',
        );
      const book = policy === undefined ? deps.app.policy() : bookOf(policy);
      return context.json(await explainEvent(deps, book, decoded.value));
    });

const bookOf = ({ text, file }: z.infer<typeof policyText>) => {
  const parsed = parsePolicy(text, file);
  if (parsed.ok) return policyBook(parsed.policy);
  const [first] = parsed.problems;
  throw new HttpError(
    422,
    'policy-invalid',
    `${first === undefined ? file : formatProblem(first)} (${parsed.problems.length} in all: selfheal policy check)`,
    'policy',
  );
};
