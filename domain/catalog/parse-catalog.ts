/**
 * Reads one catalog file: YAML text becomes a runbook or a manual guide, or a list of located problems.
 * A file that names a `document` is a runbook; one that does not is a guide for people.
 */
import { type Document, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import type { ManualGuide, Runbook } from './catalog.ts';
import { type CatalogProblem, formatPath, type Path, positionOf } from './catalog-problem.ts';
import { guideSchema, runbookSchema } from './catalog-schema.ts';

/** A file as it was read: its path names it in messages. */
export interface CatalogFile {
  readonly file: string;
  readonly text: string;
}

type CatalogEntry = Runbook | ManualGuide;

/** An entry and how to point into the file it came from. */
export interface ParsedFile {
  readonly entry: CatalogEntry;
  readonly problemAt: (path: Path, expected: string) => CatalogProblem;
}

export type ParseResult =
  | { readonly ok: true; readonly parsed: ParsedFile }
  | { readonly ok: false; readonly problems: readonly CatalogProblem[] };

/** Parses one file. It never throws, whatever the text. */
export const parseCatalogFile = ({ file, text }: CatalogFile): ParseResult => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true, merge: false });
  const problemAt = (path: Path, expected: string): CatalogProblem => ({
    file,
    ...positionOf(document, lines, path),
    path: formatPath(path),
    expected,
  });
  const syntax = [...document.errors, ...document.warnings].map(({ pos, message }) => {
    const { line, col } = lines.linePos(pos[0]);
    return {
      file,
      line: Math.max(1, line),
      column: Math.max(1, col),
      path: '',
      expected: firstLine(message),
    };
  });
  if (syntax.length > 0) return { ok: false, problems: syntax };
  const content = contentOf(document);
  if (!content.ok) return { ok: false, problems: [problemAt([], content.why)] };
  return checked(content.value, guideNameOf(file), problemAt);
};

const firstLine = (message: string): string =>
  `expected YAML: ${(message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:$/, '')}`;

/** Aliases are refused: no file needs them, and a few lines of them can grow to gigabytes. */
const contentOf = (document: Document): { ok: true; value: unknown } | { ok: false; why: string } => {
  try {
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ok: true, value };
    return { ok: false, why: 'expected a map with the keys of a runbook or of a manual guide' };
  } catch {
    return { ok: false, why: 'expected no YAML aliases' };
  }
};

const guideNameOf = (file: string): string => (file.split('/').at(-1) ?? file).replace(/\.ya?ml$/, '');

const checked = (content: unknown, guideName: string, problemAt: ParsedFile['problemAt']): ParseResult => {
  const isRunbook = Object.hasOwn(content as object, 'document');
  const result = isRunbook ? runbookSchema.safeParse(content) : guideSchema.safeParse(content);
  if (!result.success) return { ok: false, problems: result.error.issues.flatMap(asProblems(problemAt)) };
  const entry = result.data.kind === 'manual' ? { ...result.data, name: guideName } : result.data;
  return { ok: true, parsed: { entry, problemAt } };
};

const asProblems =
  (problemAt: ParsedFile['problemAt']) =>
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
