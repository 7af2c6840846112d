/**
 * One case on one screen, for whoever is asked about it at night: what is wrong and since when, what would be done
 * and what that disrupts, the decision, and then all that one may want to know besides. Everything that comes from
 * outside goes through `line`, which makes it inert, and through `html`, which escapes it.
 */
import { html } from 'hono/html';
import type { AwaitingApproval, Case, CaseState, Decision, TimelineEntry } from '../../domain/case/case.ts';
import { isOpen } from '../../domain/case/case.ts';
import type { Disruption } from '../../domain/catalog/catalog.ts';
import { changesOf } from '../../domain/catalog/changes.ts';
import { heldBack } from '../../domain/held-back.ts';
import { samePerson } from '../../domain/person.ts';
import type { Plan } from '../../domain/plan.ts';
import { accountName, accountText } from '../../domain/policy/account-name.ts';
import { countedDecisions, type KnownAnswer, knownAnswers } from '../../domain/preview/known-answers.ts';
import type { ShownCase } from '../show-case.ts';
import { decisionSection } from './decision-form.ts';
import { headline } from './headline.ts';
import { ago, clock, type Html, heldBackSection, layout, line } from './layout.ts';
import { shortly, standingOf } from './standing.ts';

export interface DecisionPageParts {
  readonly shown: ShownCase;
  /** Of the plan that a link asks about; absent without a link. */
  readonly linkedPlan?: string;
}

export const decisionPage = ({ shown, linkedPlan }: DecisionPageParts): Html => {
  const { about, controls, now, viewer } = shown;
  const { state, finding } = about;
  const standing = standingOf(about, now);
  const isOther = linkedPlan !== undefined && planHashOf(state) !== linkedPlan;
  const asked = standing.waits && state.name === 'awaiting-approval' && !isOther ? state : undefined;
  const title = headline(asked ? 'Approve? ' : '', shown);
  return layout(
    title.text,
    html`${ownDecisionSection(shown)}
${isOther ? otherPlanSection(about, linkedPlan) : ''}
<div class="case">
<div class="facts">
<p class="kicker"><span class="severity ${about.severity}">${about.severity}</span> <span class="state">${standing.title}</span></p>
<h1>${title.html}</h1>
<p class="lead">Fails <strong>${line(finding.ruleIdentifier ?? finding.rule)}</strong> in account ${line(accountOf(shown))}, ${line(finding.region)}, since ${clock(about.openedAt)} (${ago(about.openedAt, Date.parse(now))}).</p>
${about.newestEvaluation.annotation === undefined ? '' : html`<p>AWS Config says: ${line(about.newestEvaluation.annotation)}</p>`}
${asked ? '' : html`<p>${line(standing.text)}</p>`}
${leftAloneSection(shown)}
${isOpen(state) ? heldBackSection(heldBack(controls, about)) : ''}
${changesSection(about)}
${'plan' in state ? planSection(shown, state.plan) : ''}
${state.name === 'needs-human' ? stepsSection(about) : ''}
</div>
${asked ? decisionSection(shown, asked, standing.text) : ''}
<div class="more">
${'plan' in state ? fixSection(shown, state.plan, state.planHash) : ''}
${'plan' in state && isOpen(state) ? checksSection(shown) : ''}
${historySection(about)}
${caseSection(about)}
</div>
</div>`,
    {
      visit: {
        session: viewer.kind === 'person' ? viewer.session : undefined,
        signInTo: `/cases/${encodeURIComponent(about.id)}`,
      },
    },
  );
};

/** With the name that the policy has for it. */
const accountOf = ({ about: { finding }, book }: ShownCase): string =>
  accountText(finding.account, accountName(book.policy, finding.account));

