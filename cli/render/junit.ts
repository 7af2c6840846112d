/** Results as JUnit XML, which every pipeline reads. */
import { coverageLine, type TestedPolicy, uncoveredLine } from './policy-tests.ts';

/** @param minCoverage percent of the entries of each policy; asked for, it is a test like the others */
export const junit = (tested: readonly TestedPolicy[], minCoverage?: number): string => {
  const suites = tested.flatMap(({ files, ...about }) => [
    ...files.map((each) => suite({ ...each, ...about })),
    ...(minCoverage === undefined ? [] : [coverageSuite(about, minCoverage)]),
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="selfheal policy test">\n${suites.join('')}</testsuites>\n`;
};

type Suite = TestedPolicy['files'][number] & Pick<TestedPolicy, 'policy' | 'coverage'>;

const suite = ({ file, results, ...about }: Suite): string => {
  const failures = results.filter(({ deviations }) => deviations.length > 0).length;
  const cases = results.map(({ test, deviations }) => {
    const head = `    <testcase classname="${attribute(file)}" name="${attribute(test.name)}" file="${attribute(file)}" line="${test.line}"`;
    if (deviations.length === 0) return `${head}/>\n`;
    const [first] = deviations;
    const lines = deviations.flatMap(({ what, expected, got, why }) => [
      `${what}: expected ${expected}, got ${got}`,
      ...why.map((line) => `  ${line}`),
    ]);
    return `${head}>\n      <failure message="${attribute(`${first?.what}: expected ${first?.expected}, got ${first?.got}`)}">${escaped(lines.join('\n'))}</failure>\n    </testcase>\n`;
  });
  return `  <testsuite name="${attribute(file)}" tests="${results.length}" failures="${failures}">\n    <properties><property name="coverage" value="${attribute(coverageLine(about))}"/></properties>\n${cases.join('')}  </testsuite>\n`;
};

const coverageSuite = (about: Pick<Suite, 'policy' | 'coverage'>, minCoverage: number): string => {
  const uncovered = uncoveredLine(about, minCoverage);
  const policy = attribute(about.policy);
  const head = `    <testcase classname="${policy}" name="coverage" file="${policy}"`;
  const testcase =
    uncovered === undefined
      ? `${head}/>\n`
      : `${head}>\n      <failure message="${attribute(uncovered)}">${escaped(coverageLine(about))}</failure>\n    </testcase>\n`;
  return `  <testsuite name="${policy}" tests="1" failures="${uncovered === undefined ? 0 : 1}">\n${testcase}  </testsuite>\n`;
};

/** XML has no way to write most control characters. */
export const escaped = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be replaced.
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
export const attribute = (text: string): string =>
  escaped(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;');
