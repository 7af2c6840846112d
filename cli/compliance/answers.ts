/** What selfheal answers beside the lanes, checked: what looks otherwise than expected is not believed. */
import type { LaneRecorded } from '../../domain/compliance/lane-recorded.ts';
import type { Remediation } from '../../domain/compliance/remediation.ts';
import * as z from '../../domain/zod.ts';
import { type Parsed, parsed } from '../gate/answers.ts';

const count = z.int().check(z.minimum(0));
const names = z.array(z.string());
const remediated = { tried: count, healed: count, failedAttempts: count };

const remediationSchema = z.object({
  from: z.string(),
  to: z.string(),
  ...remediated,
  byRule: z.array(z.object({ rule: z.string(), ...remediated })),
  dropped: count,
});

const recordedSchema = z.object({
  lane: z.object({ account: z.string(), region: z.string() }),
  readAt: z.string(),
  types: z.array(
    z.object({
      type: z.string(),
      resources: count,
      frequency: z.optional(z.enum(['continuous', 'daily'])),
      entries: names,
    }),
  ),
  rules: z.array(
    z.object({
      name: z.string(),
      plainName: z.string(),
      identifier: z.optional(z.string()),
      everyHours: z.optional(count.check(z.minimum(1))),
      entries: names,
    }),
  ),
  troubles: z.array(z.object({ operation: z.string(), code: z.string(), message: z.string() })),
});

export const remediationIn = (answer: unknown): Parsed<Remediation> => parsed(remediationSchema, answer);

export const recordedIn = (answer: unknown): Parsed<LaneRecorded> =>
  // Fields that may be absent are absent in JSON, never undefined.
  parsed(recordedSchema as unknown as z.ZodMiniType<LaneRecorded>, answer);
