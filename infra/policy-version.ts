/** What a published version is worth: the policy that it holds, or why it cannot be used. */
import type { PolicyVersion } from './dynamodb/policy-item.ts';
import { readSealedPolicy, type SealedPolicyReading } from './packaged/sealed-policy.ts';

export const readVersion = ({ sealed, version }: PolicyVersion): SealedPolicyReading => {
  if (sealed === '') return { ok: false, why: 'it holds no policy' };
  const reading = readSealedPolicy(sealed);
  if (!reading.ok || reading.policy.version === version) return reading;
  return { ok: false, why: `it is filed as ${version || 'nothing'}, and is ${reading.policy.version}` };
};
