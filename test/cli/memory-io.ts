/** A command's outside in memory: what it wrote can be looked at, what it reads is given. */
import pico from 'picocolors';
import type { Io } from '../../cli/io.ts';

export interface MemoryIo extends Io {
  readonly written: () => string;
  readonly complained: () => string;
  /** What it wrote into files. */
  readonly saved: Readonly<Record<string, string>>;
}

export const memoryIo = (files: Readonly<Record<string, string>> = {}, given: Partial<Io> = {}): MemoryIo => {
  let out = '';
  let err = '';
  const saved: Record<string, string> = {};
  return {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    read: (file) => {
      const text = files[file];
      if (text === undefined) throw Object.assign(new Error(`no ${file}`), { code: 'ENOENT' });
      return text;
    },
    write: (file, text) => {
      saved[file] = text;
    },
    append: (file, text) => {
      saved[file] = `${saved[file] ?? ''}${text}`;
    },
    hasFolder: () => true,
    env: {},
    isTty: false,
    columns: 120,
    rows: 24,
    style: pico.createColors(false),
    userName: () => 'ada',
    confirm: async () => true,
    canAsk: false,
    ask: async () => undefined,
    sleep: async () => {},
    untilStopped: async () => {},
    ...given,
    written: () => out,
    complained: () => err,
    saved,
  };
};
