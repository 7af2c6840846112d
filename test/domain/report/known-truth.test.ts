/** Reports of generated histories, held against what was noted as they were told. */
import { describe, expect, it } from 'vitest';
import { type CaseRow, rowOf } from '../../../domain/report/case-row.ts';
import { FIGURE_NAMES } from '../../../domain/report/figures.ts';
import { countedIn } from '../../../domain/report/heads.ts';
import { makeWeeklyReport, reportSpan } from '../../../domain/report/make-weekly-report.ts';
import { type Week, weekAt, weekNamed } from '../../../domain/report/week.ts';
import {
  DIMENSIONS,
  type Percentiles,
  type TimeName,
  type WeeklyReport,
} from '../../../domain/report/weekly-report.ts';
import { epochMs } from '../../../domain/time.ts';
import {
  caseHistory,
  HISTORY_CATALOG,
  type HistoryOptions,
  type Truth,
  type WeekTruth,
} from '../../support/case-history.ts';

const TIMES: readonly TimeName[] = [
  'to-remediate',
  'waiting-for-approval',
  'waiting-for-quota',
  'running',
  'verifying',
  'held-back',
  'approval-response',
];

const LATER = '2027-06-01T00:00:00.000Z';

const reportOf = (rows: Iterable<CaseRow>, week: Week, now = LATER): Promise<WeeklyReport> =>
  makeWeeklyReport({
    rows,
    week,
    now,
    policyVersion: 'aaaaaaaaaaaa',
    catalog: HISTORY_CATALOG,
    accountName: () => undefined,
    lapsing: [],
    controlEvents: [],
  });

const told = (options: HistoryOptions): { readonly rows: readonly CaseRow[]; readonly truth: Truth } => {
  const { cases, truth } = caseHistory(options);
  return { rows: Array.from(cases, rowOf), truth };
};

/** The smallest that so many per cent do not exceed. */
const percentilesOf = (sorted: readonly number[]): Percentiles | null => {
  if (sorted.length === 0) return null;
  const rank = (percent: number) =>
    sorted.find((_, index) => (index + 1) * 100 >= percent * sorted.length) ?? -1;
  return {
    count: sorted.length,
    totalMs: sorted.reduce((sum, ms) => sum + ms, 0),
    p50: rank(50),
    p90: rank(90),
    p99: rank(99),
  };
};

const figuresOf = (truth: WeekTruth, group?: Parameters<WeekTruth['figure']>[1]) =>
  Object.fromEntries(FIGURE_NAMES.map((name) => [name, truth.figure(name, group)]));

const expectWeek = (report: WeeklyReport, truth: WeekTruth): void => {
  expect(report.total.figures).toEqual(figuresOf(truth));
  const { success } = report.total;
  const [healed, tried] = [truth.figure('succeeded'), truth.figure('attempted')];
  expect(success).toEqual({
    numerator: healed,
    denominator: tried,
    value: tried === 0 ? null : healed / tried,
  });
  for (const name of TIMES) expect(report.times[name], name).toEqual(percentilesOf(truth.times(name)));
};

const expectGroups = (report: WeeklyReport, truth: WeekTruth): void => {
  for (const by of DIMENSIONS) {
    expect(report.by[by].map(({ key }) => key).toSorted(), by).toEqual(truth.keys(by));
    for (const { key, figures, toRemediate } of report.by[by]) {
      expect(figures, `${by} ${key}`).toEqual(figuresOf(truth, { by, key }));
      expect(toRemediate, `${by} ${key}`).toEqual(percentilesOf(truth.healedIn(by, key)));
    }
  }
};

