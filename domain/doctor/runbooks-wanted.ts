/** Which runbooks a lane can come to need: those to which the policy leads for the rules that Config evaluates there. */
import type { Catalog, Runbook } from '../catalog/catalog.ts';
import type { PolicyBook } from '../engine/policy-book.ts';
import type { Lane } from '../finding.ts';

/**
 * What the policy only observes needs none. Tags are not known here: whatever runbook an entry names is wanted.
 *
 * @param ruleIdentifiers source identifiers, e.g. `S3_BUCKET_VERSIONING_ENABLED`
 */
export const runbooksWanted = (
  ruleIdentifiers: readonly string[],
  { account, region }: Lane,
  catalog: Catalog,
  book: PolicyBook,
): readonly Runbook[] => {
  const named = book.policy.entries.flatMap(({ mode, runbook }) =>
    mode === 'observe' ? [] : (runbook ?? []),
  );
  const chosen = ruleIdentifiers.flatMap((identifier) => {
    const rule = catalog.rule(identifier);
    if (rule === undefined) return [];
    const { mode, runbook } = book.select({
      rule: [identifier, rule.name],
      resourceType: rule.resourceTypes[0] ?? 'AWS::::Account',
      resourceId: '',
      account,
      region,
      tags: {},
      severity: rule.severity,
      frameworks: rule.frameworks,
    }).entry;
    if (mode === 'observe') return [];
    const preferred = catalog.forRule(identifier);
    return runbook ?? (preferred?.kind === 'runbook' ? preferred.document : []);
  });
  return [...new Set([...named, ...chosen])].flatMap((document) => catalog.runbook(document) ?? []);
};
