/** The source files of the product, found by looking: a list would go stale. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export const sourceFiles = (...folders: readonly string[]): readonly SourceFile[] =>
  folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|mjs|cjs)$/.test(name) && !name.includes('node_modules'))
      .map((name) => join(folder, name))
      .sort()
      .map((path) => ({ path, text: readFileSync(path, 'utf8') })),
  );

/** The code alone: what comments speak of is not done. */
export const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:])\/\/.*$/gm, '$1');
