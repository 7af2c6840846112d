/**
 * The form by which a person decides. It works without script and without a mouse. Enter in a field presses a form's
 * first button, so the first is one that decides nothing: nobody approves by a key pressed in the dark.
 */
import { html } from 'hono/html';
import { localText } from '../../domain/calendar/local-clock.ts';
import { nextOpening } from '../../domain/calendar/openings.ts';
import type { AwaitingApproval, Case } from '../../domain/case/case.ts';
import { inert } from '../../domain/message.ts';
import type { Window } from '../../domain/policy/policy.ts';
import type { Session } from '../identity/session.ts';
import { type Html, line } from './layout.ts';

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

const FIELDS = {
  reason: 'reason',
  start: 'start',
  exemptUntil: 'exempt-until',
} as const;

export interface DecisionFieldsParts {
  readonly about: Case;
  readonly state: AwaitingApproval;
  readonly session: Session;
  /** Why what was just sent was not taken. */
  readonly refusal?: Refusal;
  readonly timezone: string;
  readonly now: string;
}

export const decisionFields = ({
  about,
  state,
  session,
  refusal,
  timezone,
  now,
}: DecisionFieldsParts): Html => {
  const { filled } = refusal ?? {};
  const wrong = refusal && fieldShown(refusal, about, now);
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

/** On a page nobody is told of a command's options. */
export const saidOf = ({ code, reason }: Pick<Refusal, 'code' | 'reason'>): string =>
  code === 'reason-required' ? 'Say why: your reason is what others have to go by later' : reason;

/** The field on the form that a refusal is about; undefined when it is about none, or that one is not shown. */
export const fieldShown = ({ code }: Pick<Refusal, 'code'>, about: Case, now: string): string | undefined => {
  const field = FIELD_OF[code];
  return field === FIELDS.start && nextOpeningOf(about, now) === undefined ? undefined : field;
};

const FIELD_OF: Readonly<Record<string, string>> = {
  'reason-required': FIELDS.reason,
  'reason-too-long': FIELDS.reason,
  'no-window': FIELDS.start,
  'exemption-refused': FIELDS.exemptUntil,
};
