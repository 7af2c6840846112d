/** One week in every format that the command writes: what changes in one of them is seen here first. */
import { type ServerType, serve } from '@hono/node-server';
import pico from 'picocolors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../cli/program.ts';
import { reportText } from '../../cli/render/report.ts';
import { width } from '../../cli/render/table.ts';
import { verificationText } from '../../cli/render/verification.ts';
import type { ReadingDeps } from '../../console/http-deps.ts';
import { reportRoutes } from '../../console/routes/report-routes.ts';
import type { Verification, VerifyPart } from '../../domain/report/verify-report.ts';
import type { Week } from '../../domain/report/week.ts';
import { epochMs } from '../../domain/time.ts';
import { hostileReport, WEEKLY_REPORT } from '../support/weekly-report.ts';
import { memoryIo } from './memory-io.ts';

let server: ServerType;
let url: string;
beforeAll(async () => {
  const app = {
    reporting: {
      shown: async () => ({ report: WEEKLY_REPORT, isStored: true }),
      verify: async (week: Week, _: unknown, part?: VerifyPart) => verified(week.id, part),
    },
    policy: () => ({ policy: { timezone: 'Europe/Berlin' } }),
    consoleUrl: 'https://selfheal.example',
  };
  const routes = reportRoutes({
    // The routes ask for no more of it.
    app: app as unknown as ReadingDeps['app'],
    nowMs: () => epochMs('2026-11-24T09:00:00.000Z'),
  } as ReadingDeps);
  ({ server, url } = await new Promise<{ server: ServerType; url: string }>((resolve) => {
    const fetch = (request: Request) =>
      routes.fetch(
        new Request(request.url.replace('/api/reports/weekly', '').replace(/(:\d+)(\?|$)/, '$1/$2')),
      );
    const made = serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ server: made, url: `http://127.0.0.1:${port}` }),
    );
  }));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** Five thousand cases, one of which contradicts itself, as does a figure. */
const verified = (week: string, part: VerifyPart | undefined): Verification => {
  asked.push(part);
  const broken = { kind: 'case', caseId: '0a-1', what: 'it contradicts itself' } as const;
  const figure = { kind: 'figure', path: 'total.figures.expired', stored: 1, recomputed: 2 } as const;
  const stored = { kind: 'report', what: 'its text was changed' } as const;
  const of = part === 'figures' ? figure : typeof part === 'object' && part.part === 3 ? broken : undefined;
  const discrepancies = [stored, ...(of ? [of] : [])];
  return {
    week,
    until: WEEKLY_REPORT.until,
    storedAt: WEEKLY_REPORT.madeAt,
    cases: typeof part === 'object' ? 1_700 : 5_001,
    figures: part === 'figures' ? 812 : 0,
    discrepancies,
    found: discrepancies.length,
    recomputed: part === 'figures' ? WEEKLY_REPORT : null,
  };
};
const asked: (VerifyPart | undefined)[] = [];

const told = async (...line: readonly string[]): Promise<string> => {
  const io = memoryIo();
  const code = await runCommand(['report', ...line, '--url', url], io);
  expect([code, io.complained()]).toEqual([0, '']);
  return io.written();
};

