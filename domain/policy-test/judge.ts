/** What was expected against what came, each difference with the reason that the engine gives for it. */

import { explainFailure } from '../policy/explain-pattern.ts';
import type { Policy } from '../policy/policy.ts';
import { listed, shown } from '../policy/policy-problem.ts';
import { CHECKS_NOT_MADE, type Expected, type ExpectedAnswer } from './policy-test-schema.ts';
import type { Said } from './said.ts';

export interface Deviation {
  /** What was compared, such as `mode` or `checks.window`. */
  readonly what: string;
  readonly expected: string;
  readonly got: string;
  /** Lines that say why it came so. */
  readonly why: readonly string[];
}

export const deviations = (expected: Expected, said: Said, policy: Policy): readonly Deviation[] => {
  const found: Deviation[] = [];
  const compare = (what: string, wanted: unknown, got: unknown, why: readonly string[] = []): void => {
    if (wanted === undefined || same(wanted, got)) return;
    found.push({ what, expected: valueText(wanted), got: valueText(got), why });
  };
  const { assessment, selection } = said;
  const { outcome } = assessment;
  const plan = outcome.kind === 'planned' ? outcome.plan : undefined;
  compare('entry', expected.entry, selection.entry.name, whyEntry(expected.entry, said, policy));
  compare('severity', expected.severity, selection.entry.severity, [selection.because]);
  compare('mode', expected.mode, selection.entry.mode, [selection.because]);
  compare('runbook', expected.runbook, plan?.document ?? false, [whyNoPlan(said)].filter(isThere));
  for (const [name, value] of Object.entries(expected.parameters ?? {})) {
    const got = plan?.parameters[name];
    compare(`parameters.${name}`, [value].flat(), got ?? 'nothing', [whyNoPlan(said)].filter(isThere));
  }
  compare('exempt', expected.exempt, outcome.kind === 'exempt' ? outcome.exemption.name : exceptionOf(said));
  compare('notify', expected.notify?.toSorted(), assessment.terms.notify.toSorted(), [selection.because]);
  compare('state', expected.state, said.state, [said.why]);
  if (expected.why !== undefined && !said.why.includes(expected.why))
    found.push({ what: 'why', expected: `text with ${shown(expected.why)}`, got: said.why, why: [] });
  compare(
    'starts',
    expected.starts === undefined ? undefined : yesOrNo(expected.starts),
    yesOrNo(said.starts),
    whyNotStarted(said),
  );
  for (const [check, answer] of Object.entries(expected.checks ?? {}))
    if (answer !== undefined) found.push(...checkDeviations(check, answer, said));
  return found;
};

const yesOrNo = (starts: boolean): string => (starts ? 'yes' : 'no');

const isThere = (line: string | undefined): line is string => line !== undefined;

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

const valueText = (value: unknown): string =>
  Array.isArray(value) ? listed(value.map(String)) : value === false ? 'none' : String(value);

/** What keeps it from being the expected entry: that one's match, or an earlier entry that takes the finding. */
const whyEntry = (
  wanted: string | undefined,
  { selection, subject }: Said,
  { entries }: Policy,
): readonly string[] => {
  const before =
    selection.index === undefined
      ? 'no entry matches'
      : `"${selection.entry.name}" (entries[${selection.index}]) matches, and no entry before it does`;
  const entry = entries.find(({ name }) => name === wanted);
  if (entry === undefined) return wanted === 'unmatched' ? [before] : [`the policy has no entry "${wanted}"`];
  const failure = explainFailure(entry.match, subject);
  return failure === undefined
    ? [before]
    : [`"${entry.name}" does not match: ${failure.field}: ${failure.reason}`, before];
};

const whyNoPlan = ({ assessment: { outcome } }: Said): string | undefined => {
  switch (outcome.kind) {
    case 'planned':
      return undefined;
    case 'refused':
      return outcome.refusal.reason;
    case 'exempt':
      return `exempt: "${outcome.exemption.name}" of ${outcome.exemption.owner}`;
    default:
      return outcome.why;
  }
};

/** Config's own exceptions are looked at right before a start. */
const exceptionOf = ({ checks }: Said): string | false =>
  checks.some(({ check, answer }) => check === 'exemption' && answer === 'no') ? 'AWS Config' : false;

const whyNotStarted = ({ state, why, checks, starts }: Said): readonly string[] => {
  if (starts) return ['it is queued, and every check that can be made here says yes'];
  return [
    ...(state === 'queued' ? [] : [`${state}: ${why}`]),
    ...checks
      .filter(({ answer }) => answer === 'no' || answer === 'failed')
      .map(({ check, answer, reason }) => `${check} says ${answer}: ${reason}`),
  ];
};

const checkDeviations = (check: string, expected: ExpectedAnswer, said: Said): readonly Deviation[] => {
  const what = `checks.${check}`;
  const { answer, reason } =
    typeof expected === 'string' ? { answer: expected, reason: undefined } : expected;
  const got = said.checks.find((each) => each.check === check);
  if (got === undefined)
    return [
      {
        what,
        expected: answer,
        got: 'not made',
        why: [`there is no plan, so nothing could start: ${whyNoPlan(said) ?? said.why}`],
      },
    ];
  if (CHECKS_NOT_MADE.includes(check))
    return [{ what, expected: answer, got: 'not made', why: [got.reason] }];
  if (got.answer !== answer) return [{ what, expected: answer, got: got.answer, why: [got.reason] }];
  if (reason === undefined || got.reason.includes(reason)) return [];
  return [{ what: `${what}.reason`, expected: `text with ${shown(reason)}`, got: got.reason, why: [] }];
};
