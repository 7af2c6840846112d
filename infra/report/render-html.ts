/** A weekly report for people: on a page of the console, in mail, on paper. All three are made of the same parts. */
import { html } from 'hono/html';
import type { WeeklyReport } from '../../domain/report/weekly-report.ts';
import type { Html } from './chart-parts.ts';
import {
  doubtsHtml,
  type Frame,
  recordersHtml,
  sectionHtml,
  successHtml,
  tilesHtml,
  type Variant,
} from './html-parts.ts';
import { ALONE_CSS, DARK_CSS, PRINT_CSS, REPORT_CSS } from './report-css.ts';
import type { Links } from './report-links.ts';
import type { Extent } from './section.ts';
import { reportParts } from './sections.ts';
import { told } from './words.ts';

export interface HtmlOptions {
  readonly links: Links;
  readonly variant: Variant;
}

/**
 * For `mail` and `print` a whole document that needs no other file; for `page` what stands in a page's `main`,
 * with the style sheet REPORT_CSS.
 *
 * @example
 * renderHtml(report, { links: reportLinks(report.week.id, 'https://selfheal.example'), variant: 'mail' })
 */
export const renderHtml = (report: WeeklyReport, { links, variant }: HtmlOptions): string => {
  const frame: Frame = { report, links, variant };
  if (variant === 'page') return String(reportHtml(frame, PAGE_EXTENT));
  if (variant === 'print')
    return document(report, reportHtml(frame, PRINT_EXTENT), printStyles(report.week.id), 'light');
  return mailHtml(frame);
};

/** For a page that puts its own parts around it. */
export const reportPageHtml = (report: WeeklyReport, links: Links): Html =>
  reportHtml({ report, links, variant: 'page' }, PAGE_EXTENT);

const reportHtml = (frame: Frame, extent: Extent): Html => {
  const { title, about, recorders, doubts, success, tiles, sections } = reportParts(frame.report, extent);
  const shown = recordersHtml(recorders, frame);
  return html`<article class="report"${frame.variant === 'mail' ? html` style="max-width:640px;margin:0 auto;font-family:system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif;overflow-wrap:anywhere;word-break:break-word"` : ''}>
<h1>${title}</h1>
<p class="about">${about.map((each, index) => html`${index === 0 ? '' : html`<br>`}${each}`)}</p>
${recorders.isTrouble ? shown : ''}
${doubtsHtml(doubts, frame)}
${successHtml(success, frame)}
${tilesHtml(tiles, frame)}
${sections.map((section) => sectionHtml(section, frame))}
${recorders.isTrouble ? '' : shown}
</article>`;
};

/** As much as fits: what is cut off from mail is cut off in the middle of a table. */
const mailHtml = (frame: Frame): string => {
  const { rowsMax: most } = MAIL_EXTENT;
  for (let rowsMax = most; ; rowsMax = Math.floor(rowsMax / 2)) {
    const text = document(
      frame.report,
      reportHtml(frame, { ...MAIL_EXTENT, rowsMax }),
      MAIL_STYLES,
      'light dark',
    );
    if (rowsMax === 0 || Buffer.byteLength(text) <= MAIL_BYTES_MAX) return text;
  }
};

/** Gmail cuts a mail off at 102 KB. */
const MAIL_BYTES_MAX = 95_000;
const MAIL_EXTENT: Extent = { rowsMax: 8, charsMax: 120 };
const PAGE_EXTENT: Extent = { rowsMax: 50, charsMax: 300 };
const PRINT_EXTENT: Extent = { rowsMax: 50, charsMax: 300 };

const MAIL_STYLES = `${REPORT_CSS}${DARK_CSS}${ALONE_CSS}`;
/** With the week at the top of each page. */
const printStyles = (week: string): string =>
  `${REPORT_CSS}${ALONE_CSS}${PRINT_CSS}@page{@top-left{content:"selfheal · weekly report ${week.replace(/[^0-9A-Za-z-]/g, '')}";font:8pt system-ui,sans-serif;color:#57606a}}`;

/** A style sheet is text of ours as it stands, so it goes around what escapes. */
const document = ({ week }: WeeklyReport, body: Html, styles: string, schemes: string): string => {
  const title = html`selfheal: weekly report ${told(week.id, 20)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${schemes}">
<title>${title}</title>
<style>${styles}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
};
