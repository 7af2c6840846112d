import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Io } from '../../cli/io.ts';
import { runCommand } from '../../cli/program.ts';
import { type RunningService, startService } from '../../cli/service/start-service.ts';
import type { CaseJson } from '../../console/case-json.ts';
import type { CaseChanged } from '../../domain/case-changed.ts';
import { changeBreaker } from '../../domain/engine/breakers.ts';
import { memoryIo } from './memory-io.ts';

let service: RunningService;
let waiting: CaseJson;

/** One command line against the running service. */
const selfheal = async (
  line: readonly string[],
  files: Record<string, string> = {},
  given: Partial<Io> = {},
) => {
  const io = memoryIo(files, given);
  const code = await runCommand([...line, '--url', service.url], io);
  return { code, out: io.written(), err: io.complained() };
};

beforeAll(async () => {
  service = await startService({ port: 0, policyFile: 'policy.yml', speed: 60, user: 'ada' });
  vi.stubEnv('SELFHEAL_TOKEN', service.token);
  const awaited = new Promise<CaseChanged>((found) => {
    service.onChange((change) => {
      if (change.to === 'awaiting-approval') found(change);
    });
  });
  const rule = 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED';
  await selfheal(['sandbox', 'break', 'shop-prod-payroll-us-east-1', '--rule', rule]);
  const { caseId } = await awaited;
  waiting = JSON.parse((await selfheal(['case', caseId, '--json'])).out);
});
afterAll(() => service.close());

describe('sweep', () => {
  it('says that nothing was swept, waits for what it orders, and tells what was found', async () => {
    expect((await selfheal(['sweep', 'status'])).out).toMatch(/^Nothing was swept yet\./);
    const { code, out, err } = await selfheal([
      'sweep',
      '--account',
      '222222222222',
      '--wait',
      '--as',
      'ada',
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^Swept 222222222222, .*, for ada: complete\n {2}looked at {2}2 accounts and Regions: 2 whole, /,
    );
    expect(out).toMatch(
      /WHERE +ASKED +SWEPT +RULES +FOUND +OPENED +CLOSED +ERRORS\n222222222222\/us-east-1 +aggregator +whole/,
    );
    const status = await selfheal(['sweep', 'status', '--json']);
    expect(JSON.parse(status.out)).toMatchObject({ everything: null, asked: { last: { complete: true } } });
    expect((await selfheal(['sweep', 'status'])).out).toContain('Nothing but parts was swept yet.');
  });

  it('orders without waiting', async () => {
    expect((await selfheal(['sweep', '--as', 'ada'])).out).toMatch(/^Sweep [0-9a-f-]{36} is ordered\./);
    expect(await selfheal(['sweep', '--account', 'nobody'])).toMatchObject({
      code: 1,
      err: 'error: bad-request: accounts[0]: expected the 12 digits of an account id\n',
    });
  });
});

describe('cases', () => {
  it('lists them as a table that fits, with less in it where there is less room', async () => {
    const wide = (await selfheal(['cases'], {}, { columns: 160 })).out.split('\n');
    expect(wide[0]).toMatch(/^CASE +STATE +SEVERITY +RESOURCE +RULE +ACCOUNT +REGION +TRIES +OPENED$/);
    expect(wide[1]).toMatch(/awaiting-approval +high +shop-prod-payroll/);
    const narrow = (await selfheal(['cases'], {}, { columns: 80 })).out.split('\n');
    expect(narrow[0]).toMatch(/^CASE +STATE +SEVERITY +RESOURCE +RULE$/);
    for (const line of narrow) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('prints an array without timelines as JSON', async () => {
    const { out } = await selfheal(['cases', '--status', 'awaiting-approval', '--json']);
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({ id: waiting.id, state: 'awaiting-approval' }),
    ]);
    expect(out).not.toContain('timeline');
  });

  it('says so when none matches', async () => {
    expect(await selfheal(['cases', '--account', '999999999999'])).toEqual({
      code: 0,
      out: 'No case matches.\n',
      err: '',
    });
  });
});

describe('case', () => {
  it('tells what, why, who and when, and how to decide', async () => {
    const { out } = await selfheal(['case', waiting.id]);
    expect(out).toContain('shop-prod-payroll-us-east-1 fails s3-bucket-level-public-access-prohibited');
    expect(out).toContain('high, awaiting-approval');
    expect(out).toContain(`selfheal approve ${waiting.id} --plan-hash ${waiting.planHash} --reason`);
    expect(out).toMatch(/approval requested, by selfheal → awaiting-approval/);
  });

  it('gives scripts every field they count on', async () => {
    expect(Object.keys(waiting)).toEqual(
      expect.arrayContaining(
        'id state finding severity mode attempts planHash runbook openedAt dueAt closedAt timeline'.split(
          ' ',
        ),
      ),
    );
    expect(Object.keys(waiting.finding)).toEqual(
      expect.arrayContaining('account region rule ruleIdentifier resourceType resourceId'.split(' ')),
    );
    expect(Object.keys(waiting.timeline[0] ?? {})).toEqual(
      expect.arrayContaining(['at', 'who', 'what', 'why']),
    );
  });

  it('fails for a case that is not there', async () => {
    expect(await selfheal(['case', 'nope-1'])).toMatchObject({
      code: 1,
      err: 'error: no-such-case: there is no such case; selfheal cases lists them\n',
    });
  });
});

describe('approve', () => {
  const approve = (hash: string, ...more: string[]) =>
    selfheal(['approve', waiting.id, '--plan-hash', hash, '--reason', 'looked at it', ...more]);

  it('refuses another hash, takes the right one in the name of the person, and only once', async () => {
    expect(await approve('0'.repeat(64))).toMatchObject({
      code: 1,
      err: expect.stringContaining('look at it again before you decide'),
    });
    expect(await approve(waiting.planHash ?? '', '--as', 'Grace')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Approved: case \S+ is now queued\.\n$|^Approved: case/),
    });
    expect((await approve(waiting.planHash ?? '')).code).toBe(1);
    expect((await selfheal(['case', waiting.id])).out).toContain('approved, by grace');
  });
});

