/** Reports held against cases that the machine made, and against cases and reports that somebody changed. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { rowOf } from '../../../domain/report/case-row.ts';
import { makeWeeklyReport, rowsSince } from '../../../domain/report/make-weekly-report.ts';
import { rowDigest, type StoredReport } from '../../../domain/report/stored-report.ts';
import {
  type CaseRecord,
  figuresThatDiffer,
  keptReportDiffers,
  numbersIn,
  type Verification,
  type VerifyPart,
  verifyReport,
} from '../../../domain/report/verify-report.ts';
import { type Week, weekNamed } from '../../../domain/report/week.ts';
import type { WeeklyReport } from '../../../domain/report/weekly-report.ts';
import { dayMs } from '../../../domain/time.ts';
import { HISTORY_CATALOG } from '../../support/case-history.ts';
import { walkedCases } from '../../support/walked-cases.ts';
import { WEEKLY_REPORT } from '../../support/weekly-report.ts';

const WEEK = weekNamed('2026-W47', 'Europe/Berlin') as Week;
const MADE_AT = '2026-11-23T05:00:12.000Z';
const SPAN = { seed: 47, cases: 120, from: '2026-09-10T00:00:00.000Z', to: '2026-11-22T20:00:00.000Z' };
const IN_WEEK = { ...SPAN, seed: 49, from: '2026-11-16T02:00:00.000Z' };
/** At work when the week ends, and for days after it. */
const AT_WORK = {
  seed: 48,
  cases: 40,
  from: '2026-11-18T00:00:00.000Z',
  to: '2026-11-22T20:00:00.000Z',
  stepMsMax: 3 * dayMs,
  stepsMin: 12,
  stepsMax: 16,
};

/** As they were when the report was made, and as they went on. */
const THEN = [SPAN, IN_WEEK, AT_WORK].flatMap((walk) => walkedCases({ ...walk, until: MADE_AT }));
const NOW = [SPAN, IN_WEEK, AT_WORK].flatMap((walk) => walkedCases(walk));
const CASES = SPAN.cases + IN_WEEK.cases + AT_WORK.cases;

const make = (cases: Iterable<Case>): Promise<WeeklyReport> => makeOf(Array.from(cases, rowOf));
const makeOf = (rows: Parameters<typeof makeWeeklyReport>[0]['rows']): Promise<WeeklyReport> =>
  makeWeeklyReport({
    rows,
    week: WEEK,
    now: MADE_AT,
    policyVersion: 'aaaaaaaaaaaa',
    catalog: HISTORY_CATALOG,
    accountName: (account) => (account === '222222222222' ? 'shop' : undefined),
    lapsing: WEEKLY_REPORT.lapsing,
    controlEvents: WEEKLY_REPORT.controlEvents,
    ...(WEEKLY_REPORT.recorders && { recorders: WEEKLY_REPORT.recorders }),
  });

let stored: StoredReport;
beforeAll(async () => {
  const digests = THEN.flatMap((about): [string, string][] => {
    const digest = rowDigest(rowOf(about), WEEK.to);
    return digest === undefined ? [] : [[about.id, digest]];
  });
  stored = { report: await make(THEN), digests: new Map(digests), madeAt: MADE_AT };
});

const verified = (
  cases: readonly Case[],
  { hidden = [], ...more }: Partial<StoredReport> & { readonly hidden?: readonly Case[] } = {},
  part?: VerifyPart,
): Promise<Verification> => {
  const record = (about: Case): CaseRecord => ({ id: about.id, about, doubts: [] });
  const input = {
    week: WEEK.id,
    rows: async function* () {
      yield* cases.map(rowOf);
    },
    records: {
      since: async function* (_: string, isAsked: (id: string) => boolean = () => true) {
        yield* cases.filter(({ id }) => isAsked(id)).map(record);
      },
      get: async (ids: readonly string[]) => hidden.filter(({ id }) => ids.includes(id)).map(record),
    },
    since: rowsSince(WEEK),
    until: WEEK.to,
    stored: { ...stored, ...more },
    make: makeOf,
  };
  return verifyReport(input, part);
};
const told = ({ discrepancies }: Verification): readonly string[] =>
  discrepancies.map((each) =>
    each.kind === 'figure' ? each.path : `${each.kind}${'caseId' in each ? ` ${each.caseId}` : ''}`,
  );

