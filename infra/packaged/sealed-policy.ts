/**
 * A policy as functions read it: as whoever sealed it understood it, beside the document that people wrote. Only
 * those who seal one know its language; a function believes what carries the seal's hash and has the shape of a
 * policy as this release understands it. What another release understood otherwise is refused.
 */
import { inflateRawSync } from 'node:zlib';
import type { Policy } from '../../domain/policy/policy.ts';
import { formatPath } from '../../domain/policy/policy-problem.ts';
import { policyShape } from '../../domain/policy/policy-shape.ts';
import * as z from '../../domain/zod.ts';
import { unseal } from './sealed-document.ts';

export type SealedPolicyReading =
  | { readonly ok: true; readonly policy: Policy; readonly document: unknown }
  | { readonly ok: false; readonly why: string };

/**
 * Which understanding is sealed. Raise it when the same fields come to mean something else: what was published
 * before is refused then, nothing starts, and people are told to publish it again.
 */
export const POLICY_FORM = 1;

const sealedPolicy = z.strictObject({
  version: z.string().check(z.regex(/^[0-9a-f]{12}$/)),
  document: z.unknown(),
  form: z.optional(z.unknown()),
  /** Its JSON, deflated, in base64: most entries say the same of most things. */
  understood: z.string(),
});

/** It never throws, whatever the text. */
export const readSealedPolicy = (text: string): SealedPolicyReading => {
  const unsealed = unseal('policy', text);
  if (!unsealed.ok) return unsealed;
  const content = sealedPolicy.safeParse(unsealed.content);
  if (!content.success)
    return { ok: false, why: `it was sealed by another release (${firstOf(content.error)})` };
  const { version, document, form, understood } = content.data;
  if (form !== POLICY_FORM)
    return {
      ok: false,
      why: `it was understood in form ${form}, and this release reads form ${POLICY_FORM}`,
    };
  const policy = z.safeParse(policyShape, inflated(understood));
  if (!policy.success)
    return { ok: false, why: `it is not as this release understands a policy (${firstOf(policy.error)})` };
  return policy.data.version === version
    ? { ok: true, policy: policy.data, document }
    : { ok: false, why: `it is sealed as ${version}, and was understood as ${policy.data.version}` };
};

const firstOf = ({ issues: [first] }: z.core.$ZodError): string =>
  first === undefined ? 'malformed' : `${formatPath(first.path.map(stepOf))}: ${first.message}`;

const stepOf = (step: PropertyKey): string | number => (typeof step === 'number' ? step : String(step));

/** Undefined for what cannot be one. */
const inflated = (understood: string): unknown => {
  try {
    const bytes = inflateRawSync(Buffer.from(understood, 'base64'), { maxOutputLength: BYTES_MAX });
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
};

/** A published one has thousands of entries at most. */
const BYTES_MAX = 16 * 1024 * 1024;
