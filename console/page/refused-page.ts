/**
 * What a person sees whose decision was not taken: that nothing was decided, why, and the way on. It shows no plan,
 * so it lets nobody decide on another one than they have looked at: where the very plan that they were shown still
 * waits, and a word or a date can be mended, the form is here again with what they wrote; else the case is.
 */
import { html } from 'hono/html';
import {
  type DecisionFieldsParts,
  decisionFields,
  fieldShown,
  type Refusal,
  saidOf,
} from './decision-fields.ts';
import { type Html, layout, line, shortType, writtenSection } from './layout.ts';

export interface RefusedPageParts
  extends Pick<DecisionFieldsParts, 'about' | 'session' | 'timezone' | 'now'> {
  /** With the name that the policy has for it. */
  readonly account: string;
  readonly refusal: Refusal;
  /** Of the plan on the page that was sent; absent where sending the same again would not help. */
  readonly mendablePlan?: string;
}

export const refusedPage = ({ account, refusal, mendablePlan, ...parts }: RefusedPageParts): Html => {
  const { about, session } = parts;
  const { finding, state } = about;
  const name = `${shortType(finding.resourceType)} ${finding.resourceId}`;
  const path = `/cases/${encodeURIComponent(about.id)}`;
  const waiting = state.name === 'awaiting-approval' && state.planHash === mendablePlan ? state : undefined;
  const field = waiting && fieldShown(refusal, about, parts.now);
  const said = saidOf(refusal);
  return layout(
    `Not decided: ${name}`,
    html`<div class="errors" role="alert" tabindex="-1" autofocus aria-labelledby="not-decided">
<h2 id="not-decided">Nothing was decided</h2>
<ul><li>${field === undefined ? line(said) : html`<a href="#${field}">${line(said)}</a>`}</li></ul>
</div>
<h1>${waiting ? 'Approve? ' : ''}${shortType(finding.resourceType)} <span class="name">${line(finding.resourceId)}</span></h1>
<p class="lead">Fails <strong>${line(finding.ruleIdentifier ?? finding.rule)}</strong> in account ${line(account)}, ${line(finding.region)}.</p>
<p><a href="${path}">${waiting ? 'Look at the whole case again' : 'Look at the case as it is now'}</a></p>
${
  waiting
    ? html`<section class="decision" aria-labelledby="decide">
<h2 id="decide">Decide</h2>
${decisionFields({ ...parts, state: waiting, refusal })}
</section>`
    : writtenSection(refusal.filled?.reason)
}`,
    { visit: { session, signInTo: path } },
  );
};
