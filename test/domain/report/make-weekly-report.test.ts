import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordersSeen } from '../../../domain/health/recorder-health.ts';
import type { CaseRow } from '../../../domain/report/case-row.ts';
import { FIGURE_NAMES, firstEndOf } from '../../../domain/report/figures.ts';
import { countedIn } from '../../../domain/report/heads.ts';
import {
  makeWeeklyReport,
  type ReportInput,
  reportSpan,
  rowsSince,
} from '../../../domain/report/make-weekly-report.ts';
import { type Week, weekNamed, weeksFrom } from '../../../domain/report/week.ts';
import { type ControlEvent, DIMENSIONS, type WeeklyReport } from '../../../domain/report/weekly-report.ts';
import { dayMs, hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { HISTORY_CATALOG } from '../../support/case-history.ts';
import { anyRows, aRow } from '../../support/case-row.ts';

const WEEK = weekNamed('2026-W47', 'Europe/Berlin') as Week;
const at = (hours: number): string => plusMs(WEEK.from, hours * hourMs);
/** Rows of the tests begin here, and go on for eight weeks. */
const EARLIEST = weeksFrom(WEEK, -5).from;
const LATER = plusMs(WEEK.to, 30 * dayMs);

const reportOf = (
  rows: ReportInput['rows'],
  { week = WEEK, now = LATER, ...more }: Partial<ReportInput> = {},
): Promise<WeeklyReport> =>
  makeWeeklyReport({
    rows,
    week,
    now,
    policyVersion: 'aaaaaaaaaaaa',
    catalog: HISTORY_CATALOG,
    accountName: (account) => (account === '111122223333' ? 'prod' : undefined),
    lapsing: [],
    controlEvents: [],
    ...more,
  });

const failed = (from: number, to: number, error = 'Failed: no', document = 'AWS-ReleaseElasticIP') => ({
  at: at(from),
  document,
  failed: { at: at(to), error },
});

describe('a report of any rows', () => {
  const forAny = (holds: (rows: readonly CaseRow[]) => Promise<void>, numRuns = 60) =>
    fc.assert(fc.asyncProperty(anyRows(EARLIEST), holds), { numRuns });

  it('has groups that add up to the whole, wherever a case is in one group only', () =>
    forAny(async (rows) => {
      const { by, total } = await reportOf(rows);
      for (const dimension of ['account', 'rule', 'severity', 'owner'] as const)
        for (const name of FIGURE_NAMES)
          expect(by[dimension].reduce((sum, { figures }) => sum + figures[name], 0)).toBe(
            total.figures[name],
          );
    }));

  it('has behind each figure a list of as many cases, of the whole and of each group', () =>
    forAny(async (rows) => {
      const { by, total } = await reportOf(rows);
      const span = reportSpan(WEEK, LATER);
      for (const name of FIGURE_NAMES) {
        expect(rows.filter((row) => countedIn(row, name, span)).length).toBe(total.figures[name]);
        for (const dimension of DIMENSIONS)
          for (const { key, figures } of by[dimension]) {
            const group = { by: dimension, key, catalog: HISTORY_CATALOG };
            expect(rows.filter((row) => countedIn(row, name, span, group)).length).toBe(figures[name]);
          }
      }
    }, 30));

  it('says the same when it is made later, whatever the cases did since', () =>
    forAny(async (rows) => {
      const known = rows.filter(({ openedAt }) => openedAt < WEEK.to).map((row) => asKnown(row, WEEK.to));
      const { madeAt: _, ...then } = await reportOf(known, { now: WEEK.to });
      const { madeAt, ...later } = await reportOf(rows);
      expect(later).toEqual(then);
      expect(madeAt).toBe(LATER);
    }));

  it('says the same in whatever order the rows come, and from wherever', () =>
    forAny(async (rows) => {
      const report = await reportOf(rows);
      expect(await reportOf(rows.toReversed())).toEqual(report);
      const streamed = (async function* () {
        yield* rows;
      })();
      expect(await reportOf(streamed)).toEqual(report);
    }, 30));

  it('counts each case that was opened, closed, or tried and ended in exactly one week', () =>
    forAny(async (rows) => {
      const last = weeksFrom(WEEK, 4);
      const { trend } = await reportOf(rows, { week: last, now: plusMs(last.to, dayMs) });
      const inAll = (name: (typeof FIGURE_NAMES)[number]) =>
        trend.reduce((sum, { figures }) => sum + figures[name], 0);
      const closed = (as: string) => rows.filter((row) => row.closed?.as === as).length;
      expect(inAll('opened')).toBe(rows.length);
      expect(inAll('resolved')).toBe(closed('resolved'));
      expect(inAll('healed-unasked') + inAll('healed-approved')).toBe(closed('resolved'));
      expect(inAll('self-resolved')).toBe(closed('self-resolved'));
      expect(inAll('suppressed')).toBe(closed('suppressed'));
      expect(inAll('closed-by-human')).toBe(closed('closed-by-human'));
      expect(inAll('attempted')).toBe(rows.filter((row) => firstEndOf(row) !== undefined).length);
      expect(inAll('succeeded')).toBeLessThanOrEqual(Math.min(inAll('attempted'), inAll('resolved')));
    }));

  it('tells of earlier weeks what their own reports tell', () =>
    forAny(async (rows) => {
      const [report, before] = await Promise.all([
        reportOf(rows),
        reportOf(rows, { week: weeksFrom(WEEK, -1) }),
      ]);
      expect(report.before).toEqual(before.total);
      expect(report.timesBefore).toEqual(before.times);
      expect(report.trend.slice(0, -1)).toEqual(before.trend.slice(1));
      expect(report.trend.at(-1)).toMatchObject({ week: WEEK.id, ...report.total });
    }, 30));

  it('needs no case that was closed before its twelve weeks', () =>
    forAny(async (rows) => {
      const week = weeksFrom(WEEK, 9);
      const since = rowsSince(week);
      const needed = rows.filter(({ closed }) => closed === undefined || closed.at >= since);
      const now = plusMs(week.to, 1);
      expect(await reportOf(rows, { week, now })).toEqual(await reportOf(needed, { week, now }));
    }, 30));
});

/** What was to be known of a case at an instant. */
const asKnown = (row: CaseRow, until: string): CaseRow => {
  if (row.closed !== undefined && row.closed.at < until) return row;
  const { closed: _, ...open } = row;
  return {
    ...open,
    routed: row.routed.filter((each) => each.at < until),
    asked: row.asked.filter((each) => each < until),
    decided: row.decided.filter((each) => each.at < until),
    handed: row.handed.filter((each) => each.at < until),
    attempts: row.attempts
      .filter((each) => each.at < until)
      .map((each) =>
        each.failed !== undefined && each.failed.at >= until
          ? { at: each.at, document: each.document }
          : each,
      ),
  };
};

describe('a report', () => {
  it('of a week that runs tells what is known until now, and says that more is to come', async () => {
    const rows = [aRow({ openedAt: at(1) }), aRow({ openedAt: at(30), findingId: 'b' })];
    const report = await reportOf(rows, { now: at(20) });
    expect(report).toMatchObject({ until: at(20), isOver: false, madeAt: at(20) });
    expect(report.total.figures).toMatchObject({ opened: 1, 'open-at-end': 1 });
    expect(report.doubts[0]).toBe(
      'The week is not over: all is told as of Mon 2026-11-16 20:00 (Europe/Berlin).',
    );
    expect((await reportOf(rows)).doubts.join()).not.toContain('not over');
  });

  it('of a week that has not begun is refused', async () => {
    await expect(reportOf([], { now: plusMs(WEEK.from, -1) })).rejects.toThrow(
      new RangeError(`week 2026-W47 begins at ${WEEK.from}: there is nothing to report yet`),
    );
  });

  it('of nothing is whole: zeros, no rate, no times', async () => {
    const report = await reportOf([]);
    expect(new Set(Object.values(report.total.figures))).toEqual(new Set([0]));
    expect(report.total.success).toEqual({ numerator: 0, denominator: 0, value: null });
    expect(new Set(Object.values(report.times))).toEqual(new Set([null]));
    expect(report.trend.length).toBe(12);
    expect(report.hoursSaved).toMatchObject({ hours: 0, byRule: [] });
    expect(report.cost.dollars).toBe(0);
  });

  it('puts a case under the heads that held when the week ended, and not under those that came later', async () => {
    const heads = (severity: 'low' | 'high', owner?: string) => ({
      severity,
      mode: 'auto' as const,
      entry: 'x',
      ...(owner !== undefined && { owner }),
    });
    const row = aRow({
      openedAt: at(1),
      routed: [
        { at: at(1), ...heads('low') },
        { at: at(2), ...heads('high', 'payroll') },
        { at: WEEK.to, ...heads('low', 'shop') },
      ],
    });
    const { by } = await reportOf([row]);
    expect(by.severity.map(({ key }) => key)).toEqual(['high']);
    expect(by.owner.map(({ key }) => key)).toEqual(['payroll']);
  });

  it('counts a rule under one head, whether or not a case knew its identifier; under each of its frameworks', async () => {
    const named = (rule: string, findingId: string) => aRow({ openedAt: at(1), rule, findingId });
    const { by } = await reportOf([
      named('S3_BUCKET_VERSIONING_ENABLED', 'a'),
      named('s3-bucket-versioning-enabled', 'b'),
      named('EIP_ATTACHED', 'c'),
      named('of-our-own', 'd'),
    ]);
    const opened = (of: 'rule' | 'framework') => by[of].map(({ key, figures }) => [key, figures.opened]);
    expect(opened('rule')).toEqual([
      ['S3_BUCKET_VERSIONING_ENABLED', 2],
      ['EIP_ATTACHED', 1],
      ['of-our-own', 1],
    ]);
    expect(opened('framework')).toEqual([
      ['', 2],
      ['cis', 2],
      ['pci', 2],
    ]);
  });

  it('names accounts, and has the gravest severity first', async () => {
    const rows = (['low', 'critical', 'medium'] as const).map((severity, n) =>
      aRow({
        openedAt: at(1),
        account: n === 0 ? '444455556666' : '111122223333',
        routed: [{ at: at(1), severity, mode: 'auto', entry: 'x' }],
      }),
    );
    const { by } = await reportOf(rows);
    expect(by.severity.map(({ key }) => key)).toEqual(['critical', 'medium', 'low']);
    expect(by.account.map(({ key, title }) => [key, title])).toEqual([
      ['111122223333', 'prod'],
      ['444455556666', undefined],
    ]);
  });

  it('times a response from what was asked last, in the week in which people decided', async () => {
    const row = aRow({
      openedAt: at(-48),
      asked: [at(-40), at(-2)],
      decided: [
        { at: at(-39), answer: 'approved' },
        { at: at(1), answer: 'denied' },
      ],
      closed: { at: at(1), as: 'denied' },
    });
    const { times, timesBefore } = await reportOf([row]);
    expect(times['approval-response']).toMatchObject({ count: 1, p50: 3 * hourMs });
    expect(timesBefore['approval-response']).toMatchObject({ count: 1, p50: hourMs });
    expect(times['to-remediate']).toBeNull();
  });

  it('splits the time to remediate into parts that add up to it', async () => {
    const row = aRow({
      openedAt: at(1),
      closed: { at: at(11), as: 'resolved' },
      attempts: [{ at: at(8), document: 'x' }],
      spentMs: {
        observing: hourMs,
        held: hourMs,
        'awaiting-approval': 2 * hourMs,
        queued: 3 * hourMs,
        starting: minuteMs,
        running: 2 * hourMs,
        verifying: 59 * minuteMs,
      },
    });
    const { times, doubts } = await reportOf([row]);
    const { 'to-remediate': whole, 'approval-response': _, ...parts } = times;
    expect(whole?.totalMs).toBe(10 * hourMs);
    expect(Object.values(parts).reduce((sum, part) => sum + (part?.totalMs ?? 0), 0)).toBe(10 * hourMs);
    expect(times['held-back']?.p50).toBe(2 * hourMs);
    expect(times.running?.p50).toBe(2 * hourMs + minuteMs);
    expect(doubts.join()).not.toContain('where all of the time went');
  });

  it('ranks runbooks by failures, each with what it said most often', async () => {
    const rows = [
      aRow({ openedAt: at(1), attempts: [failed(2, 3, 'Failed: Step 1 timed out after 300 s')] }),
      aRow({ openedAt: at(1), attempts: [failed(2, 3, 'Failed: Step 1 timed out after 301 s')] }),
      aRow({ openedAt: at(1), attempts: [failed(2, 3, 'Failed: Rate exceeded')] }),
      aRow({ openedAt: at(1), attempts: [failed(-3, -2), failed(170, 171)] }),
      aRow({
        openedAt: at(1),
        attempts: [failed(2, 3, 'Failed: no', 'B'), { at: at(4), document: 'B' }],
        closed: { at: at(5), as: 'resolved' },
      }),
      // At work, and gone before a verdict: neither has failed nor healed.
      aRow({ openedAt: at(1), attempts: [{ at: at(4), document: 'C' }] }),
      aRow({
        openedAt: at(1),
        attempts: [{ at: at(4), document: 'C' }],
        closed: { at: at(5), as: 'self-resolved' },
      }),
    ];
    expect((await reportOf(rows)).runbooks).toEqual([
      {
        document: 'AWS-ReleaseElasticIP',
        attempts: 3,
        failed: 3,
        commonestError: { error: 'Failed: Step … timed out after … s', count: 2 },
      },
      { document: 'B', attempts: 2, failed: 1, commonestError: { error: 'Failed: no', count: 1 } },
    ]);
  });

  it('tells which findings came back within four weeks, those that a person got for it first', async () => {
    const cases = (findingId: string, ...hours: readonly number[]) =>
      hours.map((each) =>
        aRow({ findingId, openedAt: at(each), closed: { at: at(each + 1), as: 'resolved' } }),
      );
    const [handed] = cases('flaps', 3);
    const { flapping } = await reportOf([
      ...cases('thrice', 1, 4, 8),
      ...cases('once', 1),
      ...cases('long-ago', 1, -28 * 24),
      ...cases('just-so', 1, -21 * 24),
      { ...(handed as CaseRow), handed: [{ at: at(3), code: 'flapping' }] },
      ...cases('flaps', 1),
    ]);
    expect(
      flapping.map(({ findingId, cases: count, handed: isHanded }) => [findingId, count, isHanded]),
    ).toEqual([
      ['flaps', 2, true],
      ['thrice', 3, false],
      ['just-so', 2, false],
    ]);
  });

  it('lists fifty findings that came back, and says that there are more', async () => {
    const rows = Array.from({ length: 104 }, (_, n) => aRow({ findingId: `f${n % 52}`, openedAt: at(1) }));
    const report = await reportOf(rows);
    expect(report.flapping.length).toBe(50);
    expect(report.doubts).toContain('2 more findings came back than the list of them shows.');
  });

  it('adds up hours by the minutes of each rule, and says so', async () => {
    const healed = (rule: string) =>
      aRow({
        openedAt: at(1),
        rule,
        closed: { at: at(2), as: 'resolved' },
        attempts: [{ at: at(1), document: 'x' }],
      });
    const { hoursSaved } = await reportOf([
      healed('RDS_INSTANCE_PUBLIC_ACCESS_CHECK'),
      healed('EIP_ATTACHED'),
      healed('EIP_ATTACHED'),
      healed('of-our-own'),
      aRow({ openedAt: at(1), closed: { at: at(2), as: 'self-resolved' } }),
    ]);
    expect(hoursSaved.byRule).toEqual([
      { rule: 'RDS_INSTANCE_PUBLIC_ACCESS_CHECK', healed: 1, minutesEach: 30 },
      { rule: 'EIP_ATTACHED', healed: 2, minutesEach: 10 },
      { rule: 'of-our-own', healed: 1, minutesEach: 20 },
    ]);
    expect(hoursSaved.hours * 60).toBeCloseTo(70, 9);
    expect(hoursSaved.assumption).toContain('manual-minutes; 20 where it says nothing');
  });

  it('counts as cost each attempt of the week, and requests once more for each further one', async () => {
    const rows = [
      aRow({ openedAt: at(-5), attempts: [failed(-4, -3), failed(1, 2), failed(3, 4)] }),
      aRow({ openedAt: at(1), attempts: [failed(1, 2)] }),
      aRow({ openedAt: at(1) }),
    ];
    const { cost } = await reportOf(rows);
    expect(cost).toMatchObject({ automationSteps: 9, requests: 4 * 16 });
    expect(cost.automationDollars).toBeCloseTo(0.018, 9);
    expect(cost.requestDollars).toBeCloseTo(0.0002, 9);
    expect(cost.dollars).toBeCloseTo(0.0182, 9);
    expect(cost.assumption).toContain('3 automation steps for each attempt, at $0.002 a step; 16 requests');
  });

  it('passes on what happened to the whole within the week, and nothing of other weeks', async () => {
    const event = (when: string): ControlEvent => ({ at: when, kind: 'stop-set', scope: 'everything' });
    const inside = [event(WEEK.from), event(plusMs(WEEK.to, -1))];
    const { controlEvents } = await reportOf([], {
      controlEvents: [event(plusMs(WEEK.from, -1)), ...inside, event(WEEK.to)],
    });
    expect(controlEvents).toEqual(inside);
  });
});

describe('the doubts of a report', () => {
  const recorders: RecordersSeen = { at: WEEK.to, lanes: 60, troubledCount: 0, troubled: [] };
  const doubtsOf = async (rows: readonly CaseRow[], more: Partial<ReportInput> = {}) =>
    (await reportOf(rows, { recorders, ...more })).doubts;

  it('are none when nothing limits the trust', async () => {
    const rows = Array.from({ length: 20 }, (_, n) =>
      aRow({
        findingId: `f${n}`,
        openedAt: at(1),
        attempts: [{ at: at(1), document: 'x' }],
        closed: { at: at(2), as: 'resolved' },
        spentMs: { queued: hourMs },
      }),
    );
    expect(await doubtsOf(rows)).toEqual([]);
    expect(await doubtsOf(rows.slice(1))).toEqual([
      'Only 19 cases tried and ended: one more or less changes the success rate by much.',
    ]);
  });

  it('say that no event may mean that nobody looked', async () => {
    expect((await reportOf([])).doubts).toEqual([
      'Nobody has looked yet whether AWS Config records in every lane: where it does not, no event means nothing.',
    ]);
    expect(
      await doubtsOf([], { recorders: { ...recorders, troubledCount: 1, doubt: 'AccessDenied' } }),
    ).toEqual([
      'In 1 of 60 lanes AWS Config does not record as it should, or could not be asked: what happens there is not in these figures.',
      'Not every lane is known in which AWS Config should record: AccessDenied.',
    ]);
    expect(await doubtsOf([], { recorders: { ...recorders, at: at(100) } })).toEqual([
      "AWS Config's recorders were last looked at on Fri 2026-11-20 04:00 (Europe/Berlin): what happened to them since then is not known.",
    ]);
    // What was mended by the time that the report is made, and was not before the week began.
    const lane = (n: number) => ({ account: String(300_000_000_000 + n), region: 'us-east-1' });
    const stopped = (n: number, lastAt: string) => ({ lane: lane(n), state: 'stopped' as const, lastAt });
    const lately = [
      ...[0, 1, 2, 3].map((n) => stopped(n, at(50 - n))),
      stopped(4, plusMs(WEEK.from, -1)),
      stopped(5, WEEK.to),
    ];
    const now = { lane: lane(5), state: 'stopped' as const };
    expect(
      await doubtsOf([], { recorders: { ...recorders, troubledCount: 1, troubled: [now], lately } }),
    ).toEqual([
      'In 1 of 60 lanes AWS Config does not record as it should, or could not be asked: what happens there is not in these figures.',
      'In 4 lanes AWS Config did not record as it should for a time (300000000000/us-east-1 until Wed 2026-11-18 02:00 (Europe/Berlin), 300000000001/us-east-1 until Wed 2026-11-18 01:00 (Europe/Berlin), 300000000002/us-east-1 until Wed 2026-11-18 00:00 (Europe/Berlin), …): what happened there meanwhile is not in these figures.',
    ]);
    expect(await doubtsOf([], { recorders: { ...recorders, lately: [stopped(0, WEEK.from)] } })).toEqual([
      'In 1 lane AWS Config did not record as it should for a time (300000000000/us-east-1 until Mon 2026-11-16 00:00 (Europe/Berlin)): what happened there meanwhile is not in these figures.',
    ]);
    // Whoever makes the report of an old week knows how the recorders are, and not how they were.
    expect(await doubtsOf([], { recorders: { ...recorders, at: plusMs(WEEK.to, 2 * hourMs) } })).toEqual([]);
    expect(await doubtsOf([], { recorders: { ...recorders, at: plusMs(WEEK.to, 50 * hourMs) } })).toEqual([
      "AWS Config's recorders were looked at on Wed 2026-11-25 02:00 (Europe/Berlin), and not at the end of what is told: how they were then is not known.",
    ]);
  });

  it('say of how many cases too little is known', async () => {
    const closed = { at: at(2), as: 'resolved' as const };
    expect(
      await doubtsOf([
        aRow({ openedAt: at(1), closed, dropped: 2, spentMs: { queued: hourMs } }),
        aRow({ openedAt: at(1), closed, spentMs: { queued: hourMs / 2 } }),
        aRow({ openedAt: at(1), closed }),
      ]),
    ).toEqual([
      'The stories of 1 case are longer than what is kept of them: what is counted of them may be too low.',
      'Of 2 cases healed it is not known where all of the time went, because an older selfheal opened them: the parts of the time to remediate are too low.',
    ]);
  });
});