describe('send', () => {
  it('reports each event with its line, and fails when any was refused', async () => {
    const { code, out, err } = await selfheal(['send', '-'], {
      '-': '{"detail-type":"Other"}\n\n{"detail-type":7}\n',
    });
    expect(code).toBe(1);
    expect(out).toMatch(
      /^line 1: ignored: .*\nline 3: refused: detail-type: .*\n0 accepted, 1 ignored, 1 refused\n$/,
    );
    expect(err).toBe('error: 1 of 2 events refused.\n');
  });

  it('keeps the numbers of lines and events when it sends in parts', async () => {
    const many = Array.from({ length: 450 }, (_, n) => (n === 449 ? 'bad' : '{"detail-type":"Other"}')).join(
      '\n',
    );
    const { code, out } = await selfheal(['send', 'many', '--json'], { many });
    const told = JSON.parse(out);
    expect(code).toBe(1);
    expect(told).toMatchObject({ accepted: 0, ignored: 449, refused: 1 });
    expect(told.events.at(-1)).toMatchObject({ index: 449, line: 450, answer: 'refused' });
  });

  it('has nothing to send', async () => {
    expect(await selfheal(['send', 'empty'], { empty: '\n' })).toMatchObject({
      code: 1,
      err: 'error: empty holds no event.\n',
    });
  });
});