describe('a report of what the machine made', () => {
  it('holds, also when many of its cases went on after it was made', async () => {
    const wentOn = NOW.filter((about, n) => about.version !== THEN[n]?.version);
    expect(wentOn.length).toBeGreaterThan(20);
    expect(NOW.filter(({ openedAt }) => openedAt < WEEK.to).length).toBe(CASES);
    const { discrepancies, found, cases, figures } = await verified(NOW);
    expect([discrepancies, found, cases]).toEqual([[], 0, CASES]);
    expect(figures).toBeGreaterThan(500);
  });

  it('counts enough for a change to be seen: something in every figure', () => {
    const counted = Object.entries(stored.report.total.figures).filter(([, count]) => count > 0);
    // No walk here ends without a verdict.
    expect(counted.length).toBeGreaterThan(12);
  });

  it('is not disturbed by cases that were opened later', async () => {
    const later = walkedCases({
      ...SPAN,
      seed: 99,
      cases: 20,
      from: WEEK.to,
      to: '2026-11-25T00:00:00.000Z',
    });
    expect(told(await verified([...NOW, ...later]))).toEqual([]);
  });
});

/** Every number of a document by its path, such as `total.figures.opened`. */
const numbers = (value: unknown, steps: readonly string[] = []): readonly (readonly string[])[] => {
  if (typeof value === 'number') return [steps];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => numbers(each, [...steps, key]));
};
const withNumber = (document: unknown, steps: readonly string[], edit: (was: number) => number): unknown => {
  const [step, ...rest] = steps;
  if (step === undefined) return edit(document as number);
  if (Array.isArray(document))
    return document.map((each, n) => (String(n) === step ? withNumber(each, rest, edit) : each));
  const members = document as Readonly<Record<string, unknown>>;
  return { ...members, [step]: withNumber(members[step], rest, edit) };
};

describe('a number of a report that somebody changed', () => {
  it('is found, whichever it is, in a copy of the stored report', () => {
    const all = numbers(stored.report);
    expect(all.length).toBe(numbersIn(stored.report));
    const unseen = all.filter((steps) => {
      const tampered = withNumber(stored.report, steps, (was) => was + 1);
      const found = keptReportDiffers(tampered, stored.report, stored.report);
      return found.length !== 1 || !found[0]?.path.endsWith(steps.at(-1) ?? '?');
    });
    expect(unseen).toEqual([]);
  });

  it('is found by the cases alone, whichever they give', () => {
    const byCases = numbers(stored.report).filter(([part = '']) => !BESIDE.has(part));
    expect(byCases.length).toBeGreaterThan(500);
    const unseen = byCases.filter(
      (steps) =>
        figuresThatDiffer(
          withNumber(stored.report, steps, (was) => was - 1),
          stored.report,
        ).length !== 1,
    );
    expect(unseen).toEqual([]);
  });

  it.each<[string, (report: WeeklyReport) => object, string]>([
    [
      'a rate that is another than its parts',
      ({ total }) => ({ total: { ...total, success: { ...total.success, value: 0.99 } } }),
      'total.success.value',
    ],
    ['a group that is left out', ({ by }) => ({ by: { ...by, owner: by.owner.slice(1) } }), 'by.owner['],
    [
      'a group that there is not',
      ({ by }) => ({ by: { ...by, severity: [...by.severity, { ...by.severity[0], key: 'none' }] } }),
      'by.severity[none]',
    ],
    [
      'groups in another order',
      ({ by }) => ({ by: { ...by, account: by.account.toReversed() } }),
      'by.account',
    ],
    ['a week of the trend', ({ trend }) => ({ trend: trend.slice(1) }), 'trend[2026-W36]'],
    [
      'a runbook that never fails',
      ({ runbooks }) => ({ runbooks: runbooks.map((one) => ({ ...one, failed: 0 })) }),
      '.failed',
    ],
    ['times that nobody took', ({ times }) => ({ times: { ...times, running: null } }), 'times.running'],
    ['another week', ({ week }) => ({ week: { ...week, from: '2026-11-16T00:00:00.000Z' } }), 'week.from'],
    ['a week that is not over', () => ({ isOver: false }), 'isOver'],
  ])('as is %s', async (_, edit, path) => {
    const report = { ...stored.report, ...edit(stored.report) } as WeeklyReport;
    const found = await verified(NOW, { report });
    expect(told(found).join('\n')).toContain(path);
    expect(told(found).filter((each) => each.startsWith('case'))).toEqual([]);
  });
});

