/** Where a person decides on a case's page, and what stands in its place where they may not. */
import { html } from 'hono/html';
import type { AwaitingApproval } from '../../domain/case/case.ts';
import { samePerson } from '../../domain/person.ts';
import { countedDecisions } from '../../domain/preview/known-answers.ts';
import type { ShownCase } from '../show-case.ts';
import { decisionFields } from './decision-fields.ts';
import { type Html, line, signInPath } from './layout.ts';

/**
 * Of a case for which people are asked, and may still answer. The two buttons come before all that only explains, so
 * that they are on the first screen of a phone.
 *
 * @param outlook until when people are asked, and what happens if nobody answers
 */
export const decisionSection = (
  shown: ShownCase,
  state: AwaitingApproval,
  outlook: string,
): Html => html`<section class="decision" aria-labelledby="decide">
<h2 id="decide">Decide</h2>
${formOrReason(shown, state)}
${peopleSection(shown, state)}
<p class="hint">${line(outlook)}</p>
</section>`;

const formOrReason = ({ about, book, now, viewer }: ShownCase, state: AwaitingApproval): Html => {
  if (viewer.kind === 'nobody')
    return html`<p><a class="button" href="${signInPath(`/cases/${encodeURIComponent(about.id)}`)}">Sign in to decide</a></p>
<p class="hint">Whoever has the link may read this case. To decide, selfheal must know who you are.</p>`;
  const { session, objection } = viewer;
  if (state.decisions.some(({ who }) => samePerson(who, session.identity.name)))
    return html`<p>You have decided on this plan. Somebody else must decide besides you.</p>`;
  if (objection !== undefined)
    return html`<p class="notice" role="note"><strong>You may look, but not decide:</strong> ${line(objection.reason)}</p>`;
  return decisionFields({ about, state, session, timezone: book.policy.timezone, now });
};

/** Who has decided, who may, and how many it takes. */
const peopleSection = ({ about, book }: ShownCase, state: AwaitingApproval): Html => {
  const { quorum, from, not = [] } = about.terms.approval;
  const decisions = countedDecisions(about, state);
  return html`<p>${decisions.length} of ${quorum} ${quorum === 1 ? 'person has' : 'people have'} approved${
    decisions.length === 0
      ? '.'
      : html`: ${decisions.map(
          ({ who, at, reason }, n) =>
            html`${n === 0 ? '' : ', '}<strong>${line(who)}</strong> (${at.slice(0, 16).replace('T', ' ')}${reason === '' ? '' : html`: ${line(reason)}`})`,
        )}`
  }</p>
<p class="hint">${
    from === undefined
      ? 'Whoever is signed in may decide'
      : html`Who may decide: ${from.map((name, n) => html`${n === 0 ? '' : ', '}${groupText(name, book.policy.groups?.[name]?.people ?? [])}`)}`
  }${not.length === 0 ? '' : `; not ${not.map((kind) => EXCLUDED[kind]).join(', nor ')}`}.</p>`;
};

const groupText = (name: string, people: readonly string[]): Html =>
  html`${line(name)}${people.length === 0 ? '' : ` (${line(people.join(', '))})`}`;

const EXCLUDED = {
  requester: 'whoever asked for it',
  author: 'whoever wrote the policy entry',
  changer: 'whoever changed the resource last',
} as const;
