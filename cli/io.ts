/** Everything a command may touch of the outside, so that tests can stand in for it. */
import { appendFileSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
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
  /** Puts text at a file's end, which others write as well. */
  append(file: string, text: string): void;
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
  /** Whether there is a person at a terminal who can be asked. */
  readonly canAsk: boolean;
  /** What the person types, trimmed; undefined when they end it (Ctrl-C, Ctrl-D). */
  readonly ask: (question: string) => Promise<string | undefined>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Until the person or the system wants the process to end. */
  readonly untilStopped: () => Promise<void>;
}

export type Style = ReturnType<typeof pico.createColors>;

export const realIo = (): Io => {
  const { env, stdout, stderr } = process;
  const isTty = stdout.isTTY === true;
  const canAsk = isTty && process.stdin.isTTY === true;
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
    append: (file, text) => appendFileSync(file, text),
    hasFolder: (folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true,
    env,
    isTty,
    get columns() {
      return isTty && stdout.columns > 0 ? stdout.columns : COLUMNS_DEFAULT;
    },
    get rows() {
      return isTty && stdout.rows > 0 ? stdout.rows : 24;
    },
    style: pico.createColors(isTty && !env.NO_COLOR && env.TERM !== 'dumb'),
    userName: () => userInfo().username,
    confirm: async (question) => {
      if (!canAsk) return true;
      return /^y(es)?$/i.test((await asked(`${question} [y/N] `)) ?? '');
    },
    canAsk,
    ask: asked,
    sleep: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms);
      }),
    untilStopped: () =>
      new Promise((resolve) => {
        process.once('SIGINT', resolve);
        process.once('SIGTERM', resolve);
      }),
  };
};

/** A line of the person's; none when they end it. */
const asked = async (question: string): Promise<string | undefined> => {
  // Loaded here: most commands ask nothing.
  const { createInterface } = await import('node:readline');
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  const line = await new Promise<string | undefined>((resolve) => {
    // Ctrl-C closes it too.
    asking.once('close', () => resolve(undefined));
    asking.question(question, resolve);
  });
  asking.close();
  if (line === undefined) process.stdout.write('\n');
  return line?.trim();
};

/** Without a terminal nobody's lines break: wide enough for what scripts and logs want to see. */
const COLUMNS_DEFAULT = 160;

/** A value from outside on one line: it can neither move the cursor nor turn the text around. */
export const safe = (value: string, charsMax = 500): string => {
  // Nobody waits for a megabyte to be cleaned of which a line is shown.
  const part = value.slice(0, LOOKED_AT_MAX);
  return inert(withoutAnsi(part.length < value.length ? `${part}…` : part), charsMax);
};

/** Of a value that is longer, only the beginning is read; the escape sequences in it are of no length on a screen. */
const LOOKED_AT_MAX = 20_000;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be removed.
const ANSI = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g;
const withoutAnsi = (text: string): string => text.replaceAll(ANSI, '');
