import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApiClient } from '../../cli/api-client.ts';
import { watchLinewise, watchOnTerminal } from '../../cli/commands/inbox.ts';
import { readInbox } from '../../cli/inbox.ts';
import { runCommand } from '../../cli/program.ts';
import { fitted, spanText } from '../../cli/render/inbox.ts';
import { caseId, findingId } from '../../domain/finding.ts';
import { hourMs, minuteMs, plusMs } from '../../domain/time.ts';
import { ASKED, type BatchService, batchService } from '../support/batch-service.ts';
import { aCase, finding, NOW, terms } from '../support/cases.ts';
import { memoryIo } from './memory-io.ts';

let service: BatchService;

const named = (resourceId: string) => {
  const about = { ...finding, resourceId };
  return { id: caseId(about, 1), finding: about, findingId: findingId(about) };
};
const old = named('old');
const worst = named('worst');
const stuck = named('stuck');

beforeAll(async () => {
  service = await batchService();
  const { cases } = service.ports;
  await cases.open(
    aCase(
      'awaiting-approval',
      { requestedAt: plusMs(NOW, -hourMs), expiresAt: plusMs(NOW, 90 * minuteMs) },
      old,
    ),
  );
  await cases.open(aCase('awaiting-approval', {}, { ...worst, severity: 'critical' }));
  await cases.open(
    aCase(
      'needs-human',
      {},
      {
        ...stuck,
        timeline: (['verifying', 'needs-human', 'needs-human'] as const).map((state, n) => ({
          at: plusMs(NOW, (n - 30) * minuteMs),
          who: 'selfheal',
          what: 'looked',
          why: '',
          state,
        })),
      },
    ),
  );
  await cases.open(aCase('queued', {}, named('at-work')));
  await service.join('one', 'two', 'three');
});
afterAll(() => service.close());

const selfheal = async (line: readonly string[], columns = 120) => {
  const io = memoryIo({}, { columns });
  const code = await runCommand([...line, '--url', service.url], io);
  return { code, out: io.written(), err: io.complained() };
};

describe('the inbox', () => {
  it('has what waits for people: most severe first, then oldest, a batch as one row', async () => {
    const { out } = await selfheal(['inbox', '--json']);
    const { at, rows } = JSON.parse(out);
    expect(at).toBe(NOW);
    expect(rows).toMatchObject([
      { id: worst.id, severity: 'critical', wants: 'decision', next: `selfheal approve ${worst.id}` },
      { id: old.id, wants: 'decision', given: 0, quorum: 1, since: plusMs(NOW, -hourMs) },
      {
        id: stuck.id,
        wants: 'hands',
        reason: 'three attempts failed',
        expiresAt: null,
        // Since it came to need a person, not since it was looked at last.
        since: plusMs(NOW, -29 * minuteMs),
        next: `selfheal case ${stuck.id}`,
      },
      { id: ASKED.id, isBatch: true, cases: 3, what: '3 resources', next: `selfheal batch show ${ASKED.id}` },
    ]);
    expect(rows).toHaveLength(4);
  });

  it('is a table with the next command beneath each row, which no terminal is too narrow for', async () => {
    const wide = (await selfheal(['inbox'])).out.split('\n');
    expect(wide[0]).toMatch(/^SEVERITY +WANTS +WHAT +RULE +ACCOUNT +REGION +SINCE +EXPIRES IN$/);
    expect(wide[1]).toMatch(/^critical +approval 0\/1 +worst .* 0 s +1 h$/);
    expect(wide[2]).toBe(`  selfheal approve ${worst.id}`);
    expect(wide[3]).toMatch(/ 1 h +1 h 30 min$/);
    expect(wide[5]).toMatch(/^medium +a person +stuck .* 29 min +-$/);
    const narrow = (await selfheal(['inbox'], 60)).out.split('\n');
    expect(narrow[0]).toMatch(/^SEVERITY +WANTS +WHAT .*EXPIRES IN$/);
    // What has no room as a column stands before the command.
    expect(narrow[0]).not.toContain('ACCOUNT');
    expect(narrow.slice(2, 4)).toEqual(['  222222222222 us-east-1:', `  selfheal approve ${worst.id}`]);
    const common = (await selfheal(['inbox'], 80)).out.split('\n');
    expect(common[2]).toBe(`  222222222222 us-east-1: selfheal approve ${worst.id}`);
    for (const line of common) expect(line.length).toBeLessThanOrEqual(80);
    for (const line of narrow.filter((each) => !each.startsWith('  ')))
      expect(line.length).toBeLessThanOrEqual(60);
  });

  it('says where your own word would not count, and asks for it all the same of who may', async () => {
    const approval = { ...terms.approval, from: ['oncall'] };
    const theirs = named('theirs');
    await service.ports.cases.open(
      aCase('awaiting-approval', {}, { ...theirs, severity: 'low', terms: { ...terms, approval } }),
    );
    vi.stubEnv('SELFHEAL_TOKEN', service.people.token('ada'));
    const rows = (await selfheal(['inbox'])).out.split('\n');
    expect(rows.find((row) => row.includes('theirs'))).toMatch(/^low +approval 0\/1, not yours +theirs/);
    expect(rows.find((row) => row.includes('worst'))).toMatch(/^critical +approval 0\/1 +worst/);
    const io = memoryIo({}, { isTty: true, canAsk: true });
    await runCommand(['approve', theirs.id, '--url', service.url], io);
    expect(io.written()).toContain(
      'Your word will not count: ada is in none of the groups that decide on this: oncall.',
    );
    // Looking is open, so a token that does not hold is no reason to show nothing.
    vi.stubEnv('SELFHEAL_TOKEN', 'a.b.c');
    expect((await selfheal(['inbox'])).out).not.toContain('not yours');
    vi.unstubAllEnvs();
    const about = await service.ports.cases.get(theirs.id);
    if (about) await service.ports.cases.replace({ ...about, version: 2, state: aCase('denied').state });
  });

  it('tells spans in two units at most, rounded down', () => {
    expect([59_999, 61_000, 3_599_000, 3_600_000, 5_430_000, 90_000_000, -5].map(spanText)).toEqual([
      '59 s',
      '1 min',
      '59 min',
      '1 h',
      '1 h 30 min',
      '1 d 1 h',
      '0 s',
    ]);
  });
});

