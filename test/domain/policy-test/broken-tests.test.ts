/** What is said of test files that are wrong, read aloud in `broken-tests.txt`; and their published schema. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatProblem } from '../../../domain/policy/policy-problem.ts';
import { policyTestJsonSchema } from '../../../domain/policy-test/policy-test-schema.ts';
import { readPolicyTests } from '../../../domain/policy-test/read-policy-tests.ts';
import { anyPolicyText } from '../policy/any-policy-text.ts';
import { linesMarked } from '../policy/broken-policies.ts';

const folder = join(import.meta.dirname, 'broken');
const BROKEN = readdirSync(folder)
  .sort()
  .map(
    (file) =>
      [file.replace(/\.yml$/, '').replaceAll('-', ' '), readFileSync(join(folder, file), 'utf8')] as const,
  );

const problemsOf = (text: string) => {
  const reading = readPolicyTests(text, 'policy.test.yml');
  return reading.ok ? [] : reading.problems;
};

describe('broken test files', () => {
  it.each(BROKEN)('%s is refused, at its line', (_, text) => {
    const marked = linesMarked(text);
    expect(problemsOf(text).length).toBeGreaterThan(0);
    if (marked.length > 0) expect([...new Set(problemsOf(text).map(({ line }) => line))]).toEqual(marked);
  });

  it('are told in words that help', async () => {
    const told = BROKEN.map(([mistake, text]) =>
      [`# ${mistake}`, ...problemsOf(text).map(formatProblem)].join('\n'),
    );
    await expect(`${told.join('\n\n')}\n`).toMatchFileSnapshot('./broken-tests.txt');
  });

  it('are never more than refused, whatever they hold', () => {
    const good = readFileSync('policy.test.yml', 'utf8');
    const change = fc.tuple(fc.nat(good.length), fc.nat(3), fc.string({ maxLength: 3 }));
    const changed = fc
      .array(change, { minLength: 1, maxLength: 3 })
      .map((changes) =>
        changes.reduce((text, [at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut), good),
      );
    fc.assert(
      fc.property(fc.oneof(changed, anyPolicyText(100)), (text) => {
        for (const { line, column } of problemsOf(text))
          if (!(line >= 1 && line <= text.split('\n').length && column >= 1))
            throw new Error(`${line}:${column}`);
      }),
      { seed: 20261121, numRuns: 60 },
    );
  });
});

describe('the published schema of test files', () => {
  const published = JSON.parse(readFileSync('policy-test.schema.json', 'utf8'));
  const validate = new Ajv({ allErrors: true, strict: false }).compile(published);

  it('is the one that the reader uses (write it again with policyTestJsonSchema)', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(policyTestJsonSchema())));
  });

  it('accepts the tests of the default policy, and refuses a misspelt key', () => {
    const good = parse(readFileSync('policy.test.yml', 'utf8'));
    expect(validate(good) || validate.errors).toBe(true);
    expect(validate({ ...good, tets: [] })).toBe(false);
  });
});
