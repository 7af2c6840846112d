/** `selfheal batch`, against the API itself: what a person types, and what they read. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../cli/program.ts';
import { hourMs, minuteMs } from '../../domain/time.ts';
import { ASKED, type BatchService, batchService } from '../support/batch-service.ts';
import { memoryIo } from './memory-io.ts';

let service: BatchService;
beforeEach(async () => {
  service = await batchService();
  vi.stubEnv('SELFHEAL_TOKEN', service.people.token('ada'));
});
afterEach(() => service.close());

const run = async (...args: readonly string[]) => {
  const io = memoryIo();
  const code = await runCommand(['batch', ...args, '--url', service.url], io);
  return { code, out: io.written(), err: io.complained() };
};
const digestIn = (text: string): string => /--digest ([0-9a-f]{64})/.exec(text)?.[1] ?? '';
const decide = (answer: 'approve' | 'deny', digest: string, ...more: readonly string[]) =>
  run(answer, ASKED.id, '--digest', digest, '--reason', 'agreed', ...more);
const decisions = async () => (await service.ports.batches.get(ASKED.id))?.decisions ?? [];

describe('selfheal batch', () => {
  it.each([
    ['approve', 'Approved: 2 cases of batch', 'ada approved 2 (at work)'],
    ['deny', 'Denied: 2 cases of batch', 'ada denied 2 (at work)'],
  ] as const)(
    'lists, shows, and with the digest that it shows can %s all of it',
    async (answer, done, listed) => {
      expect((await run('list')).out).toBe('There is no batch.\n');
      await service.join('bucket-a', 'bucket-b');
      expect((await run('list')).out).toMatch(new RegExp(`^${ASKED.id} +backlog +- +-`, 'm'));
      const { out: shown } = await run('show', ASKED.id);
      expect(shown).toContain('2 cases wait. Each needs 1 approval(s) before 2026-11-21T04:00:00.000Z.');
      expect(shown).toContain('AWS::S3::Bucket bucket-a');
      expect(shown).toContain('AWS-ConfigureS3BucketVersioning version 1: 2');
      const told = await decide(answer, digestIn(shown).toUpperCase());
      expect(told).toMatchObject({ code: 0, err: '', out: expect.stringContaining(done) });
      expect(await decisions()).toMatchObject([{ answer, who: 'ada', reason: 'agreed', cases: 2 }]);
      expect((await run('list')).out).toContain(listed);
    },
  );

  it('gives programs the same as JSON', async () => {
    await service.join('bucket-a');
    const [listed] = JSON.parse((await run('list', '--json')).out);
    const shown = JSON.parse((await run('show', ASKED.id, '--json')).out);
    expect(listed.id).toBe(ASKED.id);
    vi.stubEnv('SELFHEAL_TOKEN', service.people.token('grace'));
    const done = JSON.parse((await decide('approve', shown.digest, '--json')).out);
    expect(done).toEqual({ batch: ASKED.id, cases: 1 });
    expect(await decisions()).toMatchObject([{ who: 'grace' }]);
  });

  it('says what is different when it is not as it was shown, and decides nothing', async () => {
    await service.join('bucket-a');
    const digest = digestIn((await run('show', ASKED.id)).out);
    await service.later(minuteMs);
    await service.join('bucket-b', 'bucket-c');
    const { code, err } = await decide('approve', digest);
    expect(code).toBe(1);
    expect(err).toContain('the batch is not as you saw it: 2 joined; 3 wait now');
    expect(err).toContain(`selfheal batch show ${ASKED.id}`);
    expect(await decisions()).toEqual([]);
  });

  it.each<[string, number, string, (digest: string) => readonly string[]]>([
    ['no digest', 2, '--digest', () => ['approve', ASKED.id, '--reason', 'x']],
    ['half a digest', 2, 'all 64', (d) => ['deny', ASKED.id, '--digest', d.slice(9), '--reason', 'x']],
    ['no reason', 2, '--reason', (d) => ['approve', ASKED.id, '--digest', d]],
    ['a blank reason', 2, 'say why', (d) => ['deny', ASKED.id, '--digest', d, '--reason', ' ']],
    ['no such batch', 1, 'no such batch', (d) => ['approve', 'nope', '--digest', d, '--reason', 'x']],
    ['no such batch to show', 1, 'no such batch', () => ['show', '../control']],
  ])('says what is wrong with %s, and decides nothing', async (_, code, message, args) => {
    await service.join('bucket-a');
    const told = await run(...args(digestIn((await run('show', ASKED.id)).out)));
    expect(told.err).toContain(message);
    expect(told.code).toBe(code);
    expect(await decisions()).toEqual([]);
  });

  it('says that it is too late', async () => {
    await service.join('bucket-a');
    const digest = digestIn((await run('show', ASKED.id)).out);
    await service.later(hourMs);
    expect((await run('show', ASKED.id)).out).toContain('No case waits in it: there is nothing to decide.');
    expect(await decide('approve', digest)).toMatchObject({
      code: 1,
      err: expect.stringContaining('waited too long; nothing was started'),
    });
  });

  it('shows nothing that a terminal would obey, whatever resources and people are called', async () => {
    const hostile = '\u001b[31m\u202e\u0007{{ssm:secret}}\r\n<script>';
    await service.join(`bucket-${hostile}`);
    const shown = await run('show', ASKED.id);
    await decide('approve', digestIn(shown.out), '--as', `ada${hostile}`);
    const texts = [shown, await run('list'), await run('show', ASKED.id), await run('show', hostile)];
    for (const { out, err } of texts) expect(out + err).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    expect(shown.out).toContain('bucket-');
  });
});
