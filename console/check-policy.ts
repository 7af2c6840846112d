/** Is a text a valid policy, and if not, what is wrong where. */
import { type FurtherProblems, parsePolicy } from '../domain/policy/parse-policy.ts';
import { formatProblem, type PolicyProblem } from '../domain/policy/policy-problem.ts';

export interface PolicyCheck {
  readonly ok: boolean;
  /** Null when it is not valid. */
  readonly version: string | null;
  readonly entries: number;
  /** In the order of the text. Of a valid policy they are all warnings. */
  readonly problems: readonly (PolicyProblem & { readonly text: string })[];
}

/** @param further with `lintPolicy`, also what the catalog cannot follow and what contradicts itself is a problem */
export const checkPolicy = (text: string, file: string, further?: FurtherProblems): PolicyCheck => {
  const parsed = parsePolicy(text, file, further);
  const told = (problems: readonly PolicyProblem[]) =>
    problems.map((problem) => ({ ...problem, text: formatProblem(problem) }));
  if (!parsed.ok) return { ok: false, version: null, entries: 0, problems: told(parsed.problems) };
  const { policy, warnings } = parsed;
  return {
    ok: true,
    version: policy.version,
    entries: policy.entries.length,
    problems: told(warnings),
  };
};
