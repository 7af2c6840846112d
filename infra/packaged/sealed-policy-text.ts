/** What a sealed policy says in the language of policies, for the few who know it. */
import { formatPath } from '../../domain/policy/policy-problem.ts';
import { readPolicy } from '../../domain/policy/read-policy.ts';
import { unseal } from './sealed-document.ts';
import type { SealedPolicyReading } from './sealed-policy.ts';

/**
 * Reads what the document in a seal says, by the language of policies, whatever it was understood as: for those who
 * seal it again, and where somebody has another policy looked at. It never throws, whatever the text.
 */
export const readSealedText = (text: string): SealedPolicyReading => {
  const unsealed = unseal('policy', text);
  if (!unsealed.ok) return unsealed;
  const { version, document } = contentOf(unsealed.content);
  if (typeof version !== 'string' || !/^[0-9a-f]{12}$/.test(version))
    return { ok: false, why: 'version: expected 12 hex digits' };
  const reading = readPolicy(document, version);
  if (reading.ok) return { ok: true, policy: reading.policy, document };
  const problems = reading.problems.map(
    ({ path, expected, found }) => `${formatPath(path)}: expected ${expected}; found ${found}`,
  );
  return { ok: false, why: problems.join('\n') };
};

const contentOf = (content: unknown): { readonly version?: unknown; readonly document?: unknown } =>
  typeof content === 'object' && content !== null ? content : {};
