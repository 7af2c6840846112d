/** One exemption by itself, read with the words and the problems of a policy that has no other. */
import { exemptions } from './exemptions-schema.ts';
import { parsePattern } from './parse-pattern.ts';
import type { WrittenExemption } from './policy.ts';
import type { PathProblem } from './policy-problem.ts';
import { resolveExemptions } from './resolve-exemptions.ts';
import { mapping } from './schema-parts.ts';
import { schemaProblems } from './schema-problems.ts';

export type ExemptionReading =
  | { readonly ok: true; readonly exemption: WrittenExemption }
  | { readonly ok: false; readonly problems: readonly PathProblem[] };

/** What a policy is to an exemption that stands in it alone. */
const around = mapping({ exemptions }, '');

/** @param isEndless whether the policy lets it do without an end, by its name */
export const readExemption = (
  written: Readonly<Record<string, unknown>> & { readonly name: string; readonly match: unknown },
  { timezone, isEndless }: { readonly timezone: string; readonly isEndless: boolean },
): ExemptionReading => {
  const problems: PathProblem[] = [];
  const report = (problem: PathProblem): void => {
    problems.push(problem);
  };
  const path = ['exemptions', 0, 'match'];
  const pattern = written.match === undefined ? undefined : parsePattern(written.match, path, report);
  if (pattern === undefined)
    report({ path, expected: 'a mapping from fields to patterns', found: 'nothing', action: 'add "match"' });
  const matchProblems = problems.length;
  const data = { exemptions: [written] };
  const shape = around.safeParse(data);
  if (!shape.success)
    for (const issue of shape.error.issues) {
      // The pattern's own parser tells the same with better words.
      if (issue.path[2] === 'match' && matchProblems > 0) continue;
      for (const problem of schemaProblems(around, issue, data)) report(problem);
    }
  if (pattern === undefined || !shape.success || problems.length > 0) return { ok: false, problems };
  const document = { ...shape.data, 'endless-exemptions': isEndless ? [written.name] : [] };
  const [exemption] = resolveExemptions(document, [pattern], timezone, report);
  return exemption === undefined || problems.length > 0 ? { ok: false, problems } : { ok: true, exemption };
};
