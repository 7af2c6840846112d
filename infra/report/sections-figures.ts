/** The parts of a report that count cases and time them. */

import { accountText } from '../../domain/policy/account-name.ts';
import { FIGURE_NAMES, FIGURES, SUCCESS_DEFINITION } from '../../domain/report/figures.ts';
import type { Dimension, Group, Rate, TimeName, WeeklyReport } from '../../domain/report/weekly-report.ts';
import { timeParts } from './chart-time.ts';
import type { Cell, Column, Extent, Section, Term } from './section.ts';
import { change, count, counted, duration, NONE, percent, told } from './words.ts';

export const figuresSection = ({ total, before }: WeeklyReport): Section => ({
  id: 'figures',
  title: 'All figures',
  says: [],
  table: {
    caption: 'Cases by what became of them; each figure opens the list of its cases',
    isCompact: true,
    columns: [
      { title: 'Figure' },
      { title: 'This week', isNumber: true },
      { title: 'Week before', isNumber: true },
      { title: 'Change', isNumber: true },
    ],
    rows: FIGURE_NAMES.map((figure) => [
      { text: FIGURES[figure].title },
      { text: count(total.figures[figure]), of: { figure } },
      { text: count(before.figures[figure]) },
      { text: change(total.figures[figure], before.figures[figure]) },
    ]),
  },
});

export const trendSection = ({ trend }: WeeklyReport): Section => ({
  id: 'trend',
  title: `The last ${counted(trend.length, 'week')}`,
  says: [],
  chart: 'trend',
  table: {
    caption: 'Week by week, the latest first',
    columns: [
      { title: 'Week' },
      { title: 'Success rate', isNumber: true },
      { title: 'Opened', isNumber: true },
      { title: 'Healed', isNumber: true },
      { title: 'Median to heal', isNumber: true, isWide: true },
    ],
    rows: trend
      .toReversed()
      .map(({ week, success, figures, toRemediateP50 }) => [
        { text: told(week, 20) },
        rateCell(success),
        { text: count(figures.opened) },
        { text: count(figures.resolved) },
        { text: duration(toRemediateP50) },
      ]),
  },
});

export const timesSection = ({ times, timesBefore }: WeeklyReport): Section => {
  const parts = timeParts(times);
  const others: readonly TimeName[] = ['to-remediate', 'approval-response'];
  const timeRow = (name: TimeName, cell: Cell): readonly Cell[] => {
    const percentiles = times[name];
    return [
      cell,
      { text: count(percentiles?.count ?? 0) },
      { text: duration(percentiles?.p50), note: `before: ${duration(timesBefore[name]?.p50)}` },
      { text: duration(percentiles?.p90) },
      { text: duration(percentiles?.p99) },
    ];
  };
  return {
    id: 'times',
    title: 'Where the time goes',
    says: [],
    chart: 'time',
    table: {
      caption: 'How long it took: half, 90 and 99 of 100 took at most so long',
      columns: [
        { title: 'Time' },
        { title: 'Timed', isNumber: true, isWide: true },
        { title: 'p50', isNumber: true },
        { title: 'p90', isNumber: true },
        { title: 'p99', isNumber: true },
      ],
      rows: [
        ...parts.map(({ name, share, number }) =>
          timeRow(name, {
            text: `${number}. ${TIMES[name].term}`,
            note: share === null ? NONE : `${percent(share)} of all the time`,
            key: number,
          }),
        ),
        ...others.map((name) => timeRow(name, { text: TIMES[name].term })),
      ],
    },
  };
};