/** What a report tells that no case gives. */
const BESIDE: ReadonlySet<string> = new Set(['lapsing', 'controlEvents', 'recorders']);

describe('a case that somebody changed', () => {
  const healed = () =>
    NOW.find(({ state }) => state.name === 'resolved' && state.closedAt < WEEK.from) as Case;
  const openAtEnd = () => NOW.find(({ state }) => !('closedAt' in state)) as Case;
  const changed = (about: Case, edit: (was: Case) => object) =>
    NOW.map((each) => (each.id === about.id ? ({ ...each, ...edit(each) } as Case) : each));

  it.each<[string, (was: Case) => object]>([
    ['its state', () => ({ state: { name: 'suppressed', closedAt: WEEK.from, why: '', exemption: 'x' } })],
    ['when it was closed', ({ state }) => ({ state: { ...state, closedAt: '2026-11-17T00:00:00.000Z' } })],
    ['when it was opened', () => ({ openedAt: '2026-11-16T00:00:00.000Z' })],
    ['its account', ({ finding }) => ({ finding: { ...finding, account: '999999999999' } })],
    ['its rule', ({ finding }) => ({ finding: { ...finding, rule: 'another-rule' } })],
    ['where its time went', ({ stays }) => ({ stays: { ...stays, ms: {} } })],
    [
      'a severity of the past',
      ({ timeline }) => ({
        timeline: timeline.map((each, n) =>
          n === 0 && each.routed ? { ...each, routed: { ...each.routed, severity: 'none' } } : each,
        ),
      }),
    ],
    [
      'the attempts of its story',
      ({ timeline }) => ({ timeline: timeline.filter(({ what }) => what !== 'attempt-intended') }),
    ],
    ['all of its story', () => ({ timeline: [] })],
    ['a story that is none', () => ({ timeline: 'none' })],
    ['nothing but nonsense', () => ({ timeline: [null], state: null })],
  ])('is named, by %s', async (what, edit) => {
    const about = healed();
    const found = await verified(changed(about, edit));
    // The rule's identifier may be learned late: there the id of the finding gives it away.
    expect(told(found)).toContain(what === 'its rule' ? `case ${about.id}` : `case-changed ${about.id}`);
  });

  it('is named when it is still open, and its story says since when', async () => {
    const about = openAtEnd();
    const found = await verified(changed(about, () => ({ openedAt: '2026-11-20T00:00:00.000Z' })));
    expect(told(found)).toEqual(expect.arrayContaining([`case-changed ${about.id}`, `case ${about.id}`]));
  });

  it('is named when it is gone, and when no list leads to it', async () => {
    const about = healed();
    const others = NOW.filter(({ id }) => id !== about.id);
    const gone = await verified(others);
    expect(told(gone)).toContain(`case-gone ${about.id}`);
    expect(told(gone).join('\n')).toMatch(/^trend\[2026-W\d+\]\.figures\.resolved$/m);
    expect(JSON.stringify(gone.discrepancies)).toContain('it is not there any more');
    const hidden = await verified(others, { hidden: [about] });
    expect(JSON.stringify(hidden.discrepancies)).toContain('it is in no list');
  });

  it('is named when it was not there before', async () => {
    const [added] = walkedCases({ ...SPAN, seed: 5, cases: 1, from: '2026-11-18T00:00:00.000Z' });
    const found = await verified([...NOW, added as Case]);
    expect(told(found)).toEqual(
      expect.arrayContaining([
        `case-added ${added?.id}`,
        'total.figures.opened',
        'trend[2026-W47].figures.opened',
      ]),
    );
  });

  it('is told by its digest, too', async () => {
    const [[id = ''] = []] = [...stored.digests];
    const digests = new Map(stored.digests).set(id, 'another');
    expect(told(await verified(NOW, { digests }))).toEqual([`case-changed ${id}`]);
    const fewer = new Map(stored.digests);
    fewer.delete(id);
    expect(told(await verified(NOW, { digests: fewer }))).toEqual([`case-added ${id}`]);
  });

  it('is found although thousands are: the first are named, all are counted', async () => {
    const found = await verified([]);
    expect(found.discrepancies).toHaveLength(200);
    expect(found.found).toBeGreaterThan(CASES);
  });
});

