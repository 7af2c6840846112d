/** A policy as it comes in a request: its text, and what its file is called in messages. */
import * as z from '../domain/zod.ts';

export const policyText = z.strictObject({
  text: z.string('expected the policy as text'),
  file: z._default(z.string().check(z.minLength(1), z.maxLength(500)), 'policy.yml'),
});
