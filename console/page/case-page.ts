/** One case: what is wrong, where it stands, what a person can do, and how it came here. */
import { html } from 'hono/html';
import type { TimelineEntry } from '../../domain/case/case.ts';
import type { CaseJson } from '../case-json.ts';
import { ago, type Html, heldBackSection, layout, line } from './layout.ts';

export const casePage = (about: CaseJson, nowMs: number): Html => {
  const { finding } = about;
  return layout(
    `Case ${about.id}`,
    html`<h1>${line(finding.resourceId)}</h1>
<p><span class="severity ${about.severity}">${about.severity}</span> <strong>${about.state}</strong>${about.reason === null ? '' : html`: ${line(about.reason)}`}</p>
${heldBackSection(about.heldBackBy)}
<dl>
${field('Fails', finding.ruleIdentifier === null ? finding.rule : `${finding.rule} (${finding.ruleIdentifier})`)}
${field('Resource', `${finding.resourceType} ${finding.resourceId}`)}
${field('Where', `account ${finding.account}, ${finding.region}`)}
${field('Open for', about.closedAt === null ? ago(about.openedAt, nowMs) : `closed at ${about.closedAt}`)}
${field('Policy', `entry "${about.policyEntry}", mode ${about.mode}`)}
${field('Attempts', String(about.attempts))}
${about.lastFailure === null ? '' : field('Last failure', about.lastFailure)}
${field('Case', about.id)}
</dl>
${planSection(about)}
${about.state === 'needs-human' ? stepsSection(about.manualSteps) : ''}
<h2>What happened</h2>
${about.timelineDropped > 0 ? html`<p>${about.timelineDropped} entries in between are no longer kept.</p>` : ''}
<ol class="timeline">${about.timeline.map(entry)}</ol>`,
  );
};

const field = (name: string, value: string): Html => html`<dt>${name}</dt><dd>${line(value)}</dd>`;

const planSection = ({ id, plan, planHash, approval }: CaseJson): Html | '' =>
  plan === null
    ? ''
    : html`<h2>${approval === null ? 'The plan' : 'Waits for approval'}</h2>
<dl>
${field('Runbook', `${plan.document} version ${plan.documentVersion}`)}
${Object.entries(plan.parameters).map(([name, values]) => field(name, values.join(', ')))}
${field('Runs in', `account ${plan.account}, ${plan.region}`)}
${approval === null ? '' : field('Approved by', `${approval.decisions.map(({ who }) => who).join(', ') || 'nobody'}: ${approval.decisions.length} of ${approval.quorum}, until ${approval.expiresAt}`)}
</dl>
${
  approval === null
    ? ''
    : html`<pre>selfheal approve ${id} --plan-hash ${planHash} --reason "…"
selfheal deny ${id} --plan-hash ${planHash} --reason "…"</pre>`
}`;

const stepsSection = (steps: readonly string[]): Html =>
  html`<h2>What to do</h2><ol>${steps.map((step) => html`<li>${line(step)}</li>`)}</ol>`;

const entry = ({ at, who, what, why, state }: TimelineEntry): Html =>
  html`<li><time datetime="${at}">${at.slice(0, 19).replace('T', ' ')}</time> <strong>${line(what)}</strong> <span class="who">by ${line(who)}, then ${state}</span>${why === '' ? '' : html`<br>${line(why)}`}</li>
`;
