/** Seals a policy for functions, which do not know its language: what it means, beside what people wrote. */
import { isDeepStrictEqual } from 'node:util';
import { deflateSync } from 'fflate';
import type { Policy } from '../../domain/policy/policy.ts';
import { seal } from './sealed-document.ts';
import { POLICY_FORM, readSealedPolicy } from './sealed-policy.ts';

/**
 * @param policy as the document was understood
 * @throws an Error when functions would not believe it, or not the same
 *
 * @example
 * readSealedPolicy(sealPolicy(parsed)).ok // true
 */
export const sealPolicy = ({
  policy,
  document,
}: {
  readonly policy: Policy;
  readonly document: unknown;
}): string => {
  const json = JSON.stringify(policy);
  const understood = Buffer.from(deflateSync(Buffer.from(json))).toString('base64');
  const sealed = seal('policy', { version: policy.version, document, form: POLICY_FORM, understood });
  const reading = readSealedPolicy(sealed);
  if (reading.ok && isDeepStrictEqual(reading.policy, JSON.parse(json))) return sealed;
  throw new Error(`the policy cannot be sealed: ${reading.ok ? 'it is read otherwise' : reading.why}`);
};