const expectRunbooks = ({ runbooks, cost, hoursSaved }: WeeklyReport, truth: WeekTruth): void => {
  for (const { document, attempts, failed, commonestError } of runbooks) {
    expect({ attempts, failed }, document).toEqual(truth.runs(document));
    const kinds = [...truth.failures(document)];
    const most = Math.max(0, ...kinds.map(([, count]) => count));
    expect(commonestError?.count ?? 0, document).toBe(most);
    const named = kinds.filter(([kind]) => commonestError?.error.includes(kind));
    expect(named.map(([, count]) => count)).toEqual(failed === 0 ? [] : [most]);
  }
  const failures = runbooks.map(({ failed }) => failed);
  expect(failures).toEqual(failures.toSorted((one, other) => other - one));
  expect(cost.automationSteps).toBe(truth.attempts() * 3);
  expect(cost.requests).toBe((truth.figure('opened') + truth.retries()) * 16);
  expect(hoursSaved.hours * 60).toBeCloseTo(truth.minutesSaved(), 6);
};

const expectLists = (rows: readonly CaseRow[], report: WeeklyReport): void => {
  const span = reportSpan(report.week, report.madeAt);
  const listed = (...how: readonly [(typeof FIGURE_NAMES)[number], Parameters<typeof countedIn>[3]?]) =>
    rows.filter((row) => countedIn(row, how[0], span, how[1])).length;
  for (const name of FIGURE_NAMES) {
    expect(listed(name), name).toBe(report.total.figures[name]);
    for (const by of DIMENSIONS)
      for (const { key, figures } of report.by[by])
        expect(listed(name, { by, key, catalog: HISTORY_CATALOG }), `${name} ${by} ${key}`).toBe(
          figures[name],
        );
  }
};

describe('a history whose truth is known', () => {
  it('of 50,000 cases is told rightly, over the change of clocks, the end of the year and its 53rd week', async () => {
    const { rows, truth } = told({
      seed: 20261121,
      cases: 50_000,
      fromMs: epochMs('2026-10-08T00:00:00.000Z'),
      toMs: epochMs('2027-01-11T00:00:00.000Z'),
      timezones: ['Europe/Berlin'],
      focus: ['2027-01-04'],
    });
    const week = weekNamed('2027-W01', 'Europe/Berlin') as Week;
    const report = await reportOf(rows, week);
    const named = { '2026-10-19': '2026-W43', '2026-10-26': '2026-W44', '2026-11-02': '2026-W45' };
    expect(report.trend.map(({ week: id }) => id)).toEqual([
      ...Object.values(named),
      ...[46, 47, 48, 49, 50, 51, 52, 53].map((number) => `2026-W${number}`),
      '2027-W01',
    ]);
    const mondays = truth
      .mondays('Europe/Berlin')
      .filter((day) => day <= '2027-01-04')
      .slice(-12);
    expect(mondays[0]).toBe('2026-10-19');
    for (const [index, monday] of mondays.entries()) {
      const known = truth.of('Europe/Berlin', monday);
      expect(report.trend[index]?.figures, monday).toEqual(figuresOf(known));
      expect(report.trend[index]?.toRemediateP50 ?? null).toBe(
        percentilesOf(known.times('to-remediate'))?.p50 ?? null,
      );
    }
    const [before, current] = ['2026-12-28', '2027-01-04'].map((day) => truth.of('Europe/Berlin', day)) as [
      WeekTruth,
      WeekTruth,
    ];
    expectWeek(report, current);
    expectWeek({ ...report, total: report.before, times: report.timesBefore }, before);
    expectGroups(report, current);
    expectRunbooks(report, current);
    expect(current.figure('resolved')).toBeGreaterThan(1_000);
    expect(report.isOver).toBe(true);
  });

  it.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'])(
    'is told rightly of each week, as the clocks of %s cut them',
    async (timezone) => {
      const { rows, truth } = told({
        seed: 7,
        cases: 700,
        fromMs: epochMs('2026-10-01T00:00:00.000Z'),
        toMs: epochMs('2027-01-11T00:00:00.000Z'),
        timezones: [timezone],
      });
      const mondays = truth.mondays(timezone).slice(0, 18);
      expect(mondays.length).toBe(18);
      for (const monday of mondays) {
        const week = weekAt(`${monday}T18:00:00.000Z`, timezone);
        const report = await reportOf(rows, week);
        const known = truth.of(timezone, monday);
        expectWeek(report, known);
        expectGroups(report, known);
        expectRunbooks(report, known);
        if (monday === '2026-12-28') expectLists(rows, report);
      }
    },
  );
});