describe('a verification in parts', () => {
  const inParts = async (cases: readonly Case[], more: Partial<StoredReport> = {}) => {
    const parts = [1, 2, 3].map((part) => ({ part, parts: 3 }));
    const all = await Promise.all(['figures' as const, ...parts].map((part) => verified(cases, more, part)));
    return { all, found: all.flatMap(told).sort() };
  };

  it('reads each case once, and says together what the whole says', async () => {
    const [changed, gone] = NOW;
    const cases = NOW.slice(2).concat({ ...(changed as Case), openedAt: WEEK.from });
    const report = { ...stored.report, total: stored.report.before };
    const whole = await verified(cases, { report });
    const { all, found } = await inParts(cases, { report });
    expect(found).toEqual(told(whole).toSorted());
    expect(found).toEqual(expect.arrayContaining([`case-changed ${changed?.id}`, `case-gone ${gone?.id}`]));
    const [figures, ...parts] = all;
    expect([figures?.cases, figures?.recomputed]).toEqual([CASES - 1, whole.recomputed]);
    expect(parts.map(({ cases: read }) => read).reduce((sum, read) => sum + read)).toBe(CASES - 1);
    for (const each of parts) expect([each.cases > CASES / 5, each.recomputed]).toEqual([true, null]);
  });

  it('holds where all of it holds', async () => {
    expect((await inParts(NOW)).found).toEqual([]);
  });
});

const NONE = async function* () {
  yield* [];
};

describe('what cannot be read', () => {
  const failing = (part: 'since' | 'get') =>
    verifyReport({
      week: WEEK.id,
      rows: NONE,
      records: {
        since: async function* () {
          if (part === 'since') throw new Error('Throttled');
          yield* [];
        },
        get: async () => {
          throw new Error('Throttled');
        },
      },
      since: rowsSince(WEEK),
      until: WEEK.to,
      stored,
      make: makeOf,
    });

  it.each(['since', 'get'] as const)('vouches for nothing: %s', async (part) => {
    await expect(failing(part)).rejects.toThrow('Throttled');
  });

  it('is a case that contradicts what it is there for', async () => {
    const [first] = NOW;
    const found = await verifyReport({
      week: WEEK.id,
      rows: NONE,
      records: {
        since: async function* () {
          yield { id: first?.id ?? '', doubts: ['its item holds no case'] };
        },
        get: async () => [],
      },
      since: rowsSince(WEEK),
      until: WEEK.to,
      make: makeOf,
    });
    expect(found).toMatchObject({ storedAt: null, found: 1 });
    expect(found.discrepancies).toEqual([
      { kind: 'case', caseId: first?.id, what: 'its item holds no case' },
    ]);
  });
});
