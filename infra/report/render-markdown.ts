/** A weekly report as Markdown, for a wiki, an issue or a pull request. It says what the HTML says, in the same words. */
import type { WeeklyReport } from '../../domain/report/weekly-report.ts';
import type { Links } from './report-links.ts';
import type { Cell, Section, Table } from './section.ts';
import { type ReportParts, reportParts } from './sections.ts';
import { count, isNothing } from './words.ts';

/**
 * GitHub's tables; whatever others wrote is text and nothing else.
 *
 * @example
 * renderMarkdown(report, { links: reportLinks(report.week.id, 'https://selfheal.example') })
 */
export const renderMarkdown = (report: WeeklyReport, { links }: { readonly links: Links }): string => {
  const parts = reportParts(report, EXTENT);
  return [
    [`# ${text(parts.title)}`],
    parts.about.map(lineText).join('  \n').split('\n'),
    ...(parts.recorders.isTrouble ? [recorders(parts)] : []),
    ...(parts.doubts.length === 0
      ? []
      : [['## What limits the trust in these figures'], parts.doubts.map((doubt) => `- ${lineText(doubt)}`)]),
    ...success(parts, links),
    ...parts.sections.flatMap((section) => sectionLines(section, links)),
    ...(parts.recorders.isTrouble ? [] : [recorders(parts)]),
  ]
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
};

const EXTENT = { rowsMax: 50, charsMax: 300 } as const;

/** A block: lines that stand together. */
type Block = readonly string[];

const recorders = ({ recorders: { title, says, lanes, more } }: ReportParts): Block => [
  `> **${text(title)}.**`,
  ...says.map((each) => `> ${lineText(each)}`),
  ...(lanes.length === 0 ? [] : ['>', ...lanes.map((lane) => `> - ${lineText(lane)}`)]),
  ...(more > 0 ? [`> - … and ${count(more)} more`] : []),
];

const success = (
  { success: { rate, numerator, denominator, definition, says }, tiles }: ReportParts,
  links: Links,
): readonly Block[] => [
  [`## ${text(rate)} success rate`],
  [
    `${linked(count(numerator), { figure: 'succeeded' }, links)} of ${linked(count(denominator), { figure: 'attempted' }, links)} cases that were tried and ended were healed. ${says.map(text).join(' ')}`,
  ],
  [text(definition)],
  tiles.map((tile) => `- ${text(tile.title)}: **${linked(tile.text, tile.of, links)}** (${text(tile.note)})`),
];

const sectionLines = (
  { title, says, table, notes = [], terms = [] }: Section,
  links: Links,
): readonly Block[] => [
  [`## ${text(title)}`],
  ...says.map((each) => [lineText(each)]),
  ...(table === undefined ? [] : [tableLines(table, links)]),
  ...notes.map((note) => [lineText(note)]),
  ...(terms.length === 0 ? [] : [terms.map(({ term, means }) => `- **${text(term)}**: ${text(means)}`)]),
];

const tableLines = ({ columns, rows }: Table, links: Links): Block => [
  lineOf(columns.map(({ title }) => text(title))),
  lineOf(columns.map(({ isNumber }) => (isNumber ? '---:' : '---'))),
  ...rows.map((row) => lineOf(columns.map((_, index) => cellText(row[index] ?? { text: '' }, links)))),
];

const lineOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const cellText = ({ text: said, note, of }: Cell, links: Links): string =>
  `${linked(said, of, links)}${note === undefined ? '' : ` (${text(note)})`}`;

const linked = (said: string, of: Cell['of'], links: Links): string => {
  const href = of === undefined || isNothing(said) ? undefined : links(of);
  // What would end the address or the cell is percent-encoded.
  return href === undefined
    ? text(said)
    : `[${text(said)}](${href
        .replace(/[()<>|\\\s]/g, encodeURIComponent)
        .replaceAll('(', '%28')
        .replaceAll(')', '%29')})`;
};

/**
 * Every mark that would do something is said to be a letter. An underscore within a word does nothing, and names are
 * full of them.
 *
 * @example text('S3_BUCKET | <b>') // 'S3_BUCKET \\| \\<b\\>'
 */
const text = (said: string): string =>
  said
    .replace(/[\\`*[\]<>|~&#!]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    // An address becomes a link by itself, and where it leads is not ours to say.
    .replace(/(https?|ftp|mailto|xmpp):/gi, '$1\\:')
    .replace(/\bwww\./gi, (www) => `${www.slice(0, -1)}\\.`);

/** Where a line begins with it, a mark may make a list of it, or a heading of the line before. */
const lineText = (said: string): string =>
  text(said).replace(/^(?:[-+=]|\d+[.)](?!\d))/, (mark) => `${mark.slice(0, -1)}\\${mark.slice(-1)}`);