describe('a week', () => {
  it.each([
    ['text', 'txt'],
    ['md', 'md'],
    ['csv', 'csv'],
    ['json', 'json.txt'],
  ])('reads as %s like this', async (format, ending) => {
    await expect(await told('--format', format)).toMatchFileSnapshot(`./snapshots/weekly-report.${ending}`);
  });

  it('leads from its figures to their cases, where the service knows its address', async () => {
    for (const format of ['md', 'html', 'print'])
      expect(await told('--format', format)).toMatch(
        /https:\/\/selfheal\.example\/reports\/2026-W47\/cases\?figure=resolved/,
      );
  });

  it('fits a narrow terminal and paints nothing that is not said in words too', () => {
    const style = pico.createColors(true);
    const narrow = reportText(WEEKLY_REPORT, { columns: 80, style: pico.createColors(false) });
    expect(narrow.split('\n').filter((line) => width(line) > 80)).toEqual([]);
    const painted = reportText(WEEKLY_REPORT, { columns: 80, style });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours that pico writes.
    expect(painted.replaceAll(/\u001b\[\d+m/g, '')).toBe(narrow);
    expect(painted).not.toBe(narrow);
  });

  it('lies still on a terminal, whatever others have written into it', () => {
    const said =
      'hostile\u001b[2J\u001b]0;title\u0007\r\nerror: all is well\u009b31m\u202egpj.exe\u2066\u200b\u0000';
    const text = reportText(hostileReport(said), { columns: 100, style: pico.createColors(false) });
    expect(text.match(/hostile/g)?.length).toBeGreaterThan(20);
    expect(text).not.toMatch(ACTED_ON);
  });
});

/** What a terminal acts on, but for the end of a line. */
const ACTED_ON =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069]/;

describe('verifying more cases than one request can', () => {
  it('asks for the figures, then for the cases part by part, and says all of it once', async () => {
    const io = memoryIo();
    expect(await runCommand(['report', '--verify', '--url', url], io)).toBe(1);
    expect(asked).toEqual(['figures', ...[1, 2, 3].map((part) => ({ part, parts: 3 }))]);
    expect(
      io.written(),
    ).toBe(`Verified the report stored at 2026-11-23T05:00:12.000Z of 2026-W47, as of ${WEEKLY_REPORT.until}: 3 discrepancies
  5,100 cases read whole, 812 numbers compared with what they give

The stored report is not the one that was stored:
  its text was changed

The report says something else than the cases:
  total.figures.expired: says 1, the cases give 2

Cases that contradict themselves:
  0a-1: it contradicts itself
`);
  });
});

describe('what verifying found', () => {
  const style = pico.createColors(false);
  const base = { week: '2026-W47', until: WEEKLY_REPORT.until, cases: 214, figures: 812, notes: [] };

  it('is told by what it is about, each place with both values', () => {
    const text = verificationText(
      {
        ...base,
        storedAt: WEEKLY_REPORT.madeAt,
        found: 9,
        discrepancies: [
          { kind: 'figure', path: 'total.figures.expired', stored: 1, recomputed: 2 },
          { kind: 'figure', path: 'by.owner[data]', stored: { key: 'data' } },
          { kind: 'case', caseId: '0a-1', what: 'its state is resolved, but its timeline ends as denied' },
          { kind: 'case-gone', caseId: '0b-1', what: 'the report counted it\u001b[2J, and it is not there' },
          { kind: 'report', what: 'its text was changed after it was stored' },
        ],
      },
      { style },
    );
    expect(
      text,
    ).toBe(`Verified the report stored at 2026-11-23T05:00:12.000Z of 2026-W47, as of ${WEEKLY_REPORT.until}: 9 discrepancies
  214 cases read whole, 812 numbers compared with what they give

The stored report is not the one that was stored:
  its text was changed after it was stored

The report says something else than the cases:
  total.figures.expired: says 1, the cases give 2
  by.owner[data]: says {"key":"data"}, the cases give nothing

Cases that contradict themselves:
  0a-1: its state is resolved, but its timeline ends as denied

Cases that the report counted and that are gone:
  0b-1: the report counted it, and it is not there

… and 4 more.
`);
  });

  it('says what was not compared', () => {
    expect(
      verificationText(
        { ...base, storedAt: null, found: 0, figures: 0, discrepancies: [], notes: ['Nothing is stored.'] },
        { style },
      ),
    ).toBe(
      `Verified the cases of 2026-W47, as of ${WEEKLY_REPORT.until}: everything holds\n  214 cases read whole\n  Nothing is stored.\n`,
    );
  });
});
