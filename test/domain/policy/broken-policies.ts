/**
 * Policies on disk that are wrong in one way each (or in several at once), by the mistake their author made, and
 * others that can be used but say something that nobody means. The lines that must be named end in `# <- here`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(join(import.meta.dirname, folder))
      .sort()
      .map((file) => [
        file.replace(/\.yml$/, '').replaceAll('-', ' '),
        readFileSync(join(import.meta.dirname, folder, file), 'utf8'),
      ]),
  );

/** Refused, by `policy check` at the latest. */
export const BROKEN_POLICIES = read('broken');
/** Taken with a warning. */
export const DOUBTFUL_POLICIES = read('doubtful');

/** Counted from 1; empty where no comment can stand. */
export const linesMarked = (text: string): readonly number[] =>
  text.split('\n').flatMap((line, index) => (/# <- here\r?$/.test(line) ? [index + 1] : []));
