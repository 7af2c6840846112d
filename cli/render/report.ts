/** A weekly report for a terminal: the same parts as in every format, in lines that fit. */
import type { TrendWeek, WeeklyReport } from '../../domain/report/weekly-report.ts';
import type { Cell, Section, Table } from '../../infra/report/section.ts';
import { type ReportParts, reportParts } from '../../infra/report/sections.ts';
import { count, NONE, percent } from '../../infra/report/words.ts';
import { type Io, type Style, safe } from '../io.ts';
import { type Column, table, width } from './table.ts';

type Terminal = Pick<Io, 'columns' | 'style'>;

export const reportText = (report: WeeklyReport, io: Terminal): string => {
  const parts = reportParts(report, EXTENT);
  const blocks: readonly (readonly string[])[] = [
    [io.style.bold(parts.title), ...parts.about],
    ...(parts.recorders.isTrouble ? [recorderLines(parts, io)] : []),
    ...(parts.doubts.length === 0
      ? []
      : [
          [
            'What limits the trust in these figures:',
            ...parts.doubts.flatMap((each) => wrapped(`- ${each}`, io)),
          ],
        ]),
    successLines(parts, io),
    trendLines(report.trend),
    ...parts.sections.filter(({ id }) => !TOLD_OTHERWISE.has(id)).map((section) => sectionLines(section, io)),
    ...(parts.recorders.isTrouble ? [] : [recorderLines(parts, io)]),
  ];
  return `${blocks.map((lines) => lines.map(tidy).join('\n')).join('\n\n')}\n`;
};

/** A terminal is read from top to bottom: what is long stands in the other formats. */
const EXTENT = { rowsMax: 10, charsMax: 200 } as const;

/** The trend is drawn, and what the figures mean stands in the guide. */
const TOLD_OTHERWISE: ReadonlySet<string> = new Set(['trend', 'definitions']);

const recorderLines = (
  { recorders: { isTrouble, title, says, lanes, more } }: ReportParts,
  io: Terminal,
): readonly string[] => [
  isTrouble ? io.style.bold(io.style.red(`! ${title}`)) : title,
  ...says.flatMap((each) => wrapped(each, io, '  ')),
  ...lanes.flatMap((lane) => wrapped(lane, io, '    ')),
  ...(more > 0 ? [`    … and ${count(more)} more`] : []),
];

const successLines = ({ success, tiles }: ReportParts, io: Terminal): readonly string[] => {
  const { rate, numerator, denominator, value, definition, says } = success;
  const paint = paintRate(value, io.style);
  return [
    `${io.style.bold(paint(`${rate} success rate`))}: ${count(numerator)} of ${count(denominator)} cases tried and ended were healed.`,
    ...wrapped(says.join(' '), io, '  '),
    ...wrapped(definition, io, '  ').map(io.style.dim),
    '',
    ...table(TILE_COLUMNS, tiles, io.columns).split('\n').slice(1),
  ];
};

const paintRate = (value: number | null, style: Style): ((text: string) => string) => {
  if (value === null) return (text) => text;
  return value < WANTED ? style.red : style.green;
};

/** As the alarm has it. */
const WANTED = 0.9;

const TILE_COLUMNS: readonly Column<ReportParts['tiles'][number]>[] = [
  { title: '', value: ({ title }) => `  ${title}` },
  { title: '', value: ({ text }) => text },
  { title: '', value: ({ note }) => note, widthMin: 10 },
];

/** Twelve weeks in as many characters, the latest last. */
const trendLines = (trend: readonly TrendWeek[]): readonly string[] => {
  const [first, last] = [trend[0]?.week ?? '', trend.at(-1)?.week ?? ''];
  const rates = trend.map(({ success }) => success.value);
  const known = rates.filter((value) => value !== null);
  const opened = trend.map(({ figures }) => figures.opened);
  const healed = trend.map(({ figures }) => figures.resolved);
  const most = Math.max(1, ...opened, ...healed);
  const row = (title: string, bars: string, says: string) => `  ${title.padEnd(14)}${bars}  ${says}`;
  return [
    `The last ${trend.length} weeks, ${first} to ${last}`,
    row(
      'Success rate',
      rates.map((value) => bar(value, 0.5, 1)).join(''),
      known.length === 0
        ? 'nothing was tried'
        : `${percent(Math.min(...known))} to ${percent(Math.max(...known))}; the lowest bar is 50 % or less`,
    ),
    row('Opened', opened.map((value) => bar(value, 0, most)).join(''), range(opened)),
    row('Healed', healed.map((value) => bar(value, 0, most)).join(''), range(healed)),
  ];
};

const range = (values: readonly number[]): string =>
  `${count(Math.min(...values))} to ${count(Math.max(...values))}`;

/**
 * @example bar(0.75, 0.5, 1) // '▅'
 */
const bar = (value: number | null, lowest: number, highest: number): string => {
  if (value === null) return '·';
  const share = (value - lowest) / (highest - lowest);
  return BARS[Math.min(BARS.length - 1, Math.max(0, Math.floor(share * BARS.length)))] ?? '·';
};
const BARS = '▁▂▃▄▅▆▇█';

export const sectionLines = (
  { title, says, table: content, notes = [] }: Section,
  io: Terminal,
): readonly string[] => [
  io.style.bold(title),
  ...says.flatMap((each) => wrapped(each, io, '  ')),
  ...(content === undefined ? [] : tableLines(content, io)),
  ...notes.flatMap((each) => wrapped(each, io, '  ')),
];

const tableLines = ({ columns, rows }: Table, io: Terminal): readonly string[] => {
  const texts = rows.map((row) => columns.map((_, n) => cellText(row[n])));
  const shown = columns.map(({ title, isNumber, isWide }, n): Column<readonly string[]> => {
    const widest = Math.max(width(title), ...texts.map((row) => width(row[n] ?? '')));
    return {
      title: isNumber ? title.padStart(widest) : title,
      value: (row) => (isNumber ? (row[n] ?? '').padStart(widest) : (row[n] ?? '')),
      ...(!isNumber && { widthMin: 12 }),
      ...(isWide && { leaveOut: n }),
    };
  });
  return table(shown, texts, io.columns - INDENT.length)
    .split('\n')
    .map((line) => `${INDENT}${line}`);
};

const INDENT = '  ';

const cellText = (cell: Cell | undefined): string => {
  if (cell === undefined) return NONE;
  return tidy(cell.note === undefined ? cell.text : `${cell.text} (${cell.note})`);
};

/** No terminal needs to be told where not to break, and none must obey what others wrote. */
export const tidy = (line: string): string => line.replaceAll('\u00a0', ' ');

export const wrapped = (text: string, { columns }: Terminal, indent = ''): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of safe(tidy(text), 2_000).split(' ')) {
    if (line !== '' && width(indent) + width(line) + 1 + width(word) > Math.min(columns, LINE_MAX)) {
      lines.push(`${indent}${line}`);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, `${indent}${line}`];
};

/** Longer lines are hard to read. */
const LINE_MAX = 110;
