/** A policy as it comes in a request: its text, and what its file is called in messages. */
import * as z from 'zod';

export const policyText = z.strictObject({
  text: z.string('expected the policy as text'),
  file: z.string().min(1).max(500).default('policy.yml'),
});
