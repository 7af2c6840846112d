/** What selfheal answers a gate, checked to the last field: what looks otherwise than expected is not believed. */
import type { ComplianceLanes } from '../../domain/compliance/compliance-source.ts';
import type { LaneCompliance } from '../../domain/compliance/lane-compliance.ts';
import * as z from '../../domain/zod.ts';

const lane = z.object({ account: z.string(), region: z.string() });
const time = z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)), 'expected a time'));
const count = z.int().check(z.minimum(0));
const trouble = z.object({
  operation: z.string(),
  code: z.string(),
  message: z.string(),
  rule: z.optional(z.string()),
});

const lanesSchema = z.object({ lanes: z.array(lane), troubles: z.array(trouble) });

const laneSchema = z.object({
  lane,
  readAt: time,
  via: z.enum(['account', 'aggregator']),
  recorder: z.object({
    lane,
    state: z.enum(['recording', 'stopped', 'failing', 'missing', 'unknown']),
    since: z.optional(z.string()),
    why: z.optional(z.string()),
  }),
  rules: z.array(
    z.object({
      name: z.string().check(z.minLength(1)),
      plainName: z.string().check(z.minLength(1)),
      identifier: z.optional(z.string()),
      counts: z.object({
        compliant: count,
        nonCompliant: count,
        notApplicable: count,
        insufficientData: count,
      }),
      nonCompliant: z.array(z.object({ type: z.string(), id: z.string() })),
      lastEvaluatedAt: z.optional(time),
      trouble: z.optional(z.object({ code: z.string(), message: z.string() })),
    }),
  ),
  unread: z.array(z.string()),
  troubles: z.array(trouble),
});

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

export const lanesIn = (answer: unknown): Parsed<ComplianceLanes> =>
  parsed<ComplianceLanes>(lanesSchema, answer);
export const laneIn = (answer: unknown): Parsed<LaneCompliance> => parsed<LaneCompliance>(laneSchema, answer);

export const parsed = <T>(schema: z.ZodMiniType, answer: unknown): Parsed<T> => {
  const { success, data, error } = schema.safeParse(answer);
  // What may be absent is absent in JSON, never undefined as the schema's type has it.
  if (success) return { ok: true, value: data as T };
  const [issue] = error.issues;
  return {
    ok: false,
    why: `${issue?.path.join('.') || 'the answer'}: ${issue?.message ?? 'is not as expected'}`,
  };
};
