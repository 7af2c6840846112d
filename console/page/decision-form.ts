/**
 * The form by which a person decides, and what stands in its place where they may not. It works without script and
 * without a mouse. Enter in a field presses a form's first button, so the first is one that decides nothing: nobody
 * approves by a key pressed in the dark.
 */
import { html } from 'hono/html';
import { localText } from '../../domain/calendar/local-clock.ts';
import { nextOpening } from '../../domain/calendar/openings.ts';
import type { AwaitingApproval, Case } from '../../domain/case/case.ts';
import { inert } from '../../domain/message.ts';
import { samePerson } from '../../domain/person.ts';
import type { Window } from '../../domain/policy/policy.ts';
import { countedDecisions } from '../../domain/preview/known-answers.ts';
import type { Session } from '../identity/session.ts';
import type { ShownCase } from '../show-case.ts';
import { type Html, line, signInPath } from './layout.ts';

/** What somebody has filled in, to be shown again when it was not taken. */
export interface Filled {
  readonly reason: string;
  readonly start: string;
  readonly exemptUntil: string;
}

/** Why a decision was not taken. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
  readonly filled?: Filled;
}

export const FIELDS = {
  reason: 'reason',
  start: 'start',
  exemptUntil: 'exempt-until',
} as const;

/**
 * Of a case for which people are asked, and may still answer. The two buttons come before all that only explains, so
 * that they are on the first screen of a phone.
 *
 * @param outlook until when people are asked, and what happens if nobody answers
 */
export const decisionSection = (
  shown: ShownCase,
  state: AwaitingApproval,
  refusal: Refusal | undefined,
  outlook: string,
): Html => html`<section class="decision" aria-labelledby="decide">
<h2 id="decide">Decide</h2>
${formOrReason(shown, state, refusal)}
${peopleSection(shown, state)}
<p class="hint">${line(outlook)}</p>
</section>`;

const formOrReason = (
  { about, book, now, viewer }: ShownCase,
  state: AwaitingApproval,
  refusal: Refusal | undefined,
): Html => {
  if (viewer.kind === 'nobody')
    return html`<p><a class="button" href="${signInPath(`/cases/${encodeURIComponent(about.id)}`)}">Sign in to decide</a></p>
<p class="hint">Whoever has the link may read this case. To decide, selfheal must know who you are.</p>`;
  const { session, objection } = viewer;
  if (state.decisions.some(({ who }) => samePerson(who, session.identity.name)))
    return html`<p>You have decided on this plan. Somebody else must decide besides you.</p>`;
  if (objection !== undefined)
    return html`<p class="notice" role="note"><strong>You may look, but not decide:</strong> ${line(objection.reason)}</p>`;
  return form({ about, state, session, refusal, timezone: book.policy.timezone, now });
};

interface FormParts {
  readonly about: Case;
  readonly state: AwaitingApproval;
  readonly session: Session;
  readonly refusal: Refusal | undefined;
  readonly timezone: string;
  readonly now: string;
}

