/**
 * Reads the runbook catalog from disk: the only input and output the catalog has. What the files mean
 * is decided in `domain/catalog`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCatalog } from '../../domain/catalog/build-catalog.ts';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import { formatProblem } from '../../domain/catalog/catalog-problem.ts';
import { type CatalogFile, parseCatalogFile } from '../../domain/catalog/parse-catalog.ts';

const RUNBOOKS_DIR = fileURLToPath(new URL('../../runbooks', import.meta.url));

/**
 * The catalog of a directory (ours when none is named): every `.yml` file in it and below it.
 *
 * @throws an Error that lists every problem as `file:line:column: path: what was expected`.
 */
export const loadCatalog = (dir: string = RUNBOOKS_DIR): Catalog => {
  const result = buildCatalog(readFiles(dir).map(parseCatalogFile));
  if (result.ok) return result.catalog;
  const problems = result.problems.map(formatProblem).join('\n');
  throw new Error(
    `The runbook catalog in ${dir} could not be read. Correct these places and start again:\n${problems}`,
  );
};

const readFiles = (dir: string): readonly CatalogFile[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yml'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({
      file: relative(process.cwd(), path).replaceAll(sep, '/'),
      text: readFileSync(path, 'utf8'),
    }));
