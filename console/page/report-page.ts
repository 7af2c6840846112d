/** The weekly reports: the weeks there are, and one of them whole. */
import { html } from 'hono/html';
import type { Week } from '../../domain/report/week.ts';
import type { TrendWeek } from '../../domain/report/weekly-report.ts';
import { reportPageHtml } from '../../infra/report/render-html.ts';
import { reportLinks, reportPath } from '../../infra/report/report-links.ts';
import type { ShownReport } from '../../infra/report/reporting.ts';
import { count, days, percent } from '../../infra/report/words.ts';
import { type Html, layout, type Visit } from './layout.ts';

export const REPORT_STYLES = '/reports.css';

export interface Neighbours {
  readonly before: Week;
  /** Absent of the week that runs. */
  readonly after?: Week;
}

export const reportPage = (
  { report, isStored }: ShownReport,
  { before, after }: Neighbours,
  visit: Visit,
): Html =>
  layout(
    `Weekly report ${report.week.id}`,
    html`<div class="report"><nav class="weeks" aria-label="Weeks">
<a href="${reportPath(before.id)}">← ${before.id}</a>
<a href="/reports">All weeks</a>
${after === undefined ? '' : html`<a href="${reportPath(after.id)}">${after.id} →</a>`}
</nav></div>
${reportPageHtml(report, reportLinks(report.week.id))}
<div class="report"><p class="note">${isStored ? 'This is the report as it was stored when the week was over.' : 'This report was made just now, from the cases.'} To take it along, or to count it again:</p>
<pre tabindex="0" aria-label="Commands">selfheal report --week ${report.week.id} --format csv
selfheal report --week ${report.week.id} --verify</pre></div>`,
    { visit, styles: REPORT_STYLES },
  );

/**
 * @param weeks the latest first; the first one runs
 * @param known what the latest report tells of earlier weeks
 */
export const reportsPage = (weeks: readonly Week[], known: readonly TrendWeek[], visit: Visit): Html => {
  const trend = new Map(known.map((week) => [week.week, week]));
  return layout(
    'Weekly reports',
    html`<div class="report"><h1>Weekly reports</h1>
<table class="wide">
<caption>The week that runs, and those before it</caption>
<thead><tr><th scope="col">Week</th><th scope="col">Days</th><th scope="col" class="num">Success rate</th><th scope="col" class="num">Opened</th><th scope="col" class="num">Healed</th></tr></thead>
<tbody>
${weeks.map((week, index) => weekRow(week, index === 0, trend.get(week.id)))}
</tbody>
</table></div>`,
    { visit, styles: REPORT_STYLES },
  );
};

const weekRow = (week: Week, isRunning: boolean, told: TrendWeek | undefined): Html => html`<tr>
<th scope="row"><a href="${reportPath(week.id)}">${week.id}</a>${isRunning ? html`<small>is not over</small>` : ''}</th>
<td data-label="Days"><span>${days(week)}</span></td>
<td data-label="Success rate" class="num"><span>${told === undefined ? '' : percent(told.success.value)}${told === undefined ? '' : html`<small>${count(told.success.numerator)} of ${count(told.success.denominator)}</small>`}</span></td>
<td data-label="Opened" class="num"><span>${told === undefined ? '' : count(told.figures.opened)}</span></td>
<td data-label="Healed" class="num"><span>${told === undefined ? '' : count(told.figures.resolved)}</span></td>
</tr>
`;
