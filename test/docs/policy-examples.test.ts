/** What the docs say that a policy does: each block of tests runs against the policy that stands before it. */
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../cli/program.ts';
import { memoryIo } from '../cli/memory-io.ts';
import { allBlocks, codeBlocks } from './markdown.ts';

const is =
  (kind: string) =>
  ({ info }: { readonly info: readonly string[] }) =>
    info[0] === 'yaml' && info[1] === kind;

const blocks = allBlocks();
const tested = blocks.filter(is('policy-test')).map((block) => {
  const before = blocks.slice(0, blocks.indexOf(block)).findLast(is('policy'));
  return [`${block.file}:${block.line}`, before?.text ?? '', block.text] as const;
});

const runOn = async (policy: string, tests: string) => {
  const io = memoryIo({ 'policy.yml': policy, 'policy.test.yml': tests });
  const code = await runCommand(['policy', 'test', 'policy.test.yml'], io);
  return { code, out: io.written(), err: io.complained() };
};

describe('the policies in the docs', () => {
  it('are many that are tested', () => {
    expect(tested.length).toBeGreaterThanOrEqual(5);
  });

  it.each(tested)('%s decide as it is said there', async (_, policy, tests) => {
    const { code, out, err } = await runOn(policy, tests);
    expect(code, `${out}${err}`).toBe(0);
  });

  it.each(blocks.filter(is('policy')).map(({ file, line, text }) => [`${file}:${line}`, text] as const))(
    '%s is one that policy check takes',
    async (_, policy) => {
      const io = memoryIo({ 'policy.yml': policy });
      expect(await runCommand(['policy', 'check'], io), io.written()).toBe(0);
    },
  );
});

it('a test that fails says what docs/policy.md shows', async () => {
  const shown = codeBlocks('docs/policy.md').find(({ info }) => info[0] === 'text' && info[1] === 'failing');
  const policy = tested.find(([, text]) => text.includes('production-asks'))?.[1] ?? '';
  const { out } = await runOn(
    policy,
    `version: 1\ntime: 2026-06-03T10:00:00Z\ntests:\n  - { name: production heals by itself, given: { rule: S3_BUCKET_VERSIONING_ENABLED, tags: { env: prod } }, expect: { mode: auto } }\n`,
  );
  expect(out.split('\n\n')[0]?.replace(/plan [0-9a-f]{12}/, 'plan HASH')).toBe(shown?.text);
});
