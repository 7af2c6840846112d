/**
 * Makes the subject of a policy decision from a finding and what is known about it.
 */
import type { Framework, Severity } from '../catalog/catalog.ts';
import { type Finding, plainRuleName } from '../finding.ts';
import type { PolicySubject } from './policy.ts';

/** What the finding itself does not say. */
export interface FindingFacts {
  /** The rule's name as deployed, when the finding carries the plain one. */
  readonly configRuleName?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly severity?: Severity;
  readonly frameworks: readonly Framework[];
}

/** A policy written for any of a rule's names must find it: `rule` holds each of them once. */
export const policySubject = (finding: Finding, facts: FindingFacts): PolicySubject => ({
  rule: ruleNames(finding, facts.configRuleName),
  resourceType: finding.resourceType,
  resourceId: finding.resourceId,
  account: finding.account,
  region: finding.region,
  tags: facts.tags,
  ...(facts.severity === undefined ? {} : { severity: facts.severity }),
  frameworks: facts.frameworks,
});

/**
 * Source identifier, deployed name, and every name that is left when its decorations are taken off.
 *
 * @example
 * ruleNames({ ...finding, rule: 'OrgConfigRule-restricted-ssh-a1b2c3d4', ruleIdentifier: 'INCOMING_SSH_DISABLED' })
 * // ['INCOMING_SSH_DISABLED', 'OrgConfigRule-restricted-ssh-a1b2c3d4', 'restricted-ssh']
 */
export const ruleNames = (
  finding: Pick<Finding, 'rule' | 'ruleIdentifier'>,
  configRuleName: string = finding.rule,
): readonly string[] => {
  const names = new Set<string>();
  if (finding.ruleIdentifier !== undefined) names.add(finding.ruleIdentifier);
  for (const name of [configRuleName, finding.rule]) {
    // Decorations can be nested: an organization's conformance pack decorates twice.
    for (let left = name; !names.has(left); left = plainRuleName(left)) names.add(left);
  }
  return [...names];
};
