/** How long a function's code takes to import in a fresh process: the part of a cold start that is ours. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { buildFunctions } from '../infra/build/build-functions.ts';
import type { Figure } from './figure.ts';

export interface ImportTime {
  readonly name: string;
  readonly ms: number;
}

/** The best of so many: other work on the machine makes a run slower and never faster. */
const RUNS = 5;

export const measureImports = async (): Promise<readonly ImportTime[]> => {
  const dir = mkdtempSync(join(tmpdir(), 'selfheal-bench-'));
  try {
    const built = await buildFunctions({ outDir: dir, policyFile: 'policy.yml', runbooksDir: 'runbooks' });
    const times: ImportTime[] = [];
    for (const { name, dir: folder } of built) {
      const runs: number[] = [];
      for (let run = 0; run < RUNS; run += 1) runs.push(await importOnce(join(folder, 'index.mjs')));
      times.push({ name, ms: Math.min(...runs) });
    }
    return times;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const IMPORT = `
const began = performance.now();
await import(process.env.MODULE);
process.stdout.write(String(performance.now() - began));
`;

const importOnce = async (file: string): Promise<number> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--enable-source-maps', '--input-type=module', '--eval', IMPORT],
    { env: { ...ENVIRONMENT, MODULE: pathToFileURL(file).href } },
  );
  return Number(stdout);
};

/** Importing calls nothing: these are only read. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: '222222222222',
  AWS_SECRET_ACCESS_KEY: 'bench',
  SELFHEAL_HUB_ACCOUNT: '222222222222',
  SELFHEAL_TABLE: 'selfheal',
  SELFHEAL_EVENT_BUS: 'selfheal',
  SELFHEAL_WAKE_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/222222222222/selfheal-wakes',
  SELFHEAL_REFUSED_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/222222222222/selfheal-refused',
  SELFHEAL_OPERATIONS_TOPIC: 'arn:aws:sns:us-east-1:222222222222:selfheal-operations',
  SELFHEAL_EXTERNAL_ID: 'selfheal-bench',
};

export const figureOfImports = (times: readonly ImportTime[]): Figure => {
  const [longest] = [...times].sort((a, b) => b.ms - a.ms);
  if (longest === undefined) throw new Error('there is no function to import');
  return {
    what: `longest import of a function's code (${longest.name})`,
    value: Math.round(longest.ms),
    unit: 'ms',
    how: `The whole bundle with the AWS SDK, policy and catalog read and checked, in a fresh process of this machine's Node; best of ${RUNS}. Lambda at 512 MB has about a third of a core.`,
    parts: times.map(({ name, ms }) => `${name}: ${Math.round(ms)} ms`),
  };
};
