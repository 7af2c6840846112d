/**
 * Debian's `aws` against the sandbox. Where it is not installed its tests pass with a note, unless
 * SELFHEAL_REQUIRE_AWSCLI=1 makes its absence a failure.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

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
    PATH: '/usr/bin:/bin',
    HOME: '/nonexistent',
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'not-checked',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_MAX_ATTEMPTS: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const command = ['--endpoint-url', url, '--output', 'json', '--no-cli-pager', ...args];
  try {
    const { stdout } = await promisify(execFile)(AWS, command, { env });
    return { code: 0, json: stdout === '' ? undefined : JSON.parse(stdout), stderr: '' };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, json: undefined, stderr };
  }
};
