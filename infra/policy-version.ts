/** What a published version is worth: the policy that it holds, or why it cannot be used. */
import type { PolicyVersion } from './dynamodb/policy-item.ts';
import { readSealedPolicy, type SealedPolicyReading } from './packaged/sealed-policy.ts';

/** @param read what is read of a seal; without: what functions go by */
export const readVersion = (
  { sealed, version }: PolicyVersion,
  read: (sealed: string) => SealedPolicyReading = readSealedPolicy,
): SealedPolicyReading => {
  if (sealed === '') return { ok: false, why: 'it holds no policy' };
  const reading = read(sealed);
  if (!reading.ok || reading.policy.version === version) return reading;
  return { ok: false, why: `it is filed as ${version || 'nothing'}, and is ${reading.policy.version}` };
};
