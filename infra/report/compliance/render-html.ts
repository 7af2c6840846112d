/** A compliance report as one file that needs no other: in a browser, in mail, beside a ticket. */
import { html } from 'hono/html';
import type { ComplianceReport } from '../../../domain/compliance/report.ts';
import { bar, type Html } from '../chart-parts.ts';
import { ALONE_CSS, DARK_CSS, REPORT_CSS } from '../report-css.ts';
import type { Cell, Column, Section, Table } from '../section.ts';
import { count } from '../words.ts';
import { type ComplianceParts, complianceParts, type Notice } from './parts.ts';

export const renderComplianceHtml = (report: ComplianceReport): string => {
  const parts = complianceParts(report, { rowsMax: 100, charsMax: 1_000 });
  const body = html`<article class="report">
<h1>${parts.title}</h1>
<p class="about">${parts.about.map((each, index) => html`${index === 0 ? '' : html`<br>`}${each}`)}</p>
${parts.notices.map(noticeHtml)}
${rateHtml(parts.rate)}
<ul class="tiles">${parts.tiles.map(({ title, text, note }) => html`<li><span>${title}</span><b>${text}</b><small>${note}</small></li>`)}</ul>
${parts.sections.map(sectionHtml)}
</article>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>selfheal: compliance report</title>
<style>${REPORT_CSS}${DARK_CSS}${ALONE_CSS}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
};

const noticeHtml = ({ title, says, lines, more }: Notice): Html =>
  html`<div class="trouble" role="note">
<h2>${title}</h2>
${says.map((each) => html`<p>${each}</p>`)}
<ul>${lines.map((line) => html`<li>${line}</li>`)}${more > 0 ? html`<li>… and ${count(more)} more</li>` : ''}</ul>
</div>`;

const rateHtml = ({ text, share, compliant, judged, definition }: ComplianceParts['rate']): Html =>
  html`<div class="hero">
<p class="rate">${text}<small>compliance</small></p>
<div>
<p><strong>${count(compliant)} of ${count(judged)}</strong> results are compliant. ${share === null ? '' : bar(share)}</p>
<p class="definition">${definition}</p>
</div>
</div>`;

const sectionHtml = ({ id, title, says, table, notes = [] }: Section): Html =>
  html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${says.map((each) => html`<p>${each}</p>`)}
${table === undefined ? '' : tableHtml(table)}
${notes.map((note) => html`<p class="note">${note}</p>`)}
</section>
`;

const tableHtml = ({ caption, columns, rows }: Table): Html =>
  html`<table class="wide">
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col"${aligned(column)}>${column.title}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${columns.map((column, index) => cellHtml(row[index] ?? { text: '' }, column, index === 0))}</tr>\n`)}</tbody>
</table>`;

const cellHtml = ({ text, note, share }: Cell, column: Column, isHead: boolean): Html => {
  const inside = html`${share === undefined ? '' : bar(share)}${text}${note === undefined ? '' : html`<small>${note}</small>`}`;
  return isHead
    ? html`<th scope="row"${aligned(column)}>${inside}</th>`
    : html`<td data-label="${column.title}"${aligned(column)}><span>${inside}</span></td>`;
};

const aligned = ({ isNumber }: Column): Html | '' => (isNumber ? html` class="num"` : '');
