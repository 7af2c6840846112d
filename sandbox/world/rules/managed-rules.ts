/** Every managed rule that the sandbox evaluates. */
import type { ManagedRule } from './managed-rule.ts';
import { S3_RULES } from './s3-rules.ts';

export const MANAGED_RULES: readonly ManagedRule[] = [...S3_RULES];

const byIdentifier = new Map(MANAGED_RULES.map((rule) => [rule.identifier, rule]));
const byName = new Map(MANAGED_RULES.map((rule) => [rule.name, rule]));

/** By source identifier or by the name AWS proposes. */
export const findManagedRule = (identifierOrName: string): ManagedRule | undefined =>
  byIdentifier.get(identifierOrName) ?? byName.get(identifierOrName);