/** What became of the word of whoever looks: told by the case itself, not by the address. */
const ownDecisionSection = ({ about, viewer }: ShownCase): Html | '' => {
  if (viewer.kind === 'nobody') return '';
  const { name } = viewer.session.identity;
  const own = decisionsIn(about).find(({ who }) => samePerson(who, name));
  if (own === undefined) return '';
  const { answer, at, notBefore } = own;
  return html`<p class="done" role="status"><strong>You ${answer === 'approve' ? 'approved' : 'denied'} this plan</strong> at ${shortly(at)}. ${whatFollows(about, notBefore)}</p>`;
};

/** Until when a denial with a date keeps people from being asked again; the exemption may have been taken off since. */
const leftAloneSection = ({ about: { state }, exemptions, now }: ShownCase): Html | '' => {
  const name = state.name === 'denied' ? state.decision.exemption : undefined;
  if (name === undefined) return '';
  if (exemptions === undefined)
    return html`<p>Whether exemption "${line(name)}", made with it, still holds cannot be read just now.</p>`;
  // What a denial makes always ends.
  const until = exemptions.stored.find((one) => one.name === name)?.expiresAt;
  if (until === undefined)
    return html`<p>Exemption "${line(name)}", made with it, is not there any more.</p>`;
  return html`<p>It ${now < until ? 'is' : 'was'} left alone until ${shortly(until)}, by exemption "${line(name)}".</p>`;
};

const decisionsIn = ({ state, approval, lastPlanned }: Case): readonly Decision[] => {
  if (state.name === 'awaiting-approval') return state.decisions;
  if (state.name === 'denied') return [state.decision];
  const planHash = planHashOf(state) ?? lastPlanned?.planHash;
  return approval !== undefined && approval.planHash === planHash ? approval.decisions : [];
};

const whatFollows = (about: Case, notBefore: string | undefined): string => {
  const { state, terms } = about;
  if (state.name === 'awaiting-approval') {
    const missing = terms.approval.quorum - countedDecisions(about, state).length;
    return `${missing} more ${missing === 1 ? 'person' : 'people'} must approve before ${shortly(state.expiresAt)}.`;
  }
  if (state.name === 'denied') return 'Nothing runs, and the case is closed.';
  return notBefore === undefined
    ? 'This page tells what comes of it.'
    : `It starts not before ${shortly(notBefore)}.`;
};

const otherPlanSection = ({ id, state }: Case, linked: string): Html =>
  html`<div class="notice" role="note"><p><strong>This is not what you were asked about any more.</strong> Your link is for plan <code>${linked.slice(0, 12)}</code>${planHashOf(state) === undefined ? html`, which no longer waits` : html`; the case has plan <code>${planHashOf(state)?.slice(0, 12)}</code> now`}. What you see here is the case as it is now.</p>
<p><a href="/cases/${encodeURIComponent(id)}">Go on with the case as it is now</a></p></div>`;

/** In what the plan differs from the one that people approved before. */
const changesSection = ({ state }: Case): Html | '' =>
  state.name === 'awaiting-approval' && (state.changes ?? []).length > 0
    ? html`<div class="notice" role="note"><p><strong>The plan that was approved is void, since this has changed:</strong></p><ul>${(state.changes ?? []).map((change) => html`<li>${line(change)}</li>`)}</ul></div>`
    : '';

const planSection = ({ runbook }: ShownCase, plan: Plan): Html => {
  const changes = runbook === undefined ? [] : changesOf(runbook, plan);
  return html`<section aria-labelledby="plan">
<h2 id="plan">What would be done</h2>
${runbook === undefined ? '' : html`<p>${line(runbook.summary)}</p>`}
${changes.length === 0 ? parameterTable(plan) : changesTable(changes)}
${runbook === undefined ? html`<p>The catalog does not know this runbook any more: nobody can say what it disrupts.</p>` : html`<p><strong>${DISRUPTIONS[runbook.disruption]}</strong> ${line(runbook.disruptionNote)}</p>`}
</section>`;
};