describe('sandbox', () => {
  it('lists what each resource offends', async () => {
    const { out } = await selfheal(['sandbox', 'list', '--type', 'AWS::S3::Bucket', '--json']);
    expect(JSON.parse(out).length).toBeGreaterThan(3);
    expect((await selfheal(['sandbox', 'list', '--type', 'AWS::S3::Bucket'])).out).toMatch(/^TYPE +ID/);
  });

  it('fails to break what there is not', async () => {
    expect(await selfheal(['sandbox', 'break', 'AWS::Nope'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('AWS::Nope'),
    });
  });

  it('has a rule err, and says how to undo it', async () => {
    const words = ['our-tags', '333333333333/us-east-1'];
    const rule = (...line: string[]) => selfheal(['sandbox', 'rule', ...line]);
    expect((await rule('errs', ...words, '--non-compliant', '250')).out).toBe(
      'The rule our-tags in 333333333333/us-east-1 errs now, with 250 NON_COMPLIANT results. Undo it with: selfheal sandbox rule well our-tags 333333333333/us-east-1\n',
    );
    expect((await rule('well', ...words)).out).toBe(
      'The rule our-tags in 333333333333/us-east-1 is well now, with 250 NON_COMPLIANT results.\n',
    );
    expect((await rule('ill', ...words)).code).toBe(2);
  });

  it('stops a recorder, says how to undo it, and the doctor says that it is off', async () => {
    const lane = '333333333333/us-east-1';
    const recorder = (...line: string[]) => selfheal(['sandbox', 'recorder', ...line]);
    expect((await recorder('off', lane)).out).toBe(
      `The recorder in ${lane} is off now. Undo it with: selfheal sandbox recorder on ${lane}\n`,
    );
    expect((await recorder()).out).toMatch(
      /^ACCOUNT +REGION +RECORDER.*\n(.*\n)*333333333333 +us-east-1 +off/,
    );
    const { code, out } = await selfheal(['doctor', '--lane', lane]);
    expect(code).toBe(1);
    expect(out).toMatch(/BROKEN\n {2}333333333333\/us-east-1\n {4}Config's recorder default is off since 20/);
    expect((await recorder('on', lane)).out).toBe(`The recorder in ${lane} is on now.\n`);
    expect(await recorder('off', 'here')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Name the'),
    });
  });

  it('sets faults and takes all of them back', async () => {
    const list = async () => (await selfheal(['sandbox', 'fault', 'list'])).out;
    const call = ['throttle', '--service', 'sts', '--account', '999999999999', '--next', '2'];
    await selfheal(['sandbox', 'fault', 'call', ...call]);
    await selfheal(['sandbox', 'fault', 'runbook', 'hangs', '--document', 'Nothing']);
    expect(await list()).toMatch(/"kind":"throttle".*\n.*"kind":"hangs"/);
    await selfheal(['sandbox', 'fault', 'clear']);
    expect(await list()).toBe('Nothing goes wrong on purpose.\n');
  });
});

describe('doctor', () => {
  it('tells what is wrong and how to mend it, and fails then', async () => {
    const lane = ['--lane', '333333333333/eu-west-1'];
    expect(await selfheal(['doctor', ...lane])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^healthy: /m),
    });
    await selfheal(['sandbox', 'fault', 'region', '333333333333', 'eu-west-1']);
    const { code, out, err } = await selfheal(['doctor', ...lane]);
    await selfheal(['sandbox', 'fault', 'clear']);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^BROKEN\n {2}333333333333\/eu-west-1\n {4}Region eu-west-1 is not enabled.*\n {4}mend: aws account/,
    );
    expect(err).toBe('error: not healthy: 1 broken, 0 unknown, 0 risks.\n');
  });
});

describe('dlq', () => {
  it('lists, shows and sends again, and asks first where there is somebody to ask', async () => {
    expect((await selfheal(['dlq'])).out).toBe('No dead letters.\n');
    await service.app.refusals.setAside('x', 'bad\u001b[31m', 'selfheal-executions');
    const { letters } = JSON.parse((await selfheal(['dlq', 'list', '--json'])).out);
    const { id } = letters[0];
    const table = (await selfheal(['dlq', 'list', 'selfheal-refused'])).out;
    expect(table).toMatch(/^ID +QUEUE +SENT +ABOUT +WHY\n/);
    expect(table).not.toContain('\u001b');
    expect((await selfheal(['dlq', 'show', id])).out).toContain(
      `selfheal dlq redrive ${id}   (to selfheal-executions)`,
    );
    expect(await selfheal(['dlq', 'redrive', id], {}, { confirm: async () => false })).toMatchObject({
      code: 1,
      err: 'error: Nothing was sent again.\n',
    });
    expect(await selfheal(['dlq', 'redrive', id])).toMatchObject({
      code: 0,
      out: 'selfheal-refused: 1 sent again to selfheal-executions.\n',
    });
    expect(await selfheal(['dlq', 'redrive', id])).toMatchObject({
      code: 1,
      err: expect.stringContaining(id),
    });
    expect((await selfheal(['dlq', 'show', id])).code).toBe(1);
  });
});

