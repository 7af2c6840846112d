/**
 * Debian's `aws` against the sandbox. Where it is not installed its tests pass with a note, unless
 * SELFHEAL_REQUIRE_AWSCLI=1 makes its absence a failure.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const AWS = '/usr/bin/aws';

/** False, with a note, when there is none and none is required. */
export const hasAwsCommand = (): boolean => {
  if (existsSync(AWS)) return true;
  if (process.env.SELFHEAL_REQUIRE_AWSCLI === '1') {
    throw new Error(`SELFHEAL_REQUIRE_AWSCLI=1, but there is no ${AWS}: install Debian's awscli.`);
  }
  console.warn(`NOT CHECKED against Debian's aws command: there is no ${AWS}.`);
  return false;
};

export interface AwsAnswer {
  readonly code: number;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for.
  readonly json: any;
  readonly stderr: string;
}

export const aws = async (
  url: string,
  args: readonly string[],
  account = '222222222222',
): Promise<AwsAnswer> => {
  const env = {
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'not-checked',
    AWS_MAX_ATTEMPTS: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const { code, stdout, stderr } = await runAws(['--endpoint-url', url, '--output', 'json', ...args], env);
  return { code, json: code !== 0 || stdout === '' ? undefined : JSON.parse(stdout), stderr };
};

export interface AwsRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in the AWS CLI's own process, which all commands share; one at a time. */
export const runAws = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<AwsRun> => {
  const run = last.then(() => ask(['--no-cli-pager', ...args], env));
  last = run.catch(() => undefined);
  return run;
};

let last: Promise<unknown> = Promise.resolve();
let cli: Cli | undefined;

interface Cli {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly answers: AsyncIterator<string>;
}

const ask = async (args: readonly string[], env: Readonly<Record<string, string>>): Promise<AwsRun> => {
  cli ??= start();
  const { child, answers } = cli;
  child.ref();
  child.stdin.write(
    `${JSON.stringify({ args, env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', AWS_DEFAULT_REGION: 'us-east-1', ...env } })}\n`,
  );
  const { value, done } = await answers.next();
  child.unref();
  if (done) throw new Error(`the aws command ended while it ran: aws ${args.join(' ')}`);
  return JSON.parse(value);
};

const start = (): Cli => {
  const script = fileURLToPath(new URL('aws-commands.py', import.meta.url));
  const child = spawn('/usr/bin/python3', [script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
  });
  process.once('exit', () => child.kill());
  return { child, answers: createInterface(child.stdout)[Symbol.asyncIterator]() };
};
