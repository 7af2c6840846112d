/**
 * Leaves what the keys of a policy are for out of the functions' code: editors read it in the published JSON Schema,
 * and a function never shows it. It is several KB of every cold start.
 *
 * In the files of the schema a description is a text that ends with a full stop, and nothing else is: what a message
 * says is expected has none.
 */
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

export const withoutDescriptions: Plugin = {
  name: 'without-descriptions',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/\\]domain[/\\]policy[/\\][\w-]+-schema\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: undescribed(await readFile(path, 'utf8')),
    })),
};

/** @example undescribed("described(schema, 'What it is.')") // "described(schema, '')" */
export const undescribed = (source: string): string =>
  source.replace(COMMENT_OR_TEXT, (found) => (/^['"].*\.['"]$/.test(found) ? "''" : found));

/** Comments are found too, so that no quote in one is taken for the beginning of a text. */
const COMMENT_OR_TEXT = /\/\/.*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