describe('stop', () => {
  it('holds and lets go, and says what is still held', async () => {
    const held = await selfheal(['stop', '--runbook', 'AWS-Nothing', '--reason', 'a drill']);
    expect(held.out).toMatch(
      /^Stopped: runbook AWS-Nothing is stopped since .* by ada: a drill\.\nIt covers no open case now\.\n$/,
    );
    expect(held.err).toContain('WARNING: No open case and no runbook of the catalog is called AWS-Nothing');
    expect(held.err).toContain('Nothing else was stopped.');
    expect((await selfheal(['cases'])).out).toMatch(
      /^runbook AWS-Nothing is stopped since .* by ada: a drill\n/,
    );
    const other = await selfheal(['resume', '--account', '333333333333']);
    expect(other.code).toBe(1);
    expect(other.err).toMatch(/account 333333333333 is not stopped; stopped: runbook AWS-Nothing is stopped/);
    const account = ['--account', '333333333333'];
    expect((await selfheal(['stop', ...account, '--reason', 'too'])).err).toBe('');
    expect((await selfheal(['resume', ...account])).out).toMatch(/^Still stopped:\n {2}runbook AWS-Nothing/);
    expect((await selfheal(['resume', '--runbook', 'aws-nothing'])).out).toBe(
      'Nothing is stopped any more.\n',
    );
  });

  it('warns of what nobody knows and says what may be meant, and how many cases are covered', async () => {
    const typo = await selfheal(['stop', '--rule', 'S3_BUCKET_VERSIONNG_ENABLED', '--reason', 'a drill']);
    expect(typo.code).toBe(0);
    expect(typo.err).toContain(
      'No open case and no rule of the catalog is called S3_BUCKET_VERSIONNG_ENABLED: did you mean S3_BUCKET_VERSIONING_ENABLED? Nothing else was stopped.\n',
    );
    await selfheal(['resume', '--rule', 'S3_BUCKET_VERSIONNG_ENABLED']);
    const known = await selfheal(['stop', '--rule', waiting.finding.rule.toUpperCase(), '--reason', 'x']);
    expect(known.err).toBe('');
    expect(known.out).toMatch(/\nIt covers (?:no|\d+) open cases? now\.\n$/);
    await selfheal(['resume', '--rule', waiting.finding.rule]);
  });

  it('with --cancel-running says how many runs were asked to stop', async () => {
    const here = ['--runbook', 'AWS-Nothing'];
    const held = await selfheal(['stop', ...here, '--cancel-running', '--reason', 'a drill']);
    expect(held.out).toContain('0 runs are asked to stop');
    await selfheal(['resume', ...here]);
  });
});

describe('breaker', () => {
  it('lists those that are open, and refuses to reset what is not', async () => {
    expect((await selfheal(['breaker', 'list'])).out).toBe('No breaker is open.\n');
    const reset = ['breaker', 'reset', '--reason', 'mended'];
    expect(await selfheal([...reset, '--rule', 'ENCRYPTED_VOLUMES'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('the breaker of rule ENCRYPTED_VOLUMES is not open; none is'),
    });
    expect(await selfheal(reset)).toMatchObject({ code: 2, err: expect.stringContaining('--rule') });
    const { policy, ports } = service.app;
    await changeBreaker(
      ports,
      { kind: 'rule', name: 'ENCRYPTED_VOLUMES' },
      {
        kind: 'tripped',
        policy: policy().unmatched.breaker,
        notify: [],
        failures: 5,
        attempts: 10,
        percent: 50,
        reason: '5 of 10 attempts failed',
      },
    );
    expect((await selfheal(['breaker', 'list'])).out).toMatch(
      /^breaker of rule ENCRYPTED_VOLUMES is open since .*: 5 of 10 attempts failed/,
    );
    expect((await selfheal(['cases'])).out).toContain('the breaker of rule ENCRYPTED_VOLUMES is open');
    expect((await selfheal([...reset, '--rule', 'ENCRYPTED_VOLUMES'])).out).toMatch(/is closed/);
    expect((await selfheal(['breaker', 'list'])).out).toMatch(/is closed since .* by ada: mended/);
  });
});
