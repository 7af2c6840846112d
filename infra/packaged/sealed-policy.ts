/** A policy as functions read it: sealed, and checked by the same schema as the YAML that it was made of. */

import type { Policy } from '../../domain/policy/policy.ts';
import { formatPath } from '../../domain/policy/policy-problem.ts';
import { readPolicy } from '../../domain/policy/read-policy.ts';
import * as z from '../../domain/zod.ts';
import { seal, unseal } from './sealed-document.ts';

export type SealedPolicyReading =
  | { readonly ok: true; readonly policy: Policy; readonly document: unknown }
  | { readonly ok: false; readonly why: string };

const sealedPolicy = z.strictObject({
  version: z.string().check(z.regex(/^[0-9a-f]{12}$/)),
  document: z.unknown(),
});

/**
 * @param version first 12 hex digits of the SHA-256 of the text that the document was read from
 *
 * @example readSealedPolicy(sealPolicy('0123456789ab', { version: 1, entries: [] })).ok // true
 */
export const sealPolicy = (version: string, document: unknown): string =>
  seal('policy', { version, document });

/** It never throws, whatever the text. */
export const readSealedPolicy = (text: string): SealedPolicyReading => {
  const unsealed = unseal('policy', text);
  if (!unsealed.ok) return unsealed;
  const content = sealedPolicy.safeParse(unsealed.content);
  if (!content.success) return { ok: false, why: z.prettifyError(content.error) };
  const { version, document } = content.data;
  const reading = readPolicy(document, version);
  if (reading.ok) return { ok: true, policy: reading.policy, document };
  const problems = reading.problems.map(
    ({ path, expected, found }) => `${formatPath(path)}: expected ${expected}; found ${found}`,
  );
  return { ok: false, why: problems.join('\n') };
};
