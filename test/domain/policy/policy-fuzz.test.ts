/**
 * Whatever stands in a policy file: it is a policy, or it is told where it is none. A longer run:
 *
 *   SELFHEAL_FUZZ_SECONDS=600 npx vitest run test/domain/policy/policy-fuzz.test.ts
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lintPolicy } from '../../../domain/policy/check/lint-policy.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { formatProblem } from '../../../domain/policy/policy-problem.ts';
import { compilePolicy } from '../../../domain/policy/select-policy.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { anyPolicyText } from './any-policy-text.ts';
import { aSubject } from './subjects.ts';

const lint = lintPolicy(loadCatalog(), '2026-11-21T10:00:00.000Z');

/** Throws for whatever must not be; says whether it was a policy. */
const judge = (text: string): 'policy' | 'refused' => {
  const parsed = parsePolicy(text, 'policy.yml', lint);
  const lines = text.split('\n');
  const problems = parsed.ok ? parsed.warnings : parsed.problems;
  for (const problem of problems) {
    const { line, column, expected, found } = problem;
    const told = formatProblem(problem);
    if (!(line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1] ?? '').length + 1))
      throw new Error(`the place is not in the text: ${told}`);
    if (expected === '' || found === '' || told.length > 1_500)
      throw new Error(`says too little or much: ${told}`);
    if (/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(told))
      throw new Error(`not to be printed: ${JSON.stringify(told)}`);
  }
  if (!parsed.ok) {
    if (problems.length === 0 || problems.every(({ warning }) => warning))
      throw new Error('refused for no problem');
    return 'refused';
  }
  const { entry } = compilePolicy(parsed.policy).select(aSubject());
  if (!['observe', 'approve', 'auto'].includes(entry.mode)) throw new Error(`mode ${entry.mode}`);
  return 'policy';
};

const SEED = 20261121;
const SECONDS = Number(process.env.SELFHEAL_FUZZ_SECONDS ?? 0);

describe('any text', () => {
  it('is a policy, or is refused at a place in it', () => {
    const seen = { policy: 0, refused: 0 };
    fc.assert(
      fc.property(anyPolicyText(200), (text) => {
        seen[judge(text)] += 1;
      }),
      { seed: SEED, numRuns: 250 },
    );
    // Else only one half was put to the test.
    expect(seen.policy).toBeGreaterThan(10);
    expect(seen.refused).toBeGreaterThan(100);
  });

  it.runIf(SECONDS > 0)(
    'is so for as long as is asked for',
    () => {
      const until = performance.now() + SECONDS * 1_000;
      let slowest = { ms: 0, text: '' };
      let runs = 0;
      for (let seed = SEED + 1; performance.now() < until; seed += 1) {
        fc.assert(
          fc.property(anyPolicyText(20_000), (text) => {
            const began = performance.now();
            judge(text);
            const ms = performance.now() - began;
            runs += 1;
            if (ms > slowest.ms) slowest = { ms, text };
          }),
          { seed, numRuns: 200 },
        );
      }
      process.stdout.write(
        `${runs} texts; the slowest took ${Math.round(slowest.ms)} ms: ${JSON.stringify(slowest.text.slice(0, 300))}\n`,
      );
    },
    (SECONDS + 120) * 1_000,
  );
});
