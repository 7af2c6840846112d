/**
 * A policy's document, as plain data from wherever it was kept, in; a policy or all of its problems out. The
 * places in a text are not known here: `parse-policy.ts` adds them, and alone needs to read YAML.
 */
import type { EventPattern } from './event-pattern.ts';
import { parsePattern } from './parse-pattern.ts';
import type { Policy } from './policy.ts';
import type { PathProblem } from './policy-problem.ts';
import { policySchema } from './policy-schema.ts';
import { resolvePolicy } from './resolve-policy.ts';
import { schemaProblems, valueAt } from './schema-problems.ts';

export type PolicyReading =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly PathProblem[] };

/**
 * @param data the document; scalars that stand for text are text already
 * @param version first 12 hex digits of the SHA-256 of the text it was read from
 *
 * @example
 * const reading = readPolicy({ version: 1, entries: [] }, '0123456789ab');
 * reading.ok // true
 */
export const readPolicy = (data: unknown, version: string): PolicyReading => {
  const problems: PathProblem[] = [];
  const report = (problem: PathProblem): void => {
    problems.push(problem);
  };
  const patterns = parsePatterns(data, report);
  const matchProblems = problems.length;
  const shape = policySchema.safeParse(data);
  if (!shape.success) {
    for (const issue of shape.error.issues) {
      // The pattern's own parser tells the same with better words, except that a match is missing.
      const isInMatch = issue.path[0] === 'entries' && issue.path[2] === 'match';
      if (isInMatch && matchProblems > 0) continue;
      for (const problem of schemaProblems(policySchema, issue, data)) report(problem);
    }
  }
  if (!shape.success || problems.length > 0) return { ok: false, problems };

  const policy = resolvePolicy(shape.data, patterns, version, report);
  return problems.length === 0 ? { ok: true, policy } : { ok: false, problems };
};

const parsePatterns = (data: unknown, report: (problem: PathProblem) => void): readonly EventPattern[] => {
  const entries = valueAt(data, ['entries']);
  if (!Array.isArray(entries)) return [];
  return entries.map((entry: unknown, index) => {
    const match = valueAt(entry, ['match']);
    const path = ['entries', index, 'match'];
    if (match !== undefined) return parsePattern(match, path, report);
    if (entry !== null && typeof entry === 'object' && !Array.isArray(entry)) {
      report({
        path,
        expected: 'a mapping from fields to patterns',
        found: 'nothing',
        action: 'add "match"',
      });
    }
    return { fields: [], anyOf: [[]] };
  });
};
