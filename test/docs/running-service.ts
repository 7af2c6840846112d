/** A sandbox and a service, each a process of its own as the docs start them, and commands run against them. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { tokenFile } from '../../cli/own-token.ts';
import { runCommand } from '../../cli/program.ts';
import { bundleCommand } from '../support/bundled-command.ts';
import { root } from './markdown.ts';
import { silentIo } from './silent-io.ts';

export interface Ran {
  readonly code: number;
  readonly output: string;
}

export interface RunningService {
  readonly url: string;
  /** Of whoever runs it. */
  readonly token: string;
  /** Runs a block as bash does, stopping at the first command that fails. Answers what it printed. */
  run(block: string): Promise<Ran>;
  close(): Promise<void>;
}

export const startRunningService = async (speed: number): Promise<RunningService> => {
  const home = mkdtempSync(join(tmpdir(), 'selfheal-docs-'));
  // There the service leaves its token, and the commands find it.
  process.env.XDG_STATE_HOME = join(home, 'state');
  const program = await bundleCommand();
  const sandbox = await startProcess(program.file, [
    'sandbox',
    'start',
    '--port',
    '0',
    '--speed',
    String(speed),
  ]);
  const service = await startProcess(program.file, [
    'start',
    '--port',
    '0',
    '--sandbox-url',
    sandbox.url,
    '--user',
    'ada',
  ]);
  const token = readFileSync(tokenFile(service.url, process.env), 'utf8').trim();
  // Whoever publishes a policy has credentials: in the sandbox, those of the hub's account.
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: '111111111111', AWS_SECRET_ACCESS_KEY: 'sandbox' });
  const env = {
    ...process.env,
    SELFHEAL_TOKEN: token,
    // Debian's aws goes before any other that may be there.
    PATH: ['/usr/bin', process.env.PATH].join(delimiter),
    HOME: home,
    AWS_PAGER: '',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const inBash = (block: string) =>
    new Promise<Ran>((resolve) => {
      execFile('bash', ['-euo', 'pipefail', '-c', block], { cwd: root, env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` }),
      );
    });
  return {
    url: service.url,
    token,
    run: async (block) => {
      const here = block
        .replaceAll('http://127.0.0.1:4510', service.url)
        .replaceAll('http://127.0.0.1:4511', sandbox.url);
      if (!here.includes(COMMAND)) return inBash(here);
      let output = '';
      for (const line of here.split('\n').filter((each) => each !== '')) {
        const ran = await inProcess(line, service.url);
        output += ran.output;
        if (ran.code !== 0) return { ...ran, output };
      }
      return { code: 0, output };
    },
    close: async () => {
      await stopped(service.child);
      await stopped(sandbox.child);
      program.remove();
      rmSync(home, { recursive: true });
    },
  };
};

const COMMAND = 'npx selfheal';

/** Without a process of its own for each command, which would cost a second each; `start` above has one. */
const inProcess = async (line: string, url: string): Promise<Ran> => {
  if (!line.startsWith(COMMAND)) throw new Error(`a block has ${COMMAND} in every line or in none: ${line}`);
  const words = [...line.slice(COMMAND.length).matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
  let output = '';
  const write = (text: string): void => {
    output += text;
  };
  const read = (file: string): string => readFileSync(join(root, file), 'utf8');
  const needsService = words[0] !== 'policy' || ['explain', 'backtest'].includes(words[1] ?? '');
  const args = needsService ? [...words, '--url', url] : words;
  // A command that computed for long has not heard that its connection was closed meanwhile.
  for (let turns = 0; turns < 3; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  const code = await runCommand(args, { ...silentIo, out: write, err: write, read, userName: () => 'ada' });
  return { code, output };
};

/** Resolves with the address in the line that says it is ready. */
const startProcess = (file: string, args: readonly string[]) =>
  new Promise<{ readonly url: string; readonly child: ChildProcess }>((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], {
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
