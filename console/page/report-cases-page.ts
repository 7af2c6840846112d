/** The cases behind a figure of a weekly report: whoever doubts a number looks at what it counts. */
import { html } from 'hono/html';
import { accountText } from '../../domain/policy/account-name.ts';
import type { CaseRow } from '../../domain/report/case-row.ts';
import { FIGURES } from '../../domain/report/figures.ts';
import { type FigureRef, reportLinks, reportPath } from '../../infra/report/report-links.ts';
import type { CaseBehind } from '../../infra/report/reporting.ts';
import { counted } from '../../infra/report/words.ts';
import { clock, type Html, layout, line, type Visit } from './layout.ts';
import { REPORT_STYLES } from './report-page.ts';

export interface ListedCases {
  readonly week: string;
  readonly of: FigureRef;
  readonly total: number;
  readonly offset: number;
  /** From `offset` on, as many as fit on a page. */
  readonly cases: readonly CaseBehind[];
}

export const reportCasesPage = (listed: ListedCases, visit: Visit): Html => {
  const { week, of, total, cases } = listed;
  const { title, definition } = FIGURES[of.figure];
  const group = of.by === undefined ? '' : `${of.by} ${of.key === '' ? '(none)' : of.key}`;
  return layout(
    `${title} in ${week}`,
    html`<div class="report"><nav class="weeks" aria-label="Report"><a href="${reportPath(week)}">← Weekly report ${week}</a></nav>
<h1>${title}${group === '' ? '' : html`, ${line(group)}`} <small>${counted(total, 'case')} in ${week}</small></h1>
<p class="definition">${definition} As of the end of what the report tells of; the pages of the cases tell how they stand now.</p>
${total === 0 ? html`<p>There is none.</p>` : table(cases)}
${turning(listed)}</div>`,
    { visit, styles: REPORT_STYLES },
  );
};

const table = (cases: readonly CaseBehind[]): Html => html`<table class="wide">
<caption>The newest first</caption>
<thead><tr><th scope="col">Resource</th><th scope="col">Rule</th><th scope="col">Account</th><th scope="col">Severity</th><th scope="col">Opened</th><th scope="col">Ended</th><th scope="col" class="num">Attempts</th></tr></thead>
<tbody>
${cases.map(row)}
</tbody>
</table>`;

const row = ({ row: about, accountName }: CaseBehind): Html => html`<tr>
<th scope="row"><a href="/cases/${encodeURIComponent(about.id)}">${line(about.resourceId)}</a><small>${line(about.resourceType)}</small></th>
<td data-label="Rule"><span>${line(about.rule)}</span></td>
<td data-label="Account" class="whole"><span>${line(accountText(about.account, accountName))}<small>${line(about.region)}</small></span></td>
<td data-label="Severity" class="whole"><span>${about.routed.at(-1)?.severity ?? '–'}</span></td>
<td data-label="Opened"><span>${clock(about.openedAt)}</span></td>
<td data-label="Ended" class="whole"><span>${about.closed === undefined ? 'open' : html`${ENDED[about.closed.as]}<small>${clock(about.closed.at)}</small>`}</span></td>
<td data-label="Attempts" class="num"><span>${about.attempts.length}</span></td>
</tr>
`;

const ENDED: Readonly<Record<NonNullable<CaseRow['closed']>['as'], string>> = {
  resolved: 'healed',
  'self-resolved': 'compliant without us, or gone',
  suppressed: 'exempt',
  denied: 'denied',
  'closed-by-human': 'closed by a person',
};

const turning = ({ week, of, total, offset, cases }: ListedCases): Html | '' => {
  const link = reportLinks(week)(of);
  const end = offset + cases.length;
  if (offset === 0 && end >= total) return '';
  return html`<nav class="weeks" aria-label="Pages"><span>${offset + 1} to ${end} of ${total}</span>
${offset > 0 ? html`<a href="${link}&amp;offset=${Math.max(0, offset - CASES_SHOWN_MAX)}">← Newer</a>` : ''}
${end < total ? html`<a href="${link}&amp;offset=${end}">Older →</a>` : ''}</nav>`;
};

/** On one page. */
export const CASES_SHOWN_MAX = 200;