const form = ({ about, state, session, refusal, timezone, now }: FormParts): Html => {
  const { filled } = refusal ?? {};
  const wrong = fieldOf(refusal?.code);
  const isCritical = about.severity === 'critical';
  const opening = nextOpeningOf(about, now);
  return html`<form method="post" action="/cases/${encodeURIComponent(about.id)}/decision">
<button class="first" name="answer" value="none" tabindex="-1" aria-hidden="true">Nothing</button>
<input type="hidden" name="csrf" value="${session.csrf}">
<input type="hidden" name="planHash" value="${state.planHash}">
<div class="field">
<label for="${FIELDS.reason}">Reason</label>
<span class="hint" id="reason-hint">${isCritical ? 'needed, as this is critical' : 'needed to deny, welcome to approve'}</span>
${wrong === FIELDS.reason ? problem(FIELDS.reason, refusal) : ''}<textarea id="${FIELDS.reason}" name="reason" rows="2" maxlength="1000" autocomplete="off" aria-describedby="reason-hint${wrong === FIELDS.reason ? ' reason-problem' : ''}"${wrong === FIELDS.reason ? html` aria-invalid="true"` : ''}>
${written(filled?.reason, 1_000)}</textarea>
</div>
<details class="options"${optionsAreUsed(filled, wrong) ? html` open` : ''}><summary>${opening === undefined ? '' : 'Start later, or '}${opening === undefined ? 'Leave' : 'leave'} it alone for longer</summary>
${opening === undefined ? '' : startField(opening, filled, wrong === FIELDS.start ? refusal : undefined)}
<div class="field">
<label for="${FIELDS.exemptUntil}">If you deny: leave it alone until the end of (optional)</label>
<p class="hint" id="exempt-until-hint">A date makes this finding exempt, in your name; nobody is asked about it before (${line(timezone)}). Without one, selfheal asks again when AWS Config reports it anew.</p>
${wrong === FIELDS.exemptUntil ? problem(FIELDS.exemptUntil, refusal) : ''}<input type="date" id="${FIELDS.exemptUntil}" name="exemptUntil" autocomplete="off" value="${written(filled?.exemptUntil, 40)}" aria-describedby="exempt-until-hint${wrong === FIELDS.exemptUntil ? ' exempt-until-problem' : ''}"${wrong === FIELDS.exemptUntil ? html` aria-invalid="true"` : ''}>
</div>
</details>
<p class="buttons"><button class="approve" name="answer" value="approve">Approve</button> <button class="deny" name="answer" value="deny">Deny</button></p>
<p class="hint">You decide on plan <code>${state.planHash.slice(0, 12)}</code>, and on no other: if anything in it changes, people are asked again.</p>
</form>`;
};

/** Their own words, but who knows where they copied them from. */
const written = (text = '', charsMax: number): string => inert(text, charsMax);

const problem = (field: string, refusal: Refusal | undefined): Html =>
  html`<p class="problem" id="${field}-problem">${line(refusal === undefined ? '' : saidOf(refusal))}</p>
`;

/** What most never need is folded away, but not what somebody has written there, or has to mend. */
const optionsAreUsed = (filled: Filled | undefined, wrong: string | undefined): boolean =>
  wrong === FIELDS.start ||
  wrong === FIELDS.exemptUntil ||
  filled?.start === 'next-window' ||
  (filled?.exemptUntil ?? '') !== '';

interface Opening {
  readonly window: Window;
  readonly at: string;
}

const nextOpeningOf = ({ terms }: Case, now: string): Opening | undefined => {
  const openings = terms.windows.flatMap((window) => {
    const at = nextOpening(window, now);
    return at === undefined ? [] : [{ window, at }];
  });
  return openings.toSorted((one, other) => (one.at < other.at ? -1 : 1))[0];
};

/** Only where there is a window to wait for. */
const startField = (next: Opening, filled: Filled | undefined, refusal: Refusal | undefined): Html => {
  const isLater = filled?.start === 'next-window';
  return html`<fieldset class="field" id="${FIELDS.start}"${refusal ? html` aria-describedby="start-problem"` : ''}>
<legend>If you approve: start</legend>
${refusal ? problem(FIELDS.start, refusal) : ''}<label class="choice"><input type="radio" name="start" value="now"${isLater ? '' : html` checked`}> as soon as every check says yes</label>
<label class="choice"><input type="radio" name="start" value="next-window"${isLater ? html` checked` : ''}> not before window “${line(next.window.name)}” opens, ${localText(next.at, next.window.timezone)}</label>
</fieldset>`;
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

/** On a page nobody is told of a command's options. */
export const saidOf = ({ code, reason }: Pick<Refusal, 'code' | 'reason'>): string =>
  code === 'reason-required' ? 'Say why: your reason is what others have to go by later' : reason;

/** The field that a refusal is about, if it is about one. */
export const fieldOf = (code: string | undefined): string | undefined =>
  code === undefined ? undefined : FIELD_OF[code];

const FIELD_OF: Readonly<Record<string, string>> = {
  'reason-required': FIELDS.reason,
  'reason-too-long': FIELDS.reason,
  'no-window': FIELDS.start,
  'exemption-refused': FIELDS.exemptUntil,
};
