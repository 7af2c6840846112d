/** Every managed rule that the sandbox evaluates. */
import { DATA_RULES } from './data-rules.ts';
import { GOVERNANCE_RULES } from './governance-rules.ts';
import type { ManagedRule } from './managed-rule.ts';
import { NETWORK_RULES } from './network-rules.ts';
import { S3_RULES } from './s3-rules.ts';

export const MANAGED_RULES: readonly ManagedRule[] = [
  ...S3_RULES,
  ...NETWORK_RULES,
  ...DATA_RULES,
  ...GOVERNANCE_RULES,
];

const byIdentifier = new Map(MANAGED_RULES.map((rule) => [rule.identifier, rule]));
const byName = new Map(MANAGED_RULES.map((rule) => [rule.name, rule]));

/** By source identifier or by the name AWS proposes. */
export const findManagedRule = (identifierOrName: string): ManagedRule | undefined =>
  byIdentifier.get(identifierOrName) ?? byName.get(identifierOrName);
