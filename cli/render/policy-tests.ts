/** What the tests of a policy found: each failure with what was expected, what came, and why. */
import type { Coverage } from '../../domain/policy-test/coverage.ts';
import type { TestResult } from '../../domain/policy-test/run-policy-test.ts';
import { type Style, safe } from '../io.ts';

/** What one policy was found to say by the test files that are about it. */
export interface TestedPolicy {
  readonly policy: string;
  readonly files: readonly { readonly file: string; readonly results: readonly TestResult[] }[];
  readonly coverage: Coverage;
}

export const policyTestsText = (tested: readonly TestedPolicy[], style: Style): string =>
  tested
    .flatMap(({ files, coverage, policy }) => [
      ...files.flatMap(({ file, results }) => [
        style.bold(safe(file)),
        ...results.flatMap((result) => resultLines(result, file, style)),
        '',
      ]),
      `${summary(files.flatMap(({ results }) => results))} ${coverageLine({ coverage, policy })}`,
      '',
    ])
    .join('\n');

const resultLines = (result: TestResult, file: string, style: Style): readonly string[] => {
  const { test, deviations, said } = result;
  if (deviations.length === 0) return [`  ${style.green('ok')}    ${safe(test.name)}`];
  return [
    `  ${style.red('FAIL')}  ${safe(test.name)}  ${style.dim(`${safe(file)}:${test.line}:${test.column}`)}`,
    ...deviations.flatMap(({ what, expected, got, why }) => [
      `          ${what}: expected ${safe(expected)}, got ${safe(got)}`,
      ...why.map((line) => style.dim(`            ${safe(line, 300)}`)),
    ]),
    style.dim(
      `          It is decided by "${safe(said.selection.entry.name)}" and goes to ${said.state}: ${safe(said.why, 300)}`,
    ),
  ];
};

const summary = (results: readonly TestResult[]): string => {
  const failed = results.filter(({ deviations }) => deviations.length > 0).length;
  const count = results.length === 1 ? 'One test' : `${results.length} tests`;
  return failed === 0 ? `${count}, all as expected.` : `${count}, ${failed} failed.`;
};

const NAMES_MAX = 10;

export const coverageLine = ({ coverage, policy }: Pick<TestedPolicy, 'coverage' | 'policy'>): string => {
  const { entries, reached, percent, unreached } = coverage;
  const line = `They reach ${reached} of the ${entries} entries of ${safe(policy)} (${percent} %).`;
  if (unreached.length === 0) return line;
  const more = unreached.length - NAMES_MAX;
  return `${line} No test reaches ${unreached
    .slice(0, NAMES_MAX)
    .map((name) => safe(name))
    .join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
};

/** Why the tests do not reach enough of a policy; undefined when they do, or when nobody asked. */
export const uncoveredLine = (
  { coverage, policy }: Pick<TestedPolicy, 'coverage' | 'policy'>,
  minCoverage: number | undefined,
): string | undefined =>
  minCoverage === undefined || coverage.percent >= minCoverage
    ? undefined
    : `The tests reach ${coverage.percent} % of the entries of ${safe(policy)}, and --min-coverage asks for ${minCoverage} %.`;

/** The same for scripts. */
export const policyTestsJson = (tested: readonly TestedPolicy[]): unknown =>
  tested.map(({ policy, files, coverage }) => ({
    policy,
    coverage,
    tests: files.flatMap(({ file, results }) =>
      results.map(({ test, said, deviations }) => ({
        file,
        line: test.line,
        name: test.name,
        ok: deviations.length === 0,
        deviations,
        said: {
          entry: said.selection.entry.name,
          severity: said.selection.entry.severity,
          mode: said.selection.entry.mode,
          state: said.state,
          why: said.why,
          plan: said.assessment.outcome.kind === 'planned' ? said.assessment.outcome.plan : null,
          checks: said.checks,
          starts: said.starts,
        },
      })),
    ),
  }));
