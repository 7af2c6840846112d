/** Text of a test file in, its tests or all of its problems out, each at its place: told as a policy's are. */

import { parsePattern } from '../policy/parse-pattern.ts';
import type { DocumentPath, PathProblem, PolicyProblem } from '../policy/policy-problem.ts';
import { shown } from '../policy/policy-problem.ts';
import { schemaProblems, valueAt } from '../policy/schema-problems.ts';
import { readYaml } from '../policy/yaml-document.ts';
import type * as z from '../zod.ts';
import { type PolicyTestDocument, policyTestSchema, type TestDocument } from './policy-test-schema.ts';

export type LocatedTest = TestDocument & { readonly line: number; readonly column: number };

export type PolicyTestFile = Omit<PolicyTestDocument, 'tests'> & { readonly tests: readonly LocatedTest[] };

export type PolicyTestReading =
  | { readonly ok: true; readonly file: PolicyTestFile }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/**
 * @param file what messages call the text, usually its path
 *
 * @example
 * readPolicyTests('version: 1\ntests: []\n', 'policy.test.yml').ok // false: time is missing, and a test
 */
export const readPolicyTests = (text: string, file: string): PolicyTestReading => {
  const yaml = readYaml(text, file, isText, {
    what: 'tests of a policy',
    begin: 'begin with "version: 1", "time:" and "tests:"',
  });
  if (!yaml.ok) return { ok: false, problems: yaml.problems };
  const { data, locate } = yaml.document;
  const shape = policyTestSchema.safeParse(data);
  const problems = shape.success ? furtherProblems(shape.data) : shapeProblems(shape.error.issues, data);
  if (!shape.success || problems.length > 0) {
    const located = problems.slice(0, PROBLEMS_MAX).map(locate);
    return {
      ok: false,
      problems: located.toSorted((left, right) => left.line - right.line || left.column - right.column),
    };
  }
  const tests = shape.data.tests.map((test, index) => {
    const { line, column } = locate({ path: ['tests', index], expected: '', found: '' });
    return { ...test, line, column };
  });
  return { ok: true, file: { ...shape.data, tests } };
};

const PROBLEMS_MAX = 100;

/** Of a match the pattern's own parser tells with better words, once for all that is wrong with it. */
const shapeProblems = (issues: readonly z.core.$ZodIssue[], data: unknown): readonly PathProblem[] => {
  const toldMatches = new Set<string>();
  return issues.flatMap((issue): readonly PathProblem[] => {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    const at = path.findIndex((step, n) => step === 'match' && path[n - 2] === 'exemptions');
    if (at === -1) return schemaProblems(policyTestSchema, issue, data);
    const matchPath = path.slice(0, at + 1);
    if (toldMatches.has(matchPath.join('/'))) return [];
    toldMatches.add(matchPath.join('/'));
    const match = valueAt(data, matchPath);
    if (match === undefined)
      return [
        {
          path: matchPath,
          expected: 'a mapping from fields to patterns',
          found: 'nothing',
          action: 'add "match"',
        },
      ];
    const told: PathProblem[] = [];
    parsePattern(match, matchPath, (problem) => told.push(problem));
    return told.length > 0 ? told : schemaProblems(policyTestSchema, issue, data);
  });
};

/** Where YAML's numbers and booleans stand for text: account ids, values of tags and parameters. */
const isText = (path: DocumentPath): boolean => {
  const [section, , block] = path;
  const inner = section === 'tests' ? path.slice(3) : section === 'given' ? path.slice(1) : undefined;
  if (inner === undefined) return false;
  const [key, field] = inner;
  if (section === 'tests' && block === 'expect') return key === 'parameters' && inner.length > 1;
  if (key === 'tags' || key === 'lookups') return inner.length === 2;
  if (key === 'stops') return inner[2] !== 'everything' && inner.length === 3;
  if (key === 'exemptions') return inner[2] === 'match' ? inner.length > 3 : field !== undefined;
  return ['account', 'resource', 'document-version', 'config-exception'].includes(String(key));
};

const furtherProblems = ({ tests, given }: PolicyTestDocument): readonly PathProblem[] => {
  const names = tests.map(({ name }) => name);
  return [
    ...(given === undefined ? [] : givenProblems(given, ['given'])),
    ...tests.flatMap((test, index): readonly PathProblem[] => [
      ...(names.indexOf(test.name) === index
        ? []
        : [
            {
              path: ['tests', index, 'name'],
              expected: 'a name of its own',
              found: `${shown(test.name)}, which tests[${names.indexOf(test.name)}] has already`,
              action: 'rename one of the two',
            },
          ]),
      ...(test.given?.rule === undefined && given?.rule === undefined
        ? [
            {
              path: ['tests', index],
              expected: 'the rule that found something',
              found: 'nothing',
              action: 'add given: {rule: S3_BUCKET_VERSIONING_ENABLED}, with your rule',
            },
          ]
        : []),
      ...givenProblems(test.given ?? {}, ['tests', index, 'given']),
      ...(Object.keys(test.expect).length === 0
        ? [
            {
              path: ['tests', index, 'expect'],
              expected: 'something that the policy must say, such as entry or mode',
              found: 'an empty mapping',
              action: 'a test that expects nothing cannot fail',
            },
          ]
        : []),
    ]),
  ];
};

const givenProblems = (
  given: NonNullable<TestDocument['given']>,
  path: DocumentPath,
): readonly PathProblem[] => {
  const problems: PathProblem[] = [];
  const exactlyOne = (keys: readonly string[], item: object, at: DocumentPath): void => {
    if (keys.filter((key) => key in item).length === 1) return;
    problems.push({
      path: at,
      expected: `exactly one of ${keys.join(', ')}`,
      found: shown(item),
    });
  };
  if (given.account !== undefined && !/^\d{12}$/.test(given.account))
    problems.push({
      path: [...path, 'account'],
      expected: 'an account id of 12 digits',
      found: shown(given.account),
    });
  for (const [index, stop] of (given.stops ?? []).entries())
    exactlyOne(['everything', 'account', 'rule', 'runbook'], stop, [...path, 'stops', index]);
  for (const [index, breaker] of (given.breakers ?? []).entries())
    exactlyOne(['rule', 'runbook'], breaker, [...path, 'breakers', index]);
  for (const [index, exemption] of (given.exemptions ?? []).entries())
    parsePattern(exemption.match, [...path, 'exemptions', index, 'match'], (problem) =>
      problems.push(problem),
    );
  return problems;
};
