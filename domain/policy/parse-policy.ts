/**
 * Text of `policy.yml` in, a policy or all of its problems out. It never throws and never gives half a
 * policy: an invalid one must not replace a valid one.
 */
import { createHash } from 'node:crypto';
import type { Policy } from './policy.ts';
import type { DocumentPath, PathProblem, PolicyProblem } from './policy-problem.ts';
import { isMatch, readPolicy } from './read-policy.ts';
import { readYaml } from './yaml-document.ts';

export interface ParsedPolicy {
  readonly policy: Policy;
  /** What the text says, as plain data: `readPolicy` makes the same policy of it, without YAML. */
  readonly document: unknown;
}

export type PolicyParsing =
  | ({ readonly ok: true; readonly warnings: readonly PolicyProblem[] } & ParsedPolicy)
  /** Warnings among them. */
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** What is looked for in a policy that can be read; `document` is what its text says, as plain data. */
export type FurtherProblems = (policy: Policy, document: unknown) => readonly PathProblem[];

/** More than this many are not read by anybody. */
const PROBLEMS_MAX = 100;

/**
 * @param file what messages call the text, usually its path
 * @param furtherProblems what else must not be wrong with it, such as what the catalog cannot follow; warnings too
 *
 * @example
 * const parsed = parsePolicy('version: 1\nentries: []\n', 'policy.yml');
 * parsed.ok // true
 */
export const parsePolicy = (
  text: string,
  file: string,
  furtherProblems: FurtherProblems = () => [],
): PolicyParsing => {
  const yaml = readYaml(text, file, isText);
  if (!yaml.ok) return failed(yaml.problems);
  const { data, locate } = yaml.document;

  const version = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const reading = readPolicy(data, version);
  if (!reading.ok) return failed(located(reading.problems, locate));
  const further = furtherProblems(reading.policy, data);
  const problems = located(further, locate);
  return further.every(({ warning }) => warning)
    ? { ok: true, policy: reading.policy, document: data, warnings: firstOf(problems) }
    : failed(problems);
};

/** Where YAML's numbers and booleans stand for text: `account: 012345678901`, `{env: [true]}`, `Days: 90`. */
const isText = (path: DocumentPath): boolean => {
  if (path[0] === 'entries' && path[2] === 'parameters') return path.length > 3;
  if (path[0] === 'exemptions' && (path[2] === 'owner' || path[2] === 'reason')) return true;
  if (path[0] === 'groups' && (path[2] === 'people' || path[2] === 'claims')) return path.length === 4;
  if (path[0] === 'entries' && path[2] === 'authors') return path.length === 4;
  if (path[0] === 'owners' && path[1] === 'contacts') return path.length === 3;
  return isMatch(path) && path.length > 3 && !isOperand(path, 'exists', 1) && !isOperand(path, 'numeric', 2);
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

const failed = (problems: readonly PolicyProblem[]): PolicyParsing => ({
  ok: false,
  problems: firstOf(problems),
});

/** In the order of the text, and no more than anybody reads. */
const firstOf = (problems: readonly PolicyProblem[]): readonly PolicyProblem[] => {
  const sorted = problems.toSorted((left, right) => left.line - right.line || left.column - right.column);
  const last = sorted[PROBLEMS_MAX];
  if (last === undefined) return sorted;
  const more: PolicyProblem = {
    ...last,
    path: '',
    expected: 'fewer problems',
    found: 'many more from here on',
  };
  return [...sorted.slice(0, PROBLEMS_MAX), more];
};
