/** The open cases, the most severe first. */
import { html } from 'hono/html';
import { accountText } from '../../domain/policy/account-name.ts';
import type { CaseSummary } from '../case-json.ts';
import { ago, clock, type Html, heldBackSection, layout, line, type Visit } from './layout.ts';

/** @param held what keeps starts back just now, in words */
export const casesPage = (
  cases: readonly CaseSummary[],
  total: number,
  nowMs: number,
  held: readonly string[],
  visit: Visit,
): Html =>
  layout(
    'Open cases',
    html`<h1>Open cases <small>${total}</small></h1>
<p class="hint">As of ${clock(new Date(nowMs).toISOString())}. <a href="/">Look again</a></p>
${heldBackSection(held)}
${total === 0 ? html`<p>Nothing is open. Whatever AWS Config reported is healed, closed or was never wrong.</p>` : table(cases, nowMs)}
${total > cases.length ? html`<p>The first ${cases.length} are shown; <code>selfheal cases --status open</code> lists all.</p>` : ''}`,
    { visit },
  );

const table = (cases: readonly CaseSummary[], nowMs: number): Html => html`<table class="wide">
<thead><tr><th scope="col">Severity</th><th scope="col">State</th><th scope="col">Resource</th><th scope="col">Rule</th><th scope="col">Account</th><th scope="col">Open for</th></tr></thead>
<tbody>
${cases.map((about) => row(about, nowMs))}
</tbody>
</table>`;

const row = (about: CaseSummary, nowMs: number): Html => html`<tr>
<td data-label="Severity"><span class="severity ${about.severity}">${about.severity}</span></td>
<td data-label="State">${about.state}</td>
<td data-label="Resource"><a href="/cases/${encodeURIComponent(about.id)}">${line(about.finding.resourceId)}</a><br><small>${line(about.finding.resourceType)}</small></td>
<td data-label="Rule">${line(about.finding.rule)}</td>
<td data-label="Account">${line(accountText(about.finding.account, about.finding.accountName))}<br><small>${line(about.finding.region)}</small></td>
<td data-label="Open for"><time datetime="${about.openedAt}">${ago(about.openedAt, nowMs)}</time></td>
</tr>`;
