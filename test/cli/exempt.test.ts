/** `selfheal exempt`, against the service itself: what a person types, and what they read. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../cli/program.ts';
import { type RunningService, startService } from '../../cli/service/start-service.ts';
import { memoryIo } from './memory-io.ts';

let service: RunningService;
beforeAll(async () => {
  service = await startService({
    port: 0,
    policyFile: 'test/fixtures/policies/exemptions.yml',
    speed: 60,
    user: 'ada',
  });
  vi.stubEnv('SELFHEAL_TOKEN', service.token);
});
afterAll(() => service.close());

const run = async (...args: readonly string[]) => {
  const io = memoryIo();
  const code = await runCommand([...args, '--url', service.url], io);
  return { code, out: io.written(), err: io.complained() };
};
const ADD = ['exempt', 'add', '--owner', 'shop', '--reason', 'only a cache', '--expires', '2099-01-31'];

describe('selfheal exempt', () => {
  it('adds one by what it covers, lists it beside those of the policy, shows it, and removes it', async () => {
    const added = await run(
      ...ADD,
      '--rule',
      'a',
      '--rule',
      'b',
      '--tag',
      'env=dev',
      '--name',
      'cache',
      '--as',
      'ada',
    );
    expect(added.code).toBe(0);
    expect(added.out).toContain('In force:\ncache\n');
    expect(added.out).toContain('those that wait for an approval or a person stay as they are.');
    expect(added.out).toMatch(/covers +rule "a" or "b", tags.env "dev"/);
    const { out: list } = await run('exempt', 'list');
    expect(list).toMatch(/^cache +holds +2099-02-01 00:00:00Z +shop +command/m);
    expect(list).toMatch(/^until-four +\w+ +2026-11-21 04:00:00Z +shop-team +policy/m);
    expect((await run('exempt', 'show', 'cache')).out).toMatch(/from +ada, /);
    const removed = await run('exempt', 'remove', 'cache', '--reason', 'gone', '--as', 'ada');
    expect(removed.out).toContain('Removed: exemption cache.');
    expect(await run('exempt', 'show', 'cache')).toMatchObject({ code: 1 });
  });

  it('warns of a rule or a Region that is probably not meant, and adds it all the same', async () => {
    const asked = ['--rule', 'S3_BUCKET_VERSIONING_ENABLE', '--rule', 'NOPE_RULE', '--region', 'mars'];
    const { code, err, out } = await run(...ADD, ...asked, '--name', 'doubtful', '--json');
    expect(code).toBe(0);
    expect(err.split('\n')).toEqual([
      'Warning: --region mars: expected a Region such as eu-central-1, or global.',
      'Warning: --rule S3_BUCKET_VERSIONING_ENABLE: not a rule of the catalog (did you mean S3_BUCKET_VERSIONING_ENABLED?).',
      'Warning: --rule NOPE_RULE: not a rule of the catalog (it covers only a rule of your own).',
      '',
    ]);
    expect(JSON.parse(out).name).toBe('doubtful');
  });

  it('warns of nothing that is known, be it a rule by its deployed name', async () => {
    const known = [
      '--rule',
      'S3_BUCKET_VERSIONING_ENABLED',
      '--rule',
      'OrgConfigRule-restricted-ssh-a1b2c3d4',
    ];
    const regions = ['--region', 'eu-central-1', '--region', 'us-gov-west-1', '--region', 'global'];
    expect(await run(...ADD, ...known, ...regions)).toMatchObject({ code: 0, err: '' });
  });

  it('gives the same match the same name, so that the same command again is no second exemption', async () => {
    const args = [...ADD, '--resource', 'x', '--account', '222222222222', '--json'];
    const names = [await run(...args), await run(...args)].map(({ out }) => JSON.parse(out).name);
    expect(names[0]).toMatch(/^exempt-[0-9a-f]{10}$/);
    expect(names[1]).toBe(names[0]);
    const { out } = await run('exempt', 'list', '--json');
    const { exemptions } = JSON.parse(out);
    expect(exemptions.filter(({ name }: { name: string }) => name === names[0])).toHaveLength(1);
  });

  it('lists what ends soon by the time of the service, and nothing else', async () => {
    expect((await run('exempt', 'lapsing', '--within', '30s')).out).toBe('No exemption ends within 30s.\n');
    expect((await run('exempt', 'lapsing', '--within', '99999d', '--json')).out).toContain('2099-02-01');
  });

  it.each<[string, readonly string[], string, number]>([
    ['nothing that it covers', ADD, 'Say what is exempt: --rule, --resource', 2],
    ['a tag without a value', [...ADD, '--tag', 'env'], '--tag: expected KEY=VALUE', 2],
    [
      'a day that there is not',
      [...ADD, '--rule', 'a', '--expires', '2027-02-30'],
      'expires: expected a date',
      1,
    ],
    ['an account that is none', [...ADD, '--account', '42'], 'match.account[0]: expected an account id', 1],
    [
      'a name of the policy',
      [...ADD, '--rule', 'a', '--name', 'until-four'],
      'the policy has an exemption',
      1,
    ],
    [
      'no such exemption',
      ['exempt', 'remove', 'nobody', '--reason', 'x'],
      'there is no exemption "nobody"',
      1,
    ],
    ['one of the policy', ['exempt', 'remove', 'until-four', '--reason', 'x'], 'stands in the policy', 1],
    ['no duration', ['exempt', 'lapsing', '--within', 'soon'], '--within: expected a duration', 2],
  ])('says what is wrong with %s', async (_, args, message, code) => {
    const told = await run(...args);
    expect(told.err).toContain(message);
    expect(told.code).toBe(code);
  });
});
