/** A sandbox and a service, each a process of its own as the docs start them, and commands run against them. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './markdown.ts';

export interface RunningService {
  readonly url: string;
  /** Runs a block as bash does, stopping at the first command that fails. Answers what it printed. */
  run(block: string): Promise<{ readonly code: number; readonly output: string }>;
  close(): Promise<void>;
}

const PROGRAM = join(root, 'cli/selfheal.mjs');

export const startRunningService = async (speed: number): Promise<RunningService> => {
  const sandbox = await startProcess(['sandbox', 'start', '--port', '0', '--speed', String(speed)]);
  const service = await startProcess(['start', '--port', '0', '--sandbox-url', sandbox.url]);
  const bin = mkdtempSync(join(tmpdir(), 'selfheal-docs-'));
  // npx itself takes seconds to find out that the program is the one in this directory.
  writeFileSync(
    join(bin, 'npx'),
    `#!/bin/sh\n[ "$1" = selfheal ] || exit 64\nshift\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`,
    {
      mode: 0o755,
    },
  );
  const env = {
    ...process.env,
    // Debian's aws goes before any other that may be there.
    PATH: [bin, '/usr/bin', process.env.PATH].join(delimiter),
    HOME: bin,
    AWS_PAGER: '',
    AWS_EC2_METADATA_DISABLED: 'true',
    SELFHEAL_URL: service.url,
  };
  return {
    url: service.url,
    run: (block) => {
      const here = block
        .replaceAll('http://127.0.0.1:4510', service.url)
        .replaceAll('http://127.0.0.1:4511', sandbox.url);
      return new Promise((resolve) => {
        execFile('bash', ['-euo', 'pipefail', '-c', here], { cwd: root, env }, (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` }),
        );
      });
    },
    close: async () => {
      await stopped(service.child);
      await stopped(sandbox.child);
      rmSync(bin, { recursive: true });
    },
  };
};

/** Resolves with the address in the line that says it is ready. */
const startProcess = (args: readonly string[]) =>
  new Promise<{ readonly url: string; readonly child: ChildProcess }>((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let told = '';
    child.stderr.on('data', (part) => {
      told += part;
    });
    child.once('exit', (code) => reject(new Error(`selfheal ${args.join(' ')} ended with ${code}: ${told}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /ready on (http:\S+)/.exec(line)?.[1];
      if (url !== undefined) resolve({ url, child });
    });
  });

const stopped = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
