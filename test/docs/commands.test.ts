import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasAwsCommand } from '../support/aws-command.ts';
import { allBlocks } from './markdown.ts';
import { type RunningService, startRunningService } from './running-service.ts';

/** Blocks whose fence says `sh run` are run here as they stand; those with `aws` need Debian's aws command. */
const runnable = allBlocks().filter(({ info }) => info[0] === 'sh' && info[1] === 'run');
const files = [...new Set(runnable.map(({ file }) => file))];

/** One for each block that needs a case which waits for a person: ID and HASH stand for its own. */
const BUCKETS = ['payroll', 'invoices', 'assets', 'backups', 'exports'].map(
  (name) => `shop-dev-${name}-eu-west-1`,
);

interface Waiting {
  readonly id: string;
  readonly planHash: string;
}

const waiting: Waiting[] = [];
let service: RunningService;

beforeAll(async () => {
  service = await startRunningService(30);
  for (const what of BUCKETS)
    await post('/api/sandbox/break', { what, rule: 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED' });
  await untilWaiting(BUCKETS.length);
});
afterAll(() => service.close());

describe('the commands in the docs', () => {
  it.concurrent.each(files.filter((file) => !throwsSwitches(file)))(
    'in %s do what they are there for',
    async (file) => doAsTold(file),
  );

  // A plan refuses to be whole while switches are thrown and lifted, and rightly.
  it.each(files.filter(throwsSwitches))('in %s, which stop and resume, do what they are there for', doAsTold);

  it('are all in pages that this test knows of', () => {
    expect(files).toEqual([
      'README.md',
      'docs/compliance.md',
      'docs/exemptions.md',
      'docs/on-call.md',
      'docs/operations.md',
      'docs/plan.md',
      'docs/policy.md',
      'docs/reports.md',
      'docs/sandbox.md',
    ]);
  });
});

const throwsSwitches = (file: string): boolean =>
  runnable.some((block) => block.file === file && /selfheal (?:stop|resume)\b/.test(block.text));

const doAsTold = async (file: string): Promise<void> => {
  for (const block of runnable.filter((each) => each.file === file)) {
    if (block.info[2] === 'aws' && !hasAwsCommand()) continue;
    const text = withCase(block.text);
    const { code, output } = await service.run(text);
    expect(code, `${block.file}:${block.line}\n${text}\n${output}`).toBe(0);
  }
};

const withCase = (text: string): string => {
  if (!/\bID\b/.test(text)) return text;
  const about = waiting.pop();
  if (about === undefined) throw new Error('more blocks need a waiting case than there are: add to BUCKETS');
  return text.replaceAll(/\bID\b/g, about.id).replaceAll(/\bHASH\b/g, about.planHash);
};

const post = async (path: string, body: unknown): Promise<void> => {
  const answer = await fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${service.token}` },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} was refused: ${await answer.text()}`);
};

/** The sandbox's time runs by itself here, so this looks until it has come so far; the test's time limit ends it. */
const untilWaiting = async (count: number): Promise<void> => {
  while (waiting.length < count) {
    const answer = await fetch(`${service.url}/api/cases?status=awaiting-approval`);
    const found = (await answer.json()) as readonly Waiting[];
    if (found.length >= count) waiting.push(...found);
    else await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
