/**
 * An append-only file of changes, so that a world survives `kill -9` at any byte: a change is one line,
 * handed to the kernel before the call returns; a line cut short by the kill is dropped on the next load.
 *
 *     put ["table","key",value]\n    delete ["table","key"]\n
 *
 * `fsync` is left out on purpose: the promise is to survive the death of the process, not of the machine.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export type JournalEntry =
  | readonly [table: string, key: string]
  | readonly [table: string, key: string, value: unknown];

export interface Journal {
  append(entry: JournalEntry): void;
  /** Replaces all lines by these, atomically. */
  rewrite(entries: Iterable<JournalEntry>): void;
  close(): void;
}

const READ_BYTES = 1 << 20;
const WRITE_CHARS = 1 << 20;
const NEWLINE = 0x0a;

export const openJournal = (path: string): Journal => {
  mkdirSync(dirname(path), { recursive: true });
  let file = openSync(path, 'a');
  return {
    append: (entry) => writeAll(file, `${JSON.stringify(entry)}\n`),
    rewrite: (entries) => {
      const draft = `${path}.draft`;
      const draftFile = openSync(draft, 'w');
      writeEntries(draftFile, entries);
      fsyncSync(draftFile);
      closeSync(draftFile);
      renameSync(draft, path);
      closeSync(file);
      file = openSync(path, 'a');
    },
    close: () => closeSync(file),
  };
};

/**
 * Reads a journal from its beginning.
 *
 * @throws when a line other than the last cannot be read: that is damage, not a kill.
 */
export function* readJournal(path: string): Generator<JournalEntry> {
  if (!existsSync(path)) return;
  let number = 0;
  for (const line of completeLines(path)) {
    number += 1;
    yield parseEntry(line, path, number);
  }
}

/** Lines that end in a newline; what follows the last newline was torn by a kill and is dropped. */
function* completeLines(path: string): Generator<string> {
  const file = openSync(path, 'r');
  const chunk = Buffer.allocUnsafe(READ_BYTES);
  let rest: Buffer[] = [];
  try {
    for (;;) {
      const length = readSync(file, chunk, 0, READ_BYTES, null);
      if (length === 0) return;
      let from = 0;
      for (
        let end = chunk.indexOf(NEWLINE, from);
        end !== -1 && end < length;
        end = chunk.indexOf(NEWLINE, from)
      ) {
        rest.push(chunk.subarray(from, end));
        yield Buffer.concat(rest).toString('utf8');
        rest = [];
        from = end + 1;
      }
      if (from < length) rest.push(Buffer.from(chunk.subarray(from, length)));
    }
  } finally {
    closeSync(file);
  }
}

const parseEntry = (line: string, path: string, number: number): JournalEntry => {
  try {
    const entry: unknown = JSON.parse(line);
    if (Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'string') {
      return entry as unknown as JournalEntry;
    }
  } catch {
    // Told below, with the place.
  }
  throw new Error(
    `Cannot load the sandbox's world: line ${number} of ${path} is damaged. Remove the directory to start afresh.`,
  );
};

const writeEntries = (file: number, entries: Iterable<JournalEntry>): void => {
  let text = '';
  for (const entry of entries) {
    text += `${JSON.stringify(entry)}\n`;
    if (text.length > WRITE_CHARS) {
      writeAll(file, text);
      text = '';
    }
  }
  writeAll(file, text);
};

/** `writeSync` may write less than it was given. */
const writeAll = (file: number, text: string): void => {
  let bytes = Buffer.from(text, 'utf8');
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(file, bytes));
};
