/** What `policy check` says of broken policies, read aloud in `broken-policies.txt` and `doubtful-policies.txt`. */
import { describe, expect, it } from 'vitest';
import { lintPolicy } from '../../../domain/policy/check/lint-policy.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { formatProblem, type PolicyProblem } from '../../../domain/policy/policy-problem.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { BROKEN_POLICIES, DOUBTFUL_POLICIES, linesMarked } from './broken-policies.ts';

const NOW = '2026-11-21T10:00:00.000Z';
const lint = lintPolicy(loadCatalog(), NOW);

const checked = new Map<string, ReturnType<typeof parsePolicy>>();

/** Each once: they are many, and asked about several times. */
const check = (text: string): ReturnType<typeof parsePolicy> => {
  const parsed = checked.get(text) ?? parsePolicy(text, 'policy.yml', lint);
  checked.set(text, parsed);
  return parsed;
};
const problemsOf = (text: string): readonly PolicyProblem[] => {
  const parsed = check(text);
  return parsed.ok ? parsed.warnings : parsed.problems;
};

const readAloud = (policies: Readonly<Record<string, string>>): string =>
  `${Object.entries(policies)
    .map(([mistake, text]) => [`# ${mistake}`, ...problemsOf(text).map(formatProblem)].join('\n'))
    .join('\n\n')}\n`;

describe('broken policies', () => {
  it('are many', () => {
    expect(Object.keys(BROKEN_POLICIES).length).toBeGreaterThanOrEqual(40);
  });

  it.each(Object.entries(BROKEN_POLICIES))('%s is refused, at its line', (_, text) => {
    expect(check(text).ok).toBe(false);
    const lines = text.split('\n');
    for (const { line, column } of problemsOf(text)) {
      expect(line).toBeLessThanOrEqual(lines.length);
      expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
    }
    const marked = linesMarked(text);
    if (marked.length > 0) expect([...new Set(problemsOf(text).map(({ line }) => line))]).toEqual(marked);
  });

  it('are told in words that help', async () => {
    await expect(readAloud(BROKEN_POLICIES)).toMatchFileSnapshot('./broken-policies.txt');
  });
});

describe('doubtful policies', () => {
  it.each(Object.entries(DOUBTFUL_POLICIES))('%s is taken, with a warning at its line', (_, text) => {
    expect(check(text).ok).toBe(true);
    expect(problemsOf(text).map(({ line }) => line)).toEqual(linesMarked(text));
    expect(problemsOf(text).every(({ warning, action }) => warning && action !== undefined)).toBe(true);
  });

  it('are told in words that help', async () => {
    await expect(readAloud(DOUBTFUL_POLICIES)).toMatchFileSnapshot('./doubtful-policies.txt');
  });
});

it('names a rule of which nothing can be seen so that it can be', () => {
  const told = problemsOf(
    'version: 1\nentries:\n  - { name: a, match: { rule: "\u202e" }, mode: auto }\n',
  ).map(formatProblem);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/found none for "\uFFFD"/);
});
