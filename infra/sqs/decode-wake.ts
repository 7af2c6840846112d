/** Reads wake-ups: a case id, a lane in which cases wait, or a batch. */

import { isBatchId } from '../../domain/batch-id.ts';
import type { Due } from '../../domain/ports.ts';
import * as z from '../../domain/zod.ts';
import { type Decoded, problemsOf, refusedInput } from '../eventbridge/decode.ts';

const wakeSchema = z.union([
  z.strictObject({
    caseId: z.string().check(z.regex(/^[0-9a-z]{16}-[1-9][0-9]{0,7}$/)),
    policySequence: z.exactOptional(z.int().check(z.nonnegative())),
    early: z.exactOptional(z.literal(true)),
    exemptionSequence: z.exactOptional(z.int().check(z.nonnegative())),
  }),
  z.strictObject({
    lane: z.strictObject({
      account: z.string().check(z.regex(/^[0-9]{12}$/)),
      region: z.string().check(z.regex(/^[a-z0-9-]{4,25}$/)),
    }),
  }),
  z.strictObject({ batch: z.string().check(z.refine(isBatchId)) }),
]);

export const decodeWake = (body: string): Decoded<Due> => {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return refusedInput('not JSON');
  }
  const parsed = wakeSchema.safeParse(value);
  return parsed.success ? { kind: 'decoded', value: parsed.data } : refusedInput(problemsOf(parsed.error));
};