/** Ends after so many looks, doing something before each but the first. */
const looks = (...between: readonly (() => Promise<unknown>)[]) => {
  let n = 0;
  return async (): Promise<boolean> => {
    const next = between[n];
    n += 1;
    await next?.();
    return next === undefined;
  };
};

describe('the watch', () => {
  it('writes a line for each that comes where there is no terminal, and nothing again', async () => {
    const io = memoryIo();
    const late = named('late');
    const came = () => service.ports.cases.open(aCase('awaiting-approval', {}, late));
    await watchLinewise(
      createApiClient(service.url),
      io,
      false,
      looks(
        async () => {},
        came,
        async () => {},
      ),
    );
    const lines = io.written().trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toContain(`critical  approval 0/1  AWS::S3::Bucket worst`);
    expect(lines[4]).toMatch(
      new RegExp(`AWS::S3::Bucket late .*expires in 1 h {2}selfheal approve ${late.id}$`),
    );
  });

  it('draws a terminal over itself without clearing it, only when something differs, and gives it back', async () => {
    const io = memoryIo({}, { isTty: true, columns: 70, rows: 9 });
    const reader = createApiClient(service.url);
    const before = (await readInbox(reader)).rows.length;
    const healed = async () => {
      const about = await service.ports.cases.get(worst.id);
      if (about)
        await service.ports.cases.replace({ ...about, version: 2, state: aCase('self-resolved').state });
    };
    await watchOnTerminal(
      reader,
      io,
      looks(async () => {}, healed),
    );
    const written = io.written();
    expect(written.startsWith('\u001b[?1049h\u001b[?25l\u001b[H')).toBe(true);
    expect(written.endsWith('\u001b[J\u001b[?25h\u001b[?1049l')).toBe(true);
    // Three looks, two pictures: nothing had changed at the second.
    const pictures = written.split('\u001b[H').slice(1);
    expect(pictures).toHaveLength(2);
    expect(written).not.toContain('\u001b[2J');
    for (const picture of pictures) expect(picture.split('\n').length).toBeLessThanOrEqual(9);
    expect(pictures[0]).toContain('worst');
    // Two lines a row, three of the batch, whose command leaves its place no room.
    expect(pictures[0]).toMatch(new RegExp(`… ${2 * before + 1 + 1 + 3 - 9} more lines`));
    expect(pictures[1]).not.toContain('worst');
  });

  it('gives the terminal back too when something breaks, and goes on while the service is away', async () => {
    const broken = memoryIo({}, { isTty: true });
    const bad = { get: () => Promise.reject(new TypeError('broken')) };
    await expect(watchOnTerminal(bad, broken, looks())).rejects.toThrow('broken');
    expect(broken.written()).toContain('\u001b[?25h\u001b[?1049l');
    const io = memoryIo({}, { isTty: true });
    await watchOnTerminal(createApiClient('http://127.0.0.1:9'), io, looks());
    expect(io.written()).toContain('did not answer');
    const log = memoryIo();
    await watchLinewise(
      createApiClient('http://127.0.0.1:9'),
      log,
      false,
      looks(
        async () => {},
        async () => {},
      ),
    );
    expect(log.complained().match(/did not answer/g)).toHaveLength(1);
  });

  it('cuts lines that are too long, with all their colours', () => {
    expect(fitted('\u001b[31mabcdefgh\u001b[39m\nx', { columns: 5, rows: 3 })).toBe('abcd…\nx');
  });
});
