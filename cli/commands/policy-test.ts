/** `selfheal policy test`: what a policy must say about findings that a file describes, without AWS. */
import { readdirSync, watch } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import { policyBook } from '../../domain/engine/policy-book.ts';
import { lintPolicy } from '../../domain/policy/check/lint-policy.ts';
import { parsePolicy } from '../../domain/policy/parse-policy.ts';
import { formatProblem, type PolicyProblem } from '../../domain/policy/policy-problem.ts';
import { coverageOf } from '../../domain/policy-test/coverage.ts';
import { type PolicyTestFile, readPolicyTests } from '../../domain/policy-test/read-policy-tests.ts';
import { runPolicyTest, type TestResult } from '../../domain/policy-test/run-policy-test.ts';
import { instant } from '../../domain/time.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { junit } from '../render/junit.ts';
import {
  policyTestsJson,
  policyTestsText,
  type TestedPolicy,
  uncoveredLine,
} from '../render/policy-tests.ts';
import { example, needFolderOf, printJson, readText, withJson, writeText } from './shared.ts';

interface TestOptions {
  readonly policy?: string;
  readonly minCoverage?: number;
  readonly junit?: string;
  readonly watch: boolean;
  readonly json: boolean;
}

export const addPolicyTest = (policy: Command, io: Io): void => {
  const command = policy
    .command('test')
    .summary('run the tests of a policy, without a running service')
    .description(
      'Runs the tests that stand beside a policy: for findings like these, does it decide as they say? Asks the same code that decides in earnest, and needs no AWS. Exit code 1 when a test fails, or an entry that must be reached is not.',
    )
    .argument(
      '[files...]',
      'test files; without them policy.test.yml and *.policy-test.yml beside the policy',
    )
    .option('--policy <file>', 'test this policy, whatever the files name')
    .addOption(
      new Option('--min-coverage <percent>', 'fail when the tests reach fewer of the entries').argParser(
        percentage,
      ),
    )
    .option('--junit <file>', 'write the results for a pipeline, as JUnit XML')
    .option('--watch', 'run again whenever the policy or a test changes', false);
  example(
    withJson(command),
    'selfheal policy test',
    'selfheal policy test --min-coverage 100 --junit results.xml',
    'selfheal policy test draft.policy-test.yml --policy draft.yml --watch',
  ).action((files: readonly string[], options: TestOptions) =>
    options.watch ? watchTests(files, options, io) : runTests(files, options, io),
  );
};

const percentage = (text: string): number => {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 100) return Number(text);
  throw new InvalidArgumentError('Expected a whole number from 0 to 100.');
};

const runTests = async (named: readonly string[], options: TestOptions, io: Io): Promise<void> => {
  if (options.junit !== undefined) needFolderOf(io, options.junit);
  const files = testFiles(named, options, io);
  const tested = await testAll(files, options, io);
  if (options.json) printJson(io, policyTestsJson(tested));
  else io.out(policyTestsText(tested, io.style));
  if (options.junit !== undefined) writeText(io, options.junit, junit(tested, options.minCoverage));
  const reason = whyNot(tested, options);
  if (reason !== undefined) throw new Failure(reason);
};

const whyNot = (tested: readonly TestedPolicy[], { minCoverage }: TestOptions): string | undefined => {
  const failed = tested
    .flatMap(({ files }) => files.flatMap(({ results }) => results))
    .filter(({ deviations }) => deviations.length > 0).length;
  const reasons = [
    ...(failed === 0 ? [] : [failed === 1 ? 'One test failed.' : `${failed} tests failed.`]),
    ...tested.flatMap((about) => uncoveredLine(about, minCoverage) ?? []),
  ];
  return reasons.length === 0 ? undefined : reasons.join(' ');
};

/** As they are named, or what stands beside the policy. */
const testFiles = (
  named: readonly string[],
  { policy = 'policy.yml' }: TestOptions,
  io: Io,
): readonly string[] => {
  if (named.length > 0) return named;
  const folder = dirname(policy);
  const own = `${basename(policy).replace(/\.ya?ml$/, '')}.test.yml`;
  const found = filesIn(folder).filter((file) => file === own || file.endsWith('.policy-test.yml'));
  if (found.length > 0) return found.toSorted().map((file) => (folder === '.' ? file : join(folder, file)));
  // Without the policy, tests are not what is missing.
  readText(io, policy);
  throw new Failure(
    `There are no tests beside ${safe(policy)}: write ${safe(own)}, or name the files. docs/policy.md says how.`,
  );
};

const filesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new Failure(
      `The folder ${safe(folder)} cannot be read: ${safe(error instanceof Error ? error.message : String(error))}`,
    );
  }
};

const policyOf = (
  file: string,
  { policy: named }: Pick<PolicyTestFile, 'policy'>,
  options: TestOptions,
): string => options.policy ?? besideOf(file, named ?? 'policy.yml');

const besideOf = (file: string, path: string): string =>
  file === '-' || dirname(file) === '.'
    ? path
    : resolve('/', path) === path
      ? path
      : join(dirname(file), path);

/** Every file is read before anything is run: what is wrong with any of them is told at once. */
const testAll = async (
  files: readonly string[],
  options: TestOptions,
  io: Io,
): Promise<readonly TestedPolicy[]> => {
  const catalog = loadCatalog();
  const readings = files.map((file) => ({ file, reading: readPolicyTests(readText(io, file), file) }));
  refuse(readings.flatMap(({ reading }) => (reading.ok ? [] : reading.problems)));
  const byPolicy = new Map<string, { file: string; tests: PolicyTestFile }[]>();
  for (const { file, reading } of readings) {
    if (!reading.ok) continue;
    const policy = policyOf(file, reading.file, options);
    byPolicy.set(policy, [...(byPolicy.get(policy) ?? []), { file, tests: reading.file }]);
  }
  const tested: TestedPolicy[] = [];
  for (const [policy, about] of byPolicy) tested.push(await testPolicy(policy, about, catalog, io));
  return tested;
};

const testPolicy = async (
  policy: string,
  about: readonly { readonly file: string; readonly tests: PolicyTestFile }[],
  catalog: Catalog,
  io: Io,
): Promise<TestedPolicy> => {
  const parsed = parsePolicy(readText(io, policy), policy, lintPolicy(catalog, instant(Date.now())));
  if (!parsed.ok) refuse(parsed.problems);
  if (!parsed.ok) throw new Failure(`${safe(policy)} is not valid.`);
  const book = policyBook(parsed.policy);
  const files: TestedPolicy['files'][number][] = [];
  for (const { file, tests } of about) {
    const results: TestResult[] = [];
    for (const test of tests.tests) results.push(await runPolicyTest(book, catalog, tests, test));
    files.push({ file, results });
  }
  const coverage = coverageOf(
    parsed.policy,
    files.flatMap(({ results }) => results),
  );
  return { policy, files, coverage };
};

const refuse = (problems: readonly PolicyProblem[]): void => {
  if (problems.length === 0) return;
  throw new Failure(
    `${problems.map((problem) => safe(formatProblem(problem), 1_500)).join('\n')}\nNothing was tested.`,
  );
};

/** Runs until the person ends it. A file that an editor replaces is a change, too: folders are watched. */
const watchTests = async (named: readonly string[], options: TestOptions, io: Io): Promise<void> => {
  const run = async (): Promise<void> => {
    try {
      await runTests(named, options, io);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      io.err(`${error.message}\n`);
    }
    io.out('\nWaiting for a change (Ctrl+C ends it).\n');
  };
  let running = run();
  let isDue = false;
  const again = (): void => {
    if (isDue) return;
    isDue = true;
    // One that changes while the tests run is tested again when they are through.
    running = running.then(() => {
      isDue = false;
      return run();
    });
  };
  await running;
  const folders = new Set(watchedFiles(named, options, io).map((file) => dirname(resolve(file))));
  const watchers = [...folders].map((folder) =>
    watch(folder, (_, file) => {
      if (file !== null && /\.ya?ml$/.test(file)) again();
    }),
  );
  await io.untilStopped();
  for (const watcher of watchers) watcher.close();
  await running;
};

const watchedFiles = (named: readonly string[], options: TestOptions, io: Io): readonly string[] => {
  const policy = options.policy ?? 'policy.yml';
  if (named.length === 0) return [policy];
  return named.flatMap((file) => {
    try {
      const reading = readPolicyTests(io.read(file), file);
      return [file, reading.ok ? policyOf(file, reading.file, options) : policy];
    } catch {
      return [file, policy];
    }
  });
};