/** What one may want to know of the fix before deciding, and need not. */
const fixSection = (shown: ShownCase, plan: Plan, planHash: string): Html =>
  html`<section aria-labelledby="fix">
<h2 id="fix">About the fix</h2>
${recordSection(shown)}
<details><summary>Exactly what runs</summary>
<dl>
${field('Runbook', `${plan.document}, version ${plan.documentVersion}`)}
${Object.entries(plan.parameters).map(([name, values]) => field(name, values.join(', ')))}
${field('Account', plan.account)}
${field('Region', plan.region)}
${field('Role', plan.executorRoleArn)}
${field('Plan hash', planHash)}
</dl>
</details>
${shown.about.state.name === 'needs-human' ? '' : stepsSection(shown.about)}
</section>`;

/** How often it has worked before, told where it is asked for. */
const recordSection = ({ about, record }: ShownCase): Html | '' => {
  if (about.state.name !== 'awaiting-approval') return '';
  if (record === undefined) return html`<p>How often this fix has worked cannot be read just now.</p>`;
  const { tried, healed, failures } = record;
  if (tried === 0)
    return html`<p>This runbook has not run in any case of late: nobody knows yet how well it works here.</p>`;
  return html`<p>Of the last ${tried} ${tried === 1 ? 'case' : 'cases'} in which this runbook ran, <strong>${healed} ${healed === 1 ? 'was' : 'were'} healed</strong>.</p>
${failures.length === 0 ? '' : html`<details><summary>What failed last</summary><ul>${failures.map(({ caseId, resourceId, at, why }) => html`<li><a href="/cases/${encodeURIComponent(caseId)}">${line(resourceId)}</a>, ${shortly(at)}: ${line(why)}</li>`)}</ul></details>`}`;
};

const changesTable = (changes: ReturnType<typeof changesOf>): Html => html`<table class="changes">
<caption>The resource, before and after</caption>
<thead><tr><th scope="col">What</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
<tbody>${changes.map(({ what, before, after }) => html`<tr><th scope="row">${line(what)}</th><td><del>${line(before)}</del></td><td><ins>${line(after)}</ins></td></tr>`)}</tbody>
</table>`;

const parameterTable = ({ parameters }: Plan): Html => html`<table>
<caption>What the runbook is given</caption>
<thead><tr><th scope="col">Parameter</th><th scope="col">Value</th></tr></thead>
<tbody>${Object.entries(parameters).map(([name, values]) => html`<tr><th scope="row">${line(name)}</th><td>${line(values.join(', '))}</td></tr>`)}</tbody>
</table>`;

const DISRUPTIONS: Readonly<Record<Disruption, string>> = {
  none: 'Disrupts nothing.',
  low: 'Disrupts little.',
  high: 'Disrupts work in progress.',
  destructive: 'Destroys something that cannot simply be brought back.',
};

const stepsSection = ({ state, manualSteps }: Case): Html | '' => {
  const steps = state.name === 'needs-human' ? state.manualSteps : manualSteps;
  if (steps.length === 0 || !isOpen(state)) return '';
  const list = html`<ol>${steps.map((step) => html`<li>${line(step)}</li>`)}</ol>`;
  return state.name === 'needs-human'
    ? html`<section aria-labelledby="steps"><h2 id="steps">What to do</h2>${list}</section>`
    : html`<details><summary>To fix it by hand</summary>${list}</details>`;
};

const checksSection = (shown: ShownCase): Html => {
  const { about, controls, exemptions, book, catalog, now } = shown;
  const world = { controls, ...(exemptions && { exemptions }), book, catalog, now };
  const answers = knownAnswers(about as Parameters<typeof knownAnswers>[0], world);
  return html`<section aria-labelledby="checks">
<h2 id="checks">Checks before the start</h2>
<p class="hint">As far as selfheal’s own records tell. Each is made again right before the start, and one that does not say yes keeps it from starting.</p>
<dl class="checks">${answers.map(checkRow)}</dl>
</section>`;
};

