/** Reads wake-ups: a case id, or a lane in which cases wait. */
import * as z from 'zod';
import type { Due } from '../../domain/ports.ts';
import { type Decoded, problemsOf, refusedInput } from '../eventbridge/decode.ts';

const wakeSchema = z.union([
  z.strictObject({
    caseId: z.string().regex(/^[0-9a-z]{16}-[1-9][0-9]{0,7}$/),
    policySequence: z.int().nonnegative().exactOptional(),
  }),
  z.strictObject({
    lane: z.strictObject({
      account: z.string().regex(/^[0-9]{12}$/),
      region: z.string().regex(/^[a-z0-9-]{4,25}$/),
    }),
  }),
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
