/** The examples in the comments of domain/ are run, so that they stay true. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from '../architecture/source-files.ts';
import { finding } from '../support/cases.ts';
import { type DocExample, docExamples } from './doc-examples.ts';

/** What examples may speak of without saying where it comes from. */
const KNOWN: Readonly<Record<string, unknown>> = {
  finding,
  parameter: { type: 'String', pattern: /^.{1,512}$/u },
};

const evaluate = (code: string, scope: Readonly<Record<string, unknown>>, prelude = ''): unknown =>
  new Function(...Object.keys(scope), `'use strict'; ${prelude}; return (${code});`)(...Object.values(scope));

/** The value as written, when it is JavaScript; `…` at the end of a text stands for the rest of it. */
const writtenValue = (written: string): { readonly value: unknown } | undefined => {
  try {
    return { value: abbreviated(evaluate(written, {})) };
  } catch {
    return undefined;
  }
};

const abbreviated = (value: unknown): unknown => {
  if (typeof value === 'string' && value.endsWith('…'))
    return expect.stringMatching(new RegExp(`^${value.slice(0, -1).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`));
  if (Array.isArray(value)) return value.map(abbreviated);
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, abbreviated(inner)]));
};

const examples = sourceFiles('domain').flatMap(({ path, text }) =>
  docExamples(text).map((example) => ({ path, ...example })),
);
const runnable = examples.filter(({ value }) => writtenValue(value) !== undefined);

const run = async ({ path, prelude, code }: DocExample & { readonly path: string }): Promise<unknown> => {
  const exported = (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  return evaluate(code, { ...KNOWN, ...exported }, prelude);
};

describe('the examples in domain/', () => {
  it('are found', () => {
    expect(runnable.length).toBeGreaterThanOrEqual(10);
  });

  it.each(runnable)('$path: $code', async (example) => {
    expect(await run(example)).toEqual(writtenValue(example.value)?.value);
  });
});

describe('an example', () => {
  it('is read from any form of doc comment', () => {
    expect(
      docExamples(`
/** @example one(1) // 1 */
/**
 * @param x something
 * @example
 * const two = 2;
 * two + one(
 *   2) // 4
 * three('a//b')
 * // 'c'
 * @throws never
 */
// four() // 4
`),
    ).toEqual([
      { prelude: '', code: 'one(1)', value: '1' },
      { prelude: 'const two = 2;\n', code: 'two + one(\n  2)', value: '4' },
      { prelude: 'const two = 2;\n', code: "three('a//b')", value: "'c'" },
    ]);
  });
});
