/** Reads the text of one catalog file, YAML, into a runbook or a manual guide, or a list of located problems. */
import { type Document, LineCounter, parseDocument } from 'yaml';
import { formatPath } from './catalog-problem.ts';
import { type EntryReading, type ProblemAt, readCatalogEntry } from './read-catalog.ts';
import { positionOf } from './yaml-position.ts';

/** A file as it was read: its path names it in messages. */
export interface CatalogFile {
  readonly file: string;
  readonly text: string;
}

/** Parses one file. It never throws, whatever the text. */
export const parseCatalogFile = ({ file, text }: CatalogFile): EntryReading => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true, merge: false });
  const problemAt: ProblemAt = (path, expected) => ({
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
  return readCatalogEntry({ file, content: content.value }, problemAt);
};

const firstLine = (message: string): string =>
  `expected YAML: ${(message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:$/, '')}`;

/** Aliases are refused: no file needs them, and a few lines of them can grow to gigabytes. */
const contentOf = (document: Document): { ok: true; value: unknown } | { ok: false; why: string } => {
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: 0 }) as unknown };
  } catch {
    return { ok: false, why: 'expected no YAML aliases' };
  }
};
