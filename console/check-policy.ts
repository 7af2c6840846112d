/** Is a text a valid policy, and if not, what is wrong where. */
import type { Catalog } from '../domain/catalog/catalog.ts';
import { catalogProblems } from '../domain/policy/catalog-fit.ts';
import { parsePolicy } from '../domain/policy/parse-policy.ts';
import { formatProblem, type PolicyProblem } from '../domain/policy/policy-problem.ts';

export interface PolicyCheck {
  readonly ok: boolean;
  /** Null when it is not valid. */
  readonly version: string | null;
  readonly entries: number;
  readonly problems: readonly (PolicyProblem & { readonly text: string })[];
}

/** @param catalog with it, also what the catalog cannot follow is a problem */
export const checkPolicy = (text: string, file: string, catalog?: Catalog): PolicyCheck => {
  const parsed = parsePolicy(text, file, (policy) => (catalog ? catalogProblems(policy, catalog) : []));
  if (parsed.ok)
    return { ok: true, version: parsed.policy.version, entries: parsed.policy.entries.length, problems: [] };
  const problems = parsed.problems.map((problem) => ({ ...problem, text: formatProblem(problem) }));
  return { ok: false, version: null, entries: 0, problems };
};
