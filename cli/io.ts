/** Everything a command may touch of the outside, so that tests can stand in for it. */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import pico from 'picocolors';
import { inert } from '../domain/message.ts';

export interface Io {
  /** Writes as it is; a newline is the caller's. */
  out(text: string): void;
  err(text: string): void;
  /** A file's text; `-` is standard input. */
  read(file: string): string;
  /** Writes a file, which is there whole or not at all. */
  write(file: string, text: string): void;
  /** Whether there is such a directory. */
  hasFolder(folder: string): boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTty: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** Height of the terminal in lines. */
  readonly rows: number;
  readonly style: Style;
  readonly userName: () => string;
  /** Asks the person; yes when there is nobody to ask. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Until the person or the system wants the process to end. */
  readonly untilStopped: () => Promise<void>;
}

export type Style = ReturnType<typeof pico.createColors>;

export const realIo = (): Io => {
  const { env, stdout, stderr } = process;
  const isTty = stdout.isTTY === true;
  return {
    out: (text) => {
      stdout.write(text);
    },
    err: (text) => {
      stderr.write(text);
    },
    read: (file) => readFileSync(file === '-' ? 0 : file, 'utf8'),
    write: (file, text) => {
      const beside = `${file}.${process.pid}.tmp`;
      writeFileSync(beside, text, { mode: 0o600 });
      renameSync(beside, file);
    },
    hasFolder: (folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true,
    env,
    isTty,
    columns: isTty && stdout.columns > 0 ? stdout.columns : COLUMNS_DEFAULT,
    rows: isTty && stdout.rows > 0 ? stdout.rows : 24,
    style: pico.createColors(isTty && !env.NO_COLOR && env.TERM !== 'dumb'),
    userName: () => userInfo().username,
    confirm: async (question) => {
      if (!isTty || process.stdin.isTTY !== true) return true;
      const asking = createInterface({ input: process.stdin, output: process.stderr });
      const answer = await asking.question(`${question} [y/N] `);
      asking.close();
      return /^y(es)?$/i.test(answer.trim());
    },
    untilStopped: () =>
      new Promise((resolve) => {
        process.once('SIGINT', resolve);
        process.once('SIGTERM', resolve);
      }),
  };
};

/** Without a terminal nobody's lines break: wide enough for what scripts and logs want to see. */
const COLUMNS_DEFAULT = 160;

/** A value from outside on one line: it can neither move the cursor nor turn the text around. */
export const safe = (value: string, charsMax = 500): string => inert(withoutAnsi(value), charsMax);

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be removed.
const ANSI = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g;
const withoutAnsi = (text: string): string => text.replaceAll(ANSI, '');
