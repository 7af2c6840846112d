import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../cli/program.ts';
import type { AwaitingApproval, Case } from '../../domain/case/case.ts';
import { caseId, findingId } from '../../domain/finding.ts';
import { planHash } from '../../domain/plan.ts';
import { hourMs, plusMs } from '../../domain/time.ts';
import { type BatchService, batchService } from '../support/batch-service.ts';
import { aCase, finding, hash, NOW, plan, terms } from '../support/cases.ts';
import { memoryIo } from './memory-io.ts';

let service: BatchService;
let id: string;
let count = 0;

beforeAll(async () => {
  service = await batchService();
  vi.stubEnv('SELFHEAL_TOKEN', service.people.token('ada'));
});
afterAll(() => service.close());
beforeEach(async () => {
  id = await waits();
});

const waits = async (head: Partial<Case> = {}, state: Partial<AwaitingApproval> = {}): Promise<string> => {
  count += 1;
  const about = { ...finding, resourceId: `bucket-${count}` };
  const name = caseId(about, 1);
  const { cases } = service.ports;
  await cases.open(
    aCase('awaiting-approval', state, { id: name, finding: about, findingId: findingId(about), ...head }),
  );
  return name;
};

const stateOf = async (): Promise<string | undefined> => (await service.ports.cases.get(id))?.state.name;

const isApproved = async (): Promise<boolean> =>
  (await service.ports.cases.get(id))?.timeline.some(({ what }) => what === 'approved') === true;

/** The person at the terminal: what they say to each question. Running out of answers is Ctrl-C. */
type Said = string | (() => Promise<string>);

const atTerminal = async (line: readonly string[], ...says: readonly Said[]) => {
  const asked: string[] = [];
  const io = memoryIo(
    {},
    {
      isTty: true,
      canAsk: true,
      ask: async (question) => {
        const said = says[asked.length];
        asked.push(question);
        return typeof said === 'function' ? said() : said;
      },
    },
  );
  const code = await runCommand([...line, '--url', service.url], io);
  return { code, asked, out: io.written(), err: io.complained() };
};

const inScript = async (line: readonly string[]) => {
  const io = memoryIo();
  const code = await runCommand([...line, '--url', service.url], io);
  return { code, out: io.written(), err: io.complained() };
};

const other = { ...plan, parameters: { ...plan.parameters, VersioningState: ['Suspended'] } };
const otherHash = planHash(other);
/** The policy changed: another plan waits now. */
const replan = async (): Promise<void> => {
  const about = await service.ports.cases.get(id);
  if (about?.state.name !== 'awaiting-approval') throw new Error(`${id} does not wait`);
  await service.ports.cases.replace({
    ...about,
    version: about.version + 1,
    state: { ...about.state, plan: other, planHash: otherHash },
  });
};