export const TIMES: Readonly<Record<TimeName, Term>> = {
  'to-remediate': {
    term: 'Opened until healed',
    means: 'Of the cases healed in the week: from the opening of the case until AWS Config said COMPLIANT.',
  },
  'waiting-for-approval': {
    term: 'Waiting for approval',
    means: 'Of the cases healed in the week: how long people were asked and had not decided.',
  },
  'waiting-for-quota': {
    term: 'Waiting for quota',
    means: 'Of the cases healed in the week: how long they waited for a permit and for their start.',
  },
  'held-back': {
    term: 'Held back',
    means:
      'Of the cases healed in the week: how long a grace period, a window, a stop switch or a breaker held them, they were only observed, or a person had them.',
  },
  running: {
    term: 'Running',
    means: 'Of the cases healed in the week: how long their runbooks ran, all attempts together.',
  },
  verifying: {
    term: 'Verifying',
    means:
      'Of the cases healed in the week: from the end of the runbook until AWS Config recorded its verdict.',
  },
  'approval-response': {
    term: 'Answer to an approval',
    means: 'Of the decisions of the week: from the question until people had decided.',
  },
};

const GROUPS: Readonly<Record<Dimension, { readonly title: string; readonly without: string }>> = {
  account: { title: 'By account', without: 'without an account' },
  rule: { title: 'By rule', without: 'without a rule' },
  severity: { title: 'By severity', without: 'without a severity' },
  framework: { title: 'By framework', without: 'in no framework' },
  owner: { title: 'By owner', without: 'without an owner' },
};

const GROUP_COLUMNS: readonly Column[] = [
  { title: 'Success rate', isNumber: true },
  { title: 'Opened', isNumber: true },
  { title: 'Healed', isNumber: true, isWide: true },
  { title: 'To a person', isNumber: true },
  { title: 'Open at the end', isNumber: true, isWide: true },
  { title: 'Median to heal', isNumber: true, isWide: true },
];

export const groupSection = (
  by: Dimension,
  groups: readonly Group[],
  { rowsMax, charsMax }: Extent,
): Section => {
  const { title, without } = GROUPS[by];
  return {
    id: `by-${by}`,
    title,
    says: groups.length === 0 ? ['No case was counted.'] : by === 'framework' ? [FRAMEWORKS] : [],
    ...(groups.length > 0 && {
      table: {
        caption: `${title}, the success rate and the main figures`,
        columns: [{ title: title.slice(3).replace(/^./, (first) => first.toUpperCase()) }, ...GROUP_COLUMNS],
        rows: groups.slice(0, rowsMax).map((group) => groupRow(by, group, without, charsMax)),
      },
    }),
    notes: beyond(groups.length, rowsMax),
  };
};

const FRAMEWORKS = 'A rule may serve several frameworks: then its cases count in each.';

const groupRow = (
  by: Dimension,
  { key, title, figures, success, toRemediate }: Group,
  without: string,
  charsMax: number,
): readonly Cell[] => {
  const name = key === '' ? without : by === 'account' ? accountText(key, title) : (title ?? key);
  const counts = ['opened', 'resolved', 'escalated', 'open-at-end'] as const;
  return [
    { text: told(name, charsMax) },
    { ...rateCell(success), of: { figure: 'attempted', by, key } },
    ...counts.map((figure) => ({ text: count(figures[figure]), of: { figure, by, key } })),
    { text: duration(toRemediate?.p50) },
  ];
};

/** A rate never stands without what it was made of. */
const rateCell = ({ numerator, denominator, value }: Rate): Cell => ({
  text: percent(value),
  note: `${count(numerator)} of ${count(denominator)}`,
  ...(value !== null && Number.isFinite(value) && { share: Math.min(1, Math.max(0, value)) }),
});

export const beyond = (length: number, rowsMax: number): readonly string[] =>
  length > rowsMax ? [`… and ${count(length - rowsMax)} more: the report as CSV or JSON has all.`] : [];

export const definitionsSection = (): Section => ({
  id: 'definitions',
  title: 'How each figure is defined',
  says: [
    'Everything is told as of the end of the week, from the cases alone: selfheal report --verify counts them again.',
  ],
  terms: [
    {
      term: 'Success rate',
      means: SUCCESS_DEFINITION.replace('Success rate: ', '').replace(/^./, (first) => first.toUpperCase()),
    },
    ...FIGURE_NAMES.map((name) => ({ term: FIGURES[name].title, means: FIGURES[name].definition })),
    ...Object.values(TIMES),
  ],
});
