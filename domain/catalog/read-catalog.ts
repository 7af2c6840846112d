/**
 * Reads what one catalog file says, as plain data: a runbook or a manual guide, or
 * a list of problems. A document that names a `document` is a runbook; one that does not is a guide for people.
 */
import type * as z from '../zod.ts';
import type { ManualGuide, Runbook } from './catalog.ts';
import type { CatalogProblem, Path } from './catalog-problem.ts';
import { guideSchema, runbookSchema } from './catalog-schema.ts';

/** What a catalog file says: its path names it in messages, and a guide for good. */
interface CatalogDocument {
  readonly file: string;
  readonly content: unknown;
}

/** An entry, and how to point into the file it came from. */
export interface ReadEntry {
  readonly entry: Runbook | ManualGuide;
  readonly problemAt: ProblemAt;
}

export type ProblemAt = (path: Path, expected: string) => CatalogProblem;

export type EntryReading =
  | { readonly ok: true; readonly read: ReadEntry }
  | { readonly ok: false; readonly problems: readonly CatalogProblem[] };

/** @param problemAt gives a problem its place */
export const readCatalogEntry = ({ content, file }: CatalogDocument, problemAt: ProblemAt): EntryReading => {
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return {
      ok: false,
      problems: [problemAt([], 'expected a map with the keys of a runbook or of a manual guide')],
    };
  const isRunbook = Object.hasOwn(content, 'document');
  const result = isRunbook ? runbookSchema.safeParse(content) : guideSchema.safeParse(content);
  if (!result.success) return { ok: false, problems: result.error.issues.flatMap(asProblems(problemAt)) };
  const entry = result.data.kind === 'manual' ? { ...result.data, name: guideNameOf(file) } : result.data;
  return { ok: true, read: { entry, problemAt } };
};

const guideNameOf = (file: string): string => (file.split('/').at(-1) ?? file).replace(/\.ya?ml$/, '');

const asProblems =
  (problemAt: ProblemAt) =>
  (issue: z.core.$ZodIssue): readonly CatalogProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) =>
        problemAt([...issue.path, key], 'expected no such key; is it misspelt?'),
      );
    }
    // A key that may not stand in a record says more by its own rule than by "invalid key".
    if (issue.code === 'invalid_key') {
      return [problemAt(issue.path, issue.issues[0]?.message ?? issue.message)];
    }
    return [problemAt(issue.path, issue.message)];
  };
