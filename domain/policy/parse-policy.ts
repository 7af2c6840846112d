/**
 * Text of `policy.yml` in, a policy or all of its problems out. It never throws and never gives half a
 * policy: an invalid one must not replace a valid one.
 */
import { createHash } from 'node:crypto';
import type { EventPattern } from './event-pattern.ts';
import { parsePattern } from './parse-pattern.ts';
import type { Policy } from './policy.ts';
import type { DocumentPath, PathProblem, PolicyProblem } from './policy-problem.ts';
import { policySchema } from './policy-schema.ts';
import { resolvePolicy } from './resolve-policy.ts';
import { schemaProblems, valueAt } from './schema-problems.ts';
import { readYaml } from './yaml-document.ts';

export type PolicyParsing =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** More than this many are not read by anybody. */
const PROBLEMS_MAX = 100;

/**
 * @param file what messages call the text, usually its path
 *
 * @example
 * const parsed = parsePolicy('version: 1\nentries: []\n', 'policy.yml');
 * parsed.ok // true
 */
export const parsePolicy = (text: string, file: string): PolicyParsing => {
  const reading = readYaml(text, file, isText);
  if (!reading.ok) return failed(reading.problems);
  const { data, locate } = reading.document;

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
  if (!shape.success || problems.length > 0) return failed(located(problems, locate));

  const version = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const policy = resolvePolicy(shape.data, patterns, version, report);
  return problems.length === 0 ? { ok: true, policy } : failed(located(problems, locate));
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

/** Where YAML's numbers and booleans stand for text: `account: 012345678901`, `{env: [true]}`, `Days: 90`. */
const isText = (path: DocumentPath): boolean => {
  if (path[0] !== 'entries') return false;
  if (path[2] === 'parameters') return path.length > 3;
  return (
    path[2] === 'match' && path.length > 3 && !isOperand(path, 'exists', 1) && !isOperand(path, 'numeric', 2)
  );
};

/** An operator stands in an item of a list; a tag may have an operator's name, but stands under `tags`. */
const isOperand = (path: DocumentPath, operator: string, fromEnd: number): boolean =>
  path.at(-fromEnd) === operator && typeof path.at(-fromEnd - 1) === 'number';

/** Finding a place takes time: of very many problems only the first ones are worth it. */
const LOCATED_MAX = 1_000;

const located = (
  problems: readonly PathProblem[],
  locate: (problem: PathProblem) => PolicyProblem,
): readonly PolicyProblem[] => problems.slice(0, LOCATED_MAX).map(locate);

const failed = (problems: readonly PolicyProblem[]): PolicyParsing => {
  const sorted = problems.toSorted((left, right) => left.line - right.line || left.column - right.column);
  const last = sorted[PROBLEMS_MAX];
  if (last === undefined) return { ok: false, problems: sorted };
  const more: PolicyProblem = {
    ...last,
    path: '',
    expected: 'fewer problems',
    found: 'many more from here on',
  };
  return { ok: false, problems: [...sorted.slice(0, PROBLEMS_MAX), more] };
};
