/** The IAM role a runbook runs with: one a document, so that no fix can do more than it must. */
import { createHash } from 'node:crypto';

/**
 * Name of a document's automation role: the same in every member account. IAM allows 64 characters, so that of
 * the longest documents is cut, and told apart by a hash.
 *
 * @example automationRoleName('AWSConfigRemediation-EnableKeyRotation') // 'selfheal-AWSConfigRemediation-EnableKeyRotation'
 */
export const automationRoleName = (document: string): string => {
  const name = `${PREFIX}${document}`;
  if (name.length <= ROLE_NAME_LENGTH_MAX) return name;
  const hash = createHash('sha256').update(document).digest('hex').slice(0, HASH_LENGTH);
  return `${name.slice(0, ROLE_NAME_LENGTH_MAX - HASH_LENGTH - 1)}-${hash}`;
};

const PREFIX = 'selfheal-';
const ROLE_NAME_LENGTH_MAX = 64;
const HASH_LENGTH = 8;
