/** Sections, tables and notices as HTML. Values go through `html`, which escapes them; what is theirs is made inert before. */
import { html } from 'hono/html';
import type { WeeklyReport } from '../../domain/report/weekly-report.ts';
import { bar, type Html, swatch } from './chart-parts.ts';
import { timeChart } from './chart-time.ts';
import { trendChart } from './chart-trend.ts';
import type { RecorderNotice } from './recorder-notice.ts';
import type { Links } from './report-links.ts';
import type { Cell, Column, Section, Table } from './section.ts';
import type { Success, Tile } from './sections.ts';
import { TIMES } from './sections-figures.ts';
import { count, isNothing } from './words.ts';

/**
 * `page`: inside of a page of the console, whose policy of content allows no style of its own.
 * `mail`: a file that needs nothing else, readable where style sheets and drawings are taken out.
 * `print`: a file to be printed, with all that explains it.
 */
export type Variant = 'page' | 'mail' | 'print';

export interface Frame {
  readonly report: WeeklyReport;
  readonly links: Links;
  readonly variant: Variant;
}

export const sectionHtml = (section: Section, frame: Frame): Html => {
  const { id, title, says, table, notes = [], terms } = section;
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${says.map((each) => html`<p>${each}</p>`)}
${chartOf(section, frame)}
${table === undefined ? '' : folded(section, tableHtml(table, frame), frame)}
${notes.map((note) => html`<p class="note">${note}</p>`)}
${terms === undefined ? '' : html`<dl class="terms">${terms.map(({ term, means }) => html`<dt>${term}</dt><dd>${means}</dd>`)}</dl>`}
</section>
`;
};

/** Whoever has seen a chart whole need not scroll past its table; files have nothing folded away. */
const folded = ({ chart }: Section, table: Html, { report, variant }: Frame): Html =>
  variant === 'page' && chart === 'trend' && trendChart(report.trend) !== undefined
    ? html`<details><summary>Week by week</summary>${table}</details>`
    : table;

const chartOf = ({ chart }: Section, { report }: Frame): Html | '' => {
  const drawn =
    chart === 'trend'
      ? trendChart(report.trend)
      : chart === 'time'
        ? timeChart(report.times, (name) => TIMES[name].term)
        : undefined;
  return drawn === undefined ? '' : html`<figure>${drawn}</figure>`;
};

const tableHtml = (table: Table, frame: Frame): Html => {
  const shown = table.columns.flatMap((column, index) =>
    frame.variant === 'mail' && column.isWide ? [] : [{ column, index }],
  );
  return html`<table${tableLook(table, frame)}>
<caption${frame.variant === 'mail' ? html` style="text-align:left"` : ''}>${table.caption}</caption>
<thead><tr>${shown.map(({ column }) => html`<th scope="col"${widthOf(column, shown, frame)}${aligned(column, frame)}>${column.title}</th>`)}</tr></thead>
<tbody>
${table.rows.map((row) => html`<tr${rowLook(frame)}>${shown.map(({ column, index }) => cellHtml(row[index] ?? { text: '' }, column, index === 0, frame))}</tr>\n`)}</tbody>
</table>`;
};

/** Readers of mail take the width of a column from its first cell, or squeeze a name to one letter a line. */
const widthOf = (
  { isNumber }: Column,
  shown: readonly { readonly column: Column }[],
  { variant }: Frame,
): Html | '' => {
  if (variant !== 'mail') return '';
  const numbers = shown.filter(({ column }) => column.isNumber).length;
  const texts = Math.max(1, shown.length - numbers);
  const width = isNumber ? NUMBER_PERCENT : Math.floor((100 - numbers * NUMBER_PERCENT) / texts);
  return html` width="${width}%"`;
};

const NUMBER_PERCENT = 20;

const cellHtml = (cell: Cell, column: Column, isHead: boolean, frame: Frame): Html => {
  const inside = html`${cell.key === undefined ? '' : swatch(cell.key)}${cell.share === undefined ? '' : bar(cell.share)}${linked(cell.text, cell.of, frame)}${cell.note === undefined ? '' : frame.variant === 'mail' ? html`<br><small>${cell.note}</small>` : html`<small>${cell.note}</small>`}`;
  if (isHead) return html`<th scope="row"${aligned(column, frame)}>${inside}</th>`;
  return frame.variant === 'page'
    ? html`<td data-label="${column.title}"${aligned(column, frame)}><span>${inside}</span></td>`
    : html`<td${aligned(column, frame)}>${inside}</td>`;
};

/** A list of cases is worth opening when there are any. */
const linked = (text: string, of: Cell['of'], { links, variant }: Frame): Html | string => {
  const href = of === undefined || isNothing(text) ? undefined : links(of);
  if (href === undefined) return text;
  // The blue that readers of mail give links by themselves cannot be read on black.
  const look = variant === 'mail' ? html` style="color:inherit"` : '';
  return html`<a href="${href}"${look}>${text}</a>`;
};

/** Attributes where mail has only those: they cost a tenth of styles on each cell. */
const aligned = ({ isNumber }: Column, { variant }: Frame): Html | '' => {
  if (variant !== 'mail') return isNumber ? html` class="num"` : '';
  return isNumber ? html` class="num" align="right" valign="top"` : html` align="left" valign="top"`;
};

const tableLook = ({ isCompact }: Table, { variant }: Frame): Html =>
  variant === 'mail'
    ? html` width="100%" cellpadding="4" cellspacing="0" style="border-collapse:collapse;width:100%;table-layout:fixed;font-size:14px"`
    : isCompact
      ? html` class="compact"`
      : html` class="wide"`;

const rowLook = ({ variant }: Frame): Html | '' =>
  variant === 'mail' ? html` style="border-bottom:1px solid #8c959f"` : '';

export const recordersHtml = (
  { isTrouble, title, says, lanes, more }: RecorderNotice,
  { variant }: Frame,
): Html => {
  const look = variant === 'mail' ? html` style="${isTrouble ? TROUBLE_STYLE : FINE_STYLE}"` : '';
  if (!isTrouble)
    return html`<div class="fine"${look}><p><strong>${title}.</strong> ${says.join(' ')}</p></div>`;
  return html`<div class="trouble" role="alert"${look}>
<h2>${title}</h2>
${says.map((each) => html`<p>${each}</p>`)}
${lanes.length === 0 ? '' : html`<ul>${lanes.map((lane) => html`<li>${lane}</li>`)}${more > 0 ? html`<li>… and ${count(more)} more</li>` : ''}</ul>`}
</div>`;
};

export const doubtsHtml = (doubts: readonly string[], { variant }: Frame): Html | '' =>
  doubts.length === 0
    ? ''
    : html`<div class="doubts" role="note"${variant === 'mail' ? html` style="${DOUBT_STYLE}"` : ''}>
<h2>What limits the trust in these figures</h2>
<ul>${doubts.map((doubt) => html`<li>${doubt}</li>`)}</ul>
</div>`;

export const successHtml = (
  { rate, value, numerator, denominator, definition, says }: Success,
  frame: Frame,
): Html => {
  const isMail = frame.variant === 'mail';
  return html`<div class="hero">
<p class="rate"${isMail ? html` style="margin:16px 0 4px;font-size:44px;line-height:1;font-weight:700"` : ''}>${rate}${isMail ? html`<br>` : ''}<small${isMail ? html` style="font-size:16px"` : ''}>success rate</small></p>
<div>
<p><strong>${linked(count(numerator), { figure: 'succeeded' }, frame)} of ${linked(count(denominator), { figure: 'attempted' }, frame)}</strong> cases that were tried and ended were healed. ${value === null ? '' : bar(value)}</p>
<p>${says.join(' ')}</p>
<p class="definition">${definition}</p>
</div>
</div>`;
};

export const tilesHtml = (tiles: readonly Tile[], frame: Frame): Html => {
  if (frame.variant !== 'mail')
    return html`<ul class="tiles">${tiles.map(({ title, text, note, of }) => html`<li><span>${title}</span><b>${linked(text, of, frame)}</b><small>${note}</small></li>`)}</ul>`;
  // Two beside each other: that fits on a phone, and no reader of mail can break it.
  const pairs = tiles.flatMap((tile, index) => (index % 2 === 0 ? [[tile, tiles[index + 1]]] : []));
  return html`<table role="presentation" width="100%" cellpadding="8" cellspacing="0" style="border-collapse:collapse;width:100%;margin:16px 0">
${pairs.map((pair) => html`<tr>${pair.map((tile) => (tile === undefined ? html`<td></td>` : tileCell(tile, frame)))}</tr>\n`)}</table>`;
};

const tileCell = ({ title, text, note, of }: Tile, frame: Frame): Html =>
  html`<td width="50%" valign="top" style="border:1px solid #8c959f">${title}<br><b style="font-size:22px">${linked(text, of, frame)}</b><br><small>${note}</small></td>`;

const NOTICE_STYLE = 'border:1px solid #8c959f;padding:8px 16px;margin:16px 0;border-left:6px solid';
const TROUBLE_STYLE = `${NOTICE_STYLE} #d1242f`;
const DOUBT_STYLE = `${NOTICE_STYLE} #c2571a`;
const FINE_STYLE = `${NOTICE_STYLE} #1a7f5a`;
