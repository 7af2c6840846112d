/**
 * A real pseudo-terminal, by the `script` command: it is in bsdutils, without which there is no Debian, so no test
 * needs to be left out where it is missing.
 */
import { spawn } from 'node:child_process';

export interface Terminal {
  /** Resolves when the output since the last such wait has the text; fails when the command ends before. */
  until(text: string): Promise<string>;
  /** As a person types: end a line by `\r`. Ctrl-C is `\u0003`. */
  type(text: string): void;
  /** All output from the beginning, when the command has ended. */
  readonly ended: Promise<{ readonly code: number; readonly output: string }>;
}

export const CTRL_C = '\u0003';

/** Runs a line of shell on a terminal of 100 columns and 40 lines. */
export const onTerminal = (
  line: string,
  env: Readonly<Record<string, string>> = {},
  cwd: URL = new URL('../../', import.meta.url),
): Terminal => {
  const child = spawn('/usr/bin/script', ['-qefc', `stty cols 100 rows 40; ${line}`, '/dev/null'], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TERM: 'xterm', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  let seen = 0;
  let isOver = false;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const look of [...waiting]) look();
  };
  // Text that was cut by a chunk's end is put together again by the decoder.
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    output += part;
    wake();
  });
  const ended = new Promise<{ code: number; output: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      isOver = true;
      wake();
      resolve({ code: code ?? 1, output });
    });
  });
  return {
    ended,
    type: (text) => {
      child.stdin.write(text);
    },
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const at = output.indexOf(text, seen);
          if (at < 0 && !isOver) return;
          waiting.delete(look);
          if (at < 0) {
            reject(new Error(`it ended without ${JSON.stringify(text)}: ${output}`));
            return;
          }
          const part = output.slice(seen, at + text.length);
          seen = at + text.length;
          resolve(part);
        };
        waiting.add(look);
        look();
      }),
  };
};
