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
import type { CatalogDocument } from '../../domain/catalog/read-catalog.ts';

const RUNBOOKS_DIR = fileURLToPath(new URL('../../runbooks', import.meta.url));

/** What a directory of catalog files says: understood, and as it was written. */
export interface CatalogFolder {
  readonly catalog: Catalog;
  readonly documents: readonly CatalogDocument[];
}

/**
 * The catalog of a directory (ours when none is named): every `.yml` file in it and below it.
 *
 * @throws an Error that lists every problem as `file:line:column: path: what was expected`.
 */
export const loadCatalog = (dir: string = RUNBOOKS_DIR): Catalog =>
  readCatalogFolder(dir, process.cwd()).catalog;

/**
 * @param namedFrom the files are named by their paths from here; without it, from the directory itself
 * @throws as `loadCatalog` does
 */
export const readCatalogFolder = (dir: string, namedFrom = dir): CatalogFolder => {
  const result = buildCatalog(readFiles(dir, namedFrom).map(parseCatalogFile));
  if (result.ok) return result;
  const problems = result.problems.map(formatProblem).join('\n');
  throw new Error(
    `The runbook catalog in ${dir} could not be read. Correct these places and start again:\n${problems}`,
  );
};

const readFiles = (dir: string, namedFrom: string): readonly CatalogFile[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yml'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({
      file: relative(namedFrom, path).replaceAll(sep, '/'),
      text: readFileSync(path, 'utf8'),
    }));
