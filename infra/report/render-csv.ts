/**
 * A weekly report as CSV (RFC 4180), one figure a row, for spreadsheets and for whoever adds weeks up: all groups are
 * in it, and numbers stand as they are, not as they are shown.
 */
import { laneId } from '../../domain/finding.ts';
import { inert } from '../../domain/message.ts';
import { FIGURE_NAMES } from '../../domain/report/figures.ts';
import {
  DIMENSIONS,
  type Percentiles,
  type Tally,
  type TimeName,
  type WeeklyReport,
} from '../../domain/report/weekly-report.ts';

interface Row {
  readonly week: string;
  /** What the figure is of: `total`, `account`, `rule`, `time`, `runbook` … */
  readonly dimension: string;
  /** Which of them; empty for the whole. */
  readonly key: string;
  readonly figure: string;
  /** Empty where there is none. */
  readonly value: number | string | null;
  readonly unit: string;
}

const COLUMNS = [
  'week',
  'dimension',
  'key',
  'figure',
  'value',
  'unit',
] as const satisfies readonly (keyof Row)[];

/** Lines end with CR LF. A cell that a spreadsheet would run begins with an apostrophe, and is text. */
export const renderCsv = (report: WeeklyReport): string =>
  [COLUMNS.join(','), ...rowsOf(report).map((row) => COLUMNS.map((column) => cellOf(row[column])).join(','))]
    .map((line) => `${line}\r\n`)
    .join('');

export const cellOf = (value: Row[keyof Row]): string => {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const text = inert(value, CHARS_MAX);
  const harmless = /^\s*[=+\-@|%]/.test(text) ? `'${text}` : text;
  return /[",\r\n]|^'|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

/** Of a spreadsheet's cell are 32,767. */
const CHARS_MAX = 2_000;

const rowsOf = (report: WeeklyReport): readonly Row[] => {
  const { week, total, trend, times, by } = report;
  const row = (dimension: string, key: string, figure: string, value: Row['value'], unit: string): Row => ({
    week: week.id,
    dimension,
    key,
    figure,
    value,
    unit,
  });
  return [
    ...recorderRows(report, row),
    ...report.doubts.map((doubt, index) => row('doubt', String(index + 1), 'doubt', doubt, 'text')),
    ...tallyRows(total, (...told) => row('total', '', ...told)),
    ...trend
      .filter((one) => one.week !== week.id)
      .flatMap((one) =>
        tallyRows(one, (...told) => ({ ...row('total', '', ...told), week: one.week })).concat({
          ...row('time', 'to-remediate', 'p50', one.toRemediateP50, 'ms'),
          week: one.week,
        }),
      ),
    ...(Object.keys(times) as readonly TimeName[]).flatMap((name) =>
      timeRows(times[name], (...told) => row('time', name, ...told)),
    ),
    ...DIMENSIONS.flatMap((dimension) =>
      by[dimension].flatMap((group) => [
        ...tallyRows(group, (...told) => row(dimension, group.key, ...told)),
        ...timeRows(group.toRemediate, (figure, value, unit) =>
          row(dimension, group.key, `to-remediate-${figure}`, value, unit),
        ),
      ]),
    ),
    ...report.runbooks.flatMap(({ document, attempts, failed, commonestError }) => [
      row('runbook', document, 'attempts', attempts, 'attempts'),
      row('runbook', document, 'failed', failed, 'attempts'),
      row('runbook', document, 'commonest-error', commonestError?.error ?? null, 'text'),
      row('runbook', document, 'commonest-error-count', commonestError?.count ?? 0, 'attempts'),
    ]),
    ...report.flapping.map(({ account, region, rule, resourceId, cases }) =>
      row('flapping', [account, region, rule, resourceId].join(' '), 'cases-in-four-weeks', cases, 'cases'),
    ),
    ...report.lapsing.map(({ name, expiresAt }) => row('exemption', name, 'expires', expiresAt, 'time')),
    ...report.controlEvents.map(({ at, kind, scope }) => row('control', scope, kind, at, 'time')),
    ...savedRows(report, row),
  ];
};

type MakeRow = (dimension: string, key: string, figure: string, value: Row['value'], unit: string) => Row;
type MakeFigure = (figure: string, value: number | null, unit: string) => Row;

const recorderRows = ({ recorders }: WeeklyReport, row: MakeRow): readonly Row[] => [
  row('recorder', '', 'seen-at', recorders?.at ?? null, 'time'),
  row('recorder', '', 'lanes', recorders?.lanes ?? null, 'lanes'),
  row('recorder', '', 'troubled', recorders?.troubledCount ?? null, 'lanes'),
  ...(recorders?.doubt === undefined ? [] : [row('recorder', '', 'doubt', recorders.doubt, 'text')]),
  ...(recorders?.troubled ?? []).map(({ lane, state }) =>
    row('recorder', laneId(lane), 'state', state, 'text'),
  ),
];

const tallyRows = ({ figures, success }: Tally, row: MakeFigure): readonly Row[] => [
  ...FIGURE_NAMES.map((name) => row(name, figures[name], 'cases')),
  row('success-rate', success.value, 'ratio'),
];

const timeRows = (percentiles: Percentiles | null, row: MakeFigure): readonly Row[] => [
  row('count', percentiles?.count ?? 0, 'cases'),
  row('total', percentiles?.totalMs ?? null, 'ms'),
  row('p50', percentiles?.p50 ?? null, 'ms'),
  row('p90', percentiles?.p90 ?? null, 'ms'),
  row('p99', percentiles?.p99 ?? null, 'ms'),
];

const savedRows = ({ hoursSaved, cost }: WeeklyReport, row: MakeRow): readonly Row[] => [
  row('total', '', 'hours-saved', hoursSaved.hours, 'hours'),
  ...hoursSaved.byRule.flatMap(({ rule, healed, minutesEach }) => [
    row('hours-saved', rule, 'healed', healed, 'cases'),
    row('hours-saved', rule, 'minutes-each', minutesEach, 'minutes'),
  ]),
  row('total', '', 'automation-steps', cost.automationSteps, 'steps'),
  row('total', '', 'automation-cost', cost.automationDollars, 'USD'),
  row('total', '', 'requests', cost.requests, 'requests'),
  row('total', '', 'requests-cost', cost.requestDollars, 'USD'),
  row('total', '', 'cost', cost.dollars, 'USD'),
];