describe('approve at a terminal', () => {
  it('shows the plan as a person needs it, fills its hash in and asks', async () => {
    const { code, out, asked } = await atTerminal(['approve', id], 'looked at it', 'yes');
    expect(out).toContain(`bucket-${count} fails s3-bucket-versioning-enabled`);
    expect(out).toMatch(/What would be done\n {2}change +Versioning: .* → Enabled\n {2}disruption +/);
    expect(out).toMatch(/runbook +AWS-ConfigureS3BucketVersioning version 1/);
    expect(out).toMatch(/parameter +VersioningState = Enabled/);
    expect(out).toMatch(/approved +0 of 1/);
    expect(asked).toEqual(['Why? (Enter for no reason) ', 'Approve this plan? Type yes: ']);
    expect(out).toMatch(new RegExp(`Approved: case ${id} is now queued\\.\n$`));
    expect(code).toBe(0);
    const timeline = (await service.ports.cases.get(id))?.timeline ?? [];
    expect(timeline).toContainEqual(expect.objectContaining({ what: 'approved', why: 'looked at it' }));
  });

  it.each([['y'], ['no'], [''], ['yes please'], [undefined]])(
    'changes nothing when the answer is %j',
    async (said) => {
      const { code, err } = await atTerminal(
        ['approve', id, '--reason', 'x'],
        ...(said === undefined ? [] : [said]),
      );
      expect([code, err]).toEqual([1, 'error: Nothing was approved.\n']);
      expect(await stateOf()).toBe('awaiting-approval');
    },
  );

  it('refuses a plan that changed while they read, shows it anew, and takes no "yes" typed ahead for it', async () => {
    const changed = async () => {
      await replan();
      return 'yes';
    };
    const ahead = await atTerminal(['approve', id, '--reason', 'x'], changed, 'yes');
    expect(ahead.out).toMatch(
      /VersioningState = Enabled[\s\S]+The plan changed while you read\.[\s\S]+VersioningState = Suspended/,
    );
    expect(ahead.asked.at(-1)).toBe(`Approve this plan? Type yes ${otherHash.slice(0, 4)}: `);
    expect(ahead.code).toBe(1);
    expect(await stateOf()).toBe('awaiting-approval');

    id = await waits();
    const read = await atTerminal(['approve', id, '--reason', 'x'], changed, `yes ${otherHash.slice(0, 4)}`);
    expect(read.code).toBe(0);
    expect(await isApproved()).toBe(true);
  });

  it('takes a "y" for no yes, and asks once more', async () => {
    const twice = await atTerminal(['approve', id, '--reason', 'agreed'], 'y', 'y', 'yes');
    expect([twice.code, twice.asked.length]).toEqual([1, 2]);
    expect(await stateOf()).toBe('awaiting-approval');
    const then = await atTerminal(['approve', id, '--reason', 'agreed'], 'y', 'yes');
    expect(then.out).toContain('\nType yes in full.\n');
    expect(then.code).toBe(0);
    expect(await isApproved()).toBe(true);
  });

  it('asks why once more where the case is critical, and goes no further without', async () => {
    id = await waits({ severity: 'critical' });
    const { code, asked, err } = await atTerminal(['approve', id], '', '', 'yes');
    expect(asked).toEqual(['Why? ', 'Why? ']);
    expect([code, err]).toEqual([1, 'error: Nothing was approved. Say why: it stays with the case.\n']);
    expect(await stateOf()).toBe('awaiting-approval');
    expect((await atTerminal(['approve', id], '', 'agreed', 'yes')).code).toBe(0);
    expect(await isApproved()).toBe(true);
  });

  it('asks nothing of somebody whose word does not count, and says why', async () => {
    id = await waits({ terms: { ...terms, approval: { ...terms.approval, quorum: 2 } } });
    const approve = () => atTerminal(['approve', id, '--reason', 'agreed'], 'yes', 'yes');
    expect(await approve()).toMatchObject({ code: 0, asked: { length: 1 } });
    const again = await approve();
    expect(again.out).toMatch(/approved +1 of 2 \(ada at /);
    expect(again).toMatchObject({ code: 1, asked: [] });
    expect(again.err).toMatch(/^error: Nothing was approved\. ada has already decided on this plan/);
    expect((await inScript(['inbox'])).out).toMatch(/approval 1\/2, not yours/);

    id = await waits({ terms: { ...terms, approval: { ...terms.approval, from: ['oncall'] } } });
    const stranger = await approve();
    expect(stranger).toMatchObject({ code: 1, asked: [] });
    expect(stranger.err).toContain('ada is in none of the groups that decide on this: oncall.');
  });

  it('tells any other refusal as it is, and asks no second time', async () => {
    id = await waits({}, { expiresAt: plusMs(NOW, -1) });
    const late = await atTerminal(['approve', id, '--reason', 'agreed'], 'yes', 'yes');
    expect(late).toMatchObject({ code: 1, asked: { length: 1 } });
    expect(late.err).toMatch(/^error: approval-expired: /);
  });

  it('says so when the case waits for no decision', async () => {
    await inScript(['deny', id, '--reason', 'no']);
    const { code, asked, err } = await atTerminal(['approve', id], 'yes', 'yes');
    expect([code, asked]).toEqual([1, []]);
    expect(err).toContain(`Case ${id} is denied: it waits for no decision.`);
  });

  it('lets choose from the inbox, by the number', async () => {
    id = await waits({ severity: 'critical' }, { requestedAt: plusMs(NOW, -1) });
    const { code, out, asked } = await atTerminal(['approve'], '1', 'agreed', 'yes');
    expect(out).toMatch(/^# +SEVERITY/);
    expect(out).toMatch(new RegExp(`1 +critical .*\n +selfheal approve ${id}\n`));
    expect(asked[0]).toBe('Which one? Its number, or Enter for none: ');
    expect(code).toBe(0);
    expect(await isApproved()).toBe(true);
    expect(await atTerminal(['approve'], '', 'x', 'yes')).toMatchObject({ code: 1, asked: { length: 1 } });
    for (const none of ['0', '99', '1x', '-1']) {
      const wrong = await atTerminal(['approve'], none, '', 'x', 'yes');
      expect(wrong).toMatchObject({ code: 1, asked: { length: 2 } });
      expect(wrong.out).toContain(`There is no number ${none}: 1 to `);
    }
  });
});

describe('deny at a terminal', () => {
  it('shows what is denied and needs a reason', async () => {
    const silent = await atTerminal(['deny', id], '', '');
    expect(silent.err).toBe('error: Nothing was denied. Say why: it stays with the case.\n');
    expect(await stateOf()).toBe('awaiting-approval');
    const { out, asked } = await atTerminal(['deny', id], 'public on purpose', 'yes');
    expect(asked).toEqual(['Why? ', 'Deny this plan, which closes the case? Type yes: ']);
    expect(out).toMatch(/What would be done\n/);
    expect(await stateOf()).toBe('denied');
  });
});

describe('without a terminal', () => {
  it('nothing is approved without the hash, which is not told before they look', async () => {
    const { code, err, out } = await inScript(['approve', id, '--reason', 'x']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('--plan-hash: name the plan that you approve');
    expect(err).toContain(`Look at it with "selfheal case ${id}"`);
    expect(err).not.toContain(hash.slice(0, 8));
    expect(await stateOf()).toBe('awaiting-approval');
    expect((await inScript(['approve', id, '--plan-hash', hash, '--reason', 'x'])).code).toBe(0);
    expect(await isApproved()).toBe(true);
  });

  it('--json asks nobody either, so it needs the hash as well', async () => {
    const { code, asked } = await atTerminal(['approve', id, '--json'], 'yes', 'yes');
    expect([code, asked]).toEqual([2, []]);
    expect(await stateOf()).toBe('awaiting-approval');
  });

  it('denies whatever waits, for a reason', async () => {
    const silent = await inScript(['deny', id]);
    expect([silent.code, silent.err]).toEqual([
      2,
      'error: --reason: say why you deny it; it stays with the case.\n',
    ]);
    await replan();
    expect((await inScript(['deny', id, '--reason', 'no'])).code).toBe(0);
    expect(await stateOf()).toBe('denied');
  });
});

describe('an approval that does not start anything yet', () => {
  const approve = () => inScript(['approve', id, '--plan-hash', hash, '--reason', 'agreed']);

  it('says how many more must approve and before when', async () => {
    const two = { ...terms, approval: { ...terms.approval, quorum: 2 } };
    id = await waits({ terms: two }, { expiresAt: plusMs(NOW, hourMs) });
    const at = plusMs(NOW, hourMs).slice(11, 16);
    expect((await approve()).out).toBe(
      `Approved by you: 1 of 2; one more must approve before ${at} UTC. Nothing runs yet.\n`,
    );
    const three = { ...terms, approval: { ...terms.approval, quorum: 3 } };
    id = await waits({ terms: three }, { expiresAt: plusMs(NOW, 48 * hourMs) });
    const then = plusMs(NOW, 48 * hourMs)
      .slice(0, 16)
      .replace('T', ' ');
    expect((await approve()).out).toContain(`1 of 3; 2 more must approve before ${then} UTC.`);
  });

  it('says until when it is held', async () => {
    const line = ['approve', id, '--plan-hash', hash, '--at', '2026-11-22T01:00Z'];
    const { out } = await inScript(line);
    expect(out).toContain(
      `Approved: case ${id} is held: approved to start not before 2026-11-22T01:00:00.000Z.`,
    );
    expect(out).toMatch(/ It is looked at again at 2026-11-2\d \d\d:\d\d:\d\dZ at the latest\.\n$/);
  });
});

describe('a refusal', () => {
  it('is told by its name, and with --json as JSON', async () => {
    const line = ['approve', id, '--plan-hash', otherHash, '--reason', 'x'];
    const told = await inScript(line);
    expect(told).toMatchObject({ code: 1, out: '' });
    expect(told.err).toMatch(/^error: plan-hash-mismatch: .+\n$/);
    const { code, out, err } = await inScript([...line, '--json']);
    const { error } = JSON.parse(out);
    expect([code, err]).toEqual([1, `error: ${error.code}: ${error.message}\n`]);
    expect(error.code).toBe('plan-hash-mismatch');
    const nowhere = await inScript(['approve', 'nope-1', '--plan-hash', hash, '--reason', 'x']);
    expect(nowhere.err).toMatch(/^error: no-such-case: /);
  });
});

describe('when it may start, and until when it is exempt', () => {
  it('an approval may wait for a time, in whichever zone it was given', async () => {
    const line = ['approve', id, '--plan-hash', hash, '--at', '2026-11-22T02:00+01:00'];
    expect((await inScript(line)).err).toBe('');
    const { timeline = [] } = (await service.ports.cases.get(id)) ?? {};
    expect(JSON.stringify(timeline)).toContain('2026-11-22T01:00:00.000Z');
  });

  it('an approval for the next window is refused where the policy has none, and nothing is approved', async () => {
    const line = ['approve', id, '--plan-hash', hash, '--at', 'next-window'];
    expect(await inScript(line)).toMatchObject({ code: 1, err: expect.stringContaining('window') });
    expect(await stateOf()).toBe('awaiting-approval');
  });

  it('a denial may exempt until the end of a day, for the same reason', async () => {
    const line = ['deny', id, '--reason', 'public on purpose', '--exempt-until', '2026-12-31'];
    expect((await inScript(line)).err).toBe('');
    const found = (await service.ports.exemptions.all()).map((each) =>
      each.kind === 'read' ? each.exemption : each,
    );
    expect(found).toContainEqual(
      expect.objectContaining({
        expiresAt: '2027-01-01T00:00:00.000Z',
        reason: 'public on purpose',
        owner: 'ada',
      }),
    );
  });
});

describe('close', () => {
  it('closes with the reason, once', async () => {
    expect(await inScript(['close', id, '--reason', 'accepted'])).toMatchObject({
      code: 0,
      out: `Closed: case ${id} is now closed-by-human.\n`,
    });
    const about = await service.ports.cases.get(id);
    expect(about?.state).toMatchObject({ name: 'closed-by-human', reason: 'accepted' });
    expect((await inScript(['close', id, '--reason', 'again'])).code).toBe(1);
  });
});