const checkRow = ({ check, answer, says }: KnownAnswer): Html =>
  html`<dt>${CHECKS[check] ?? check}</dt><dd><span class="answer ${answer}">${ANSWERS[answer]}</span> ${line(says)}</dd>
`;

const CHECKS: Readonly<Partial<Record<KnownAnswer['check'], string>>> = {
  'stop-switch': 'Stop switch',
  exemption: 'Exemptions',
  policy: 'Policy',
  approval: 'Approval',
  attempts: 'Attempts',
  compliance: 'Still wrong',
  grace: 'Grace',
  window: 'Window',
  breaker: 'Breaker',
  permit: 'Limits',
};

const ANSWERS: Readonly<Record<KnownAnswer['answer'], string>> = {
  yes: 'yes',
  no: 'no',
  waits: 'not yet',
  unknown: 'not known',
  later: 'asked at the start',
};

const historySection = ({
  earlier = [],
  lastFailure,
  attempts,
}: Case): Html => html`<section aria-labelledby="history">
<h2 id="history">This resource before</h2>
${
  earlier.length === 0
    ? html`<p>This is the first case of this resource under this rule.</p>`
    : html`<ul>${earlier.toReversed().map(({ number, openedAt, closedAt, ended }) => html`<li>Case ${number}: ${ENDED[ended]}, from ${shortly(openedAt)} to ${shortly(closedAt)}</li>`)}</ul>`
}
${attempts > 0 ? html`<p>Attempts in this case: ${attempts}${lastFailure === undefined ? '' : html`; the last failed: ${line(lastFailure)}`}</p>` : ''}
</section>`;

const ENDED: Readonly<Record<NonNullable<Case['earlier']>[number]['ended'], string>> = {
  resolved: 'healed by selfheal',
  'self-resolved': 'compliant without us, or gone',
  suppressed: 'left alone by an exemption',
  denied: 'denied by a person',
  'closed-by-human': 'closed by a person',
};

const caseSection = (about: Case): Html => html`<section aria-labelledby="story">
<h2 id="story">What happened</h2>
${about.timelineDropped > 0 ? html`<p>${about.timelineDropped} entries in between are no longer kept.</p>` : ''}
<ol class="timeline">${about.timeline.map(entry)}</ol>
<details><summary>About the case</summary>
<dl>
${field('Case', about.id)}
${field('State', about.state.name)}
${field('Rule', `${about.finding.rule}${about.finding.ruleIdentifier === undefined ? '' : ` (${about.finding.ruleIdentifier})`}`)}
${field('Resource', `${about.finding.resourceType} ${about.finding.resourceId}`)}
${field('Policy', `entry "${about.entry}" of ${about.policyVersion}, mode ${about.mode}`)}
${field('Attempts', String(about.attempts))}
${about.requestedBy === undefined ? '' : field('Asked for by', about.requestedBy)}
</dl>
${about.state.name === 'awaiting-approval' ? commands(about.id, about.state) : ''}
</details>
</section>`;

const commands = (id: string, { planHash }: AwaitingApproval): Html =>
  html`<p>By command:</p><pre tabindex="0" aria-label="Commands">selfheal approve ${id} --plan-hash ${planHash} --reason "…"
selfheal deny ${id} --plan-hash ${planHash} --reason "…"</pre>`;

const entry = ({ at, who, what, why, state }: TimelineEntry): Html =>
  html`<li>${clock(at)} <strong>${line(what)}</strong> <span class="who">by ${line(who)}, then ${state}</span>${why === '' ? '' : html`<br>${line(why)}`}</li>
`;

const field = (name: string, value: string): Html => html`<dt>${line(name)}</dt><dd>${line(value)}</dd>`;

const planHashOf = (state: CaseState): string | undefined =>
  'planHash' in state ? state.planHash : undefined;
