/** The policy of a deployed selfheal from the command line, against a hub in the sandbox. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../cli/program.ts';
import { overtakenText, publicationText } from '../../cli/render/publication.ts';
import { type AccountsOptions, startAccounts } from '../../sandbox/account.ts';
import { deploy } from '../../sandbox/deployment.ts';
import { policyText, versionOf } from '../support/published-policies.ts';
import { memoryIo } from './memory-io.ts';

let sandbox: Awaited<ReturnType<typeof startAccounts>>;
const kept = { ...process.env };
beforeAll(async () => {
  const clock: AccountsOptions['clock'] = { kind: 'driven', startMs: 0 };
  sandbox = await startAccounts({ clock });
  await deploy({ url: sandbox.url, topics: [], lanes: [] });
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: '111111111111',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: sandbox.url,
  });
});
afterAll(async () => {
  process.env = kept;
  await sandbox.close();
});

const FILES = {
  'policy.yml': policyText('careful', 'approve'),
  'bold.yml': policyText('careful', 'auto'),
  'broken.yml': policyText('careful', 'atuo'),
  'unknown-runbook.yml': `${policyText('careful', 'approve')}    runbook: AWS-DoesNotExist\n`,
  'stranger.yml': `${policyText('careful', 'approve')}    runbook: AWS-ConfigureS3BucketVersioning\n    parameters: { BucketName: mine }\n`,
};

const run = async (...args: readonly string[]) => {
  const io = memoryIo(FILES);
  const code = await runCommand(['policy', ...args], io);
  return { code, out: io.written(), err: io.complained() };
};
const versions = async () =>
  JSON.parse((await run('versions', '--json')).out) as { readonly state: string }[];

describe('selfheal policy', () => {
  it('says that nothing was published yet', async () => {
    expect((await run('versions')).out).toContain('the policy packaged with the functions is in force');
    expect(await run('show')).toMatchObject({
      code: 1,
      err: expect.stringContaining('No version is in force'),
    });
  });

  it.each([
    [
      'broken.yml',
      /broken\.yml:\d+:\d+ entries\[0\]\.mode: expected one of[\s\S]*not valid and was not published/,
    ],
    [
      'unknown-runbook.yml',
      /entries\[0\]\.runbook: expected a runbook of the catalog; found "AWS-DoesNotExist"/,
    ],
    ['stranger.yml', /entries\[0\]\.parameters\.BucketName: expected [^;]*; found "BucketName"/],
    ['missing.yml', /There is no file missing\.yml/],
  ])('does not publish %s', async (file, why) => {
    expect(await run('publish', file, '--reason', 'test')).toMatchObject({
      code: 1,
      err: expect.stringMatching(why),
    });
    expect(await versions()).toEqual([]);
  });

  it('publishes, publishes no second time, publishes another, goes back, and tells all of it', async () => {
    expect((await run('publish', '--reason', 'first rollout', '--dry-run')).out).toMatch(
      /^It is valid\. Nothing was written\./,
    );
    const first = await run('publish', '--reason', 'first rollout');
    expect(first).toMatchObject({
      code: 0,
      err: expect.stringMatching(
        /^policy\.yml:\d+:\d+ warning: entries\[0\]\.mode: expected somebody who hears/,
      ),
    });
    expect(first.out).toMatch(
      /^Version 1 \([0-9a-f]{12}\) is in force, published by arn:aws:iam::111111111111:/,
    );
    expect((await run('publish', '--reason', 'again')).out).toMatch(
      /in force already, as version 1 .*nothing was written/,
    );
    const dry = await run('publish', 'bold.yml', '--reason', 'dare', '--dry-run');
    expect(dry.out).toBe(
      'Nothing was written. Against version 1:\n  changed  entry "careful": mode approve -> auto\n',
    );
    expect(await versions()).toHaveLength(1);
    expect((await run('publish', 'bold.yml', '--reason', 'dare')).out).toContain('mode approve -> auto');
    expect((await run('show')).out).toMatch(
      /^# version 2 .*in force\n# published .* by arn:.*: dare\nversion: 1\n/,
    );
    const back = await run('rollback', '1', '--reason', 'too bold', '--json');
    expect(JSON.parse(back.out)).toMatchObject({
      result: 'published',
      version: { sequence: 3, state: 'in-force', reason: 'too bold' },
      before: 2,
      changes: [{ kind: 'changed', what: 'entry "careful": mode auto -> approve' }],
    });
    expect(await versions()).toMatchObject([
      { sequence: 3, state: 'in-force' },
      { sequence: 2, state: 'older' },
      { sequence: 1, state: 'older' },
    ]);
    expect((await run('versions', '--limit', '1')).out.trim().split('\n')).toHaveLength(2);
    expect(await run('rollback', '9', '--reason', 'x')).toMatchObject({
      code: 1,
      err: 'error: There is no version 9. See: selfheal policy versions\n',
    });
  });

  it.each([
    [['publish'], 2, "required option '--reason <text>' not specified"],
    [['publish', '--reason', ' '], 2, 'Expected 1 to 500 characters'],
    [['rollback', '0', '--reason', 'x'], 2, 'Expected a whole number from 1 on'],
    [['versions', '--table', 'elsewhere'], 1, 'There is no table "elsewhere"'],
    [['versions', '--endpoint-url', 'http://127.0.0.1:9'], 1, 'dynamodb:'],
  ])('%j is told what is wrong', async (args, code, why) => {
    expect(await run(...args)).toMatchObject({ code, err: expect.stringContaining(why) });
  });
});

describe('what came of it', () => {
  it('is told to one who was overtaken, with the name and reason of the other', () => {
    const by = versionOf(8, 'other', { publishedBy: 'arn:grace', reason: 'incident\u001b[2J' });
    const text = overtakenText({ kind: 'overtaken', sequence: 8, by });
    expect(text).toContain('arn:grace (2026-11-21T03:00:00.000Z: incident) published version 8');
    expect(text).toContain('yours was not written');
  });

  it('is told when it could not be announced', () => {
    const published = versionOf(2, 'second');
    const done = { before: undefined, changes: [] };
    expect(
      publicationText({
        ...done,
        publication: { kind: 'not-announced', published, error: new Error('gone') },
      }),
    ).toMatch(/^Version 2 .* is published\. It could not be announced \(Error: gone\)/);
  });
});
