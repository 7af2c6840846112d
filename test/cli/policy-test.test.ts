/** `selfheal policy test` as people and pipelines call it; and the default policy by its own tests. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realIo } from '../../cli/io.ts';
import { runCommand } from '../../cli/program.ts';
import { memoryIo } from './memory-io.ts';

const POLICY = `version: 1
entries:
  - { name: versioning, match: { rule: S3_BUCKET_VERSIONING_ENABLED }, mode: auto }
  - { name: recovery, match: { rule: DYNAMODB_PITR_ENABLED }, mode: auto }
`;
const tests = (expected: string): string =>
  `version: 1\ntime: 2026-06-03T10:00:00Z\ntests:\n  - name: "a <bucket> & a 'key'"\n    given: { rule: S3_BUCKET_VERSIONING_ENABLED }\n    expect: ${expected}\n`;
const FILES = {
  'policy.yml': POLICY,
  'docs/lone.yml': POLICY,
  'good.policy-test.yml': tests('{ entry: versioning, mode: auto, starts: true }'),
  'bad.policy-test.yml': tests('{ entry: recovery, mode: approve }'),
  'wrong.policy-test.yml': tests('{ entyr: recovery }'),
  'sub/policy.yml': POLICY,
  'sub/a.policy-test.yml': tests('{ entry: versioning }'),
};

const run = async (...args: readonly string[]) => {
  const written = new Map<string, string>();
  const io = memoryIo(FILES, {
    write: (file, text) => void written.set(file, text),
    hasFolder: realIo().hasFolder,
  });
  const code = await runCommand(['policy', 'test', ...args], io);
  return { code, out: io.written(), err: io.complained(), written };
};

describe('tests that pass', () => {
  it('are listed, with what they do not reach', async () => {
    const { code, out, err } = await run('good.policy-test.yml');
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(
      `good.policy-test.yml\n  ok    a <bucket> & a 'key'\n\nOne test, all as expected. They reach 1 of the 2 entries of policy.yml (50 %). No test reaches recovery.\n`,
    );
  });

  it('fail where more must be reached', async () => {
    expect(await run('good.policy-test.yml', '--min-coverage', '100')).toMatchObject({
      code: 1,
      err: 'error: The tests reach 50 % of the entries of policy.yml, and --min-coverage asks for 100 %.\n',
    });
    expect((await run('good.policy-test.yml', '--min-coverage', '50')).code).toBe(0);
  });

  it('go by the policy beside them, or by the one that is named', async () => {
    expect((await run('sub/a.policy-test.yml')).out).toContain('entries of sub/policy.yml');
    expect((await run('sub/a.policy-test.yml', '--policy', 'policy.yml')).out).toContain(
      'entries of policy.yml',
    );
  });
});

describe('tests that fail', () => {
  it('are told with what was expected, what came, and why', async () => {
    const { code, out, err } = await run('bad.policy-test.yml', 'good.policy-test.yml');
    expect([code, err]).toEqual([1, 'error: One test failed.\n']);
    expect(out).toBe(`bad.policy-test.yml
  FAIL  a <bucket> & a 'key'  bad.policy-test.yml:4:5
          entry: expected recovery, got versioning
            "recovery" does not match: rule: wanted "DYNAMODB_PITR_ENABLED", but it is "S3_BUCKET_VERSIONING_ENABLED", "s3-bucket-versioning-enabled"
            "versioning" (entries[0]) matches, and no entry before it does
          mode: expected approve, got auto
            severity low (from the catalog), mode auto (from the entry)
          It is decided by "versioning" and goes to queued: policy entry "versioning" says auto

good.policy-test.yml
  ok    a <bucket> & a 'key'

2 tests, 1 failed. They reach 1 of the 2 entries of policy.yml (50 %). No test reaches recovery.
`);
  });

  it('are written for a pipeline', async () => {
    const { written } = await run('bad.policy-test.yml', '--junit', 'results.xml');
    const xml = written.get('results.xml') ?? '';
    expect(xml).toContain('<testsuite name="bad.policy-test.yml" tests="1" failures="1">');
    expect(xml).toContain(`name="a &lt;bucket&gt; &amp; a 'key'" file="bad.policy-test.yml" line="4"`);
    expect(xml).toContain('<failure message="entry: expected recovery, got versioning">');
    expect(xml).not.toMatch(/<bucket>|& /);
  });

  it('have too little coverage beside them, for a pipeline and for a person', async () => {
    const { written, err } = await run('bad.policy-test.yml', '--min-coverage', '90', '--junit', 'r.xml');
    const why = 'The tests reach 50 % of the entries of policy.yml, and --min-coverage asks for 90 %.';
    expect(err).toBe(`error: One test failed. ${why}\n`);
    const xml = written.get('r.xml') ?? '';
    expect(xml).toContain('<testsuite name="policy.yml" tests="1" failures="1">');
    expect(xml).toContain(
      `<testcase classname="policy.yml" name="coverage" file="policy.yml">\n      <failure message="${why}">They reach 1 of the 2 entries`,
    );
    const enough = await run('good.policy-test.yml', '--min-coverage', '50', '--junit', 'r.xml');
    expect(enough.written.get('r.xml')).toContain('<testsuite name="policy.yml" tests="1" failures="0">');
    expect(enough.written.get('r.xml')).not.toContain('<failure');
  });

  it('are told although the results for a pipeline cannot be written', async () => {
    const io = memoryIo(FILES, {
      write: () => {
        throw new Error('ENOSPC: no space left on device');
      },
    });
    const code = await runCommand(['policy', 'test', 'good.policy-test.yml', '--junit', 'r.xml'], io);
    expect(code).toBe(1);
    expect(io.written()).toContain('One test, all as expected.');
    expect(io.complained()).toBe('error: r.xml cannot be written: ENOSPC: no space left on device\n');
  });

  it('are told to scripts', async () => {
    const { code, out } = await run('bad.policy-test.yml', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject([
      {
        policy: 'policy.yml',
        coverage: { percent: 50, unreached: ['recovery'] },
        tests: [{ ok: false, deviations: [{ what: 'entry' }, { what: 'mode' }], said: { state: 'queued' } }],
      },
    ]);
  });
});

describe('what cannot be run', () => {
  it.each([
    [
      ['wrong.policy-test.yml'],
      1,
      /^error: wrong\.policy-test\.yml:6:15 tests\[0\]\.expect\.entyr: .*\nNothing was tested\.\n$/,
    ],
    [['gone.yml'], 1, /There is no file gone\.yml/],
    [['good.policy-test.yml', '--policy', 'gone.yml'], 1, /There is no file gone\.yml/],
    [['--policy', 'test/fixtures/none/policy.yml'], 1, /The folder test\/fixtures\/none cannot be read/],
    [['--policy', 'docs/lone.yml'], 1, /There are no tests beside docs\/lone\.yml: write lone\.test\.yml/],
    [['--policy', 'gone.yml'], 1, /There is no file gone\.yml/],
    [['--policy', 'docs/gone.yml'], 1, /There is no file docs\/gone\.yml/],
    [
      ['good.policy-test.yml', '--junit', '/nonexist/o.xml'],
      2,
      /^error: There is no directory \/nonexist: make it, or choose another file\.\n$/,
    ],
    [['--min-coverage', '101'], 2, /Expected a whole number from 0 to 100/],
  ])('%j is told why', async (args, code, why) => {
    expect(await run(...args)).toMatchObject({ code, err: expect.stringMatching(why) });
  });
});

describe('the default policy', () => {
  const disk = (file: string): string => readFileSync(file, 'utf8');

  it('decides as its tests say, and they reach every entry', async () => {
    const io = memoryIo({}, { read: disk });
    const code = await runCommand(['policy', 'test', '--min-coverage', '100'], io);
    expect([code, io.complained()]).toEqual([0, '']);
    expect(io.written()).toMatch(
      /tests, all as expected\. They reach (\d+) of the \1 entries of policy\.yml \(100 %\)/,
    );
  });

  it('has nothing to warn of', async () => {
    const io = memoryIo({}, { read: disk });
    expect([await runCommand(['policy', 'check', '--strict'], io), io.complained()]).toEqual([0, '']);
  });
});

const signal = () => {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
};

describe('--watch', () => {
  it('runs again when the policy changes, until it is ended', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'selfheal-watch-'));
    const policy = join(folder, 'policy.yml');
    const heard = signal();
    const ended = signal();
    writeFileSync(policy, POLICY);
    writeFileSync(join(folder, 'policy.test.yml'), tests('{ entry: versioning, mode: auto }'));
    let out = '';
    const io = memoryIo(
      {},
      {
        read: (file) => readFileSync(file, 'utf8'),
        out: (text) => {
          out += text;
          if (out.includes('mode: expected auto, got observe')) heard.resolve();
        },
        untilStopped: () => {
          // Only now is the folder watched.
          writeFileSync(policy, POLICY.replace('mode: auto', 'mode: observe'));
          return ended.promise;
        },
      },
    );
    const watching = runCommand(['policy', 'test', '--policy', policy, '--watch'], io);
    await heard.promise;
    ended.resolve();
    expect(await watching).toBe(0);
    expect(out).toContain('One test, all as expected.');
    expect(out).toContain('Waiting for a change');
    rmSync(folder, { recursive: true });
  });
});
