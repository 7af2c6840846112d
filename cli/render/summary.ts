/** What came of a scenario, counted from its cases. */
import type { Case, NeedsHuman } from '../../domain/case/case.ts';
import { type Style, safe } from '../io.ts';

export interface SentMessage {
  readonly topic: string;
  readonly subject: string;
  readonly lines: readonly string[];
  /** As it was sent: cases are found in it by their id. */
  readonly text: string;
}

export const summary = (cases: readonly Case[], messages: readonly SentMessage[], style: Style): string => {
  const healed = cases.filter(({ state }) => state.name === 'resolved');
  const retried = healed.filter(({ attempts }) => attempts > 1);
  const awaiting = cases.filter(({ state }) => state.name === 'awaiting-approval');
  const needy = cases.filter(needsHuman);
  const others = cases.length - healed.length - awaiting.length - needy.length;
  return [
    '',
    style.bold('Summary'),
    style.green(`  ${healed.length} healed with verdict COMPLIANT`),
    `  ${retried.length} failed, retried and then healed`,
    ...retried.map(
      (about) =>
        `    ${named(about)}: ${about.attempts} attempts; first ${safe(about.lastFailure ?? 'it failed')}`,
    ),
    style.yellow(`  ${awaiting.length} awaiting approval`),
    ...awaiting.toSorted(bySeverity).flatMap((about, n) => messageLines(about, messages, n === 0)),
    style.red(`  ${needy.length} needs-human`),
    ...needy.flatMap((about) => [
      `    ${named(about)}: ${safe(about.state.reason)}`,
      ...stepLines(about.state),
    ]),
    ...(others === 0 ? [] : [`  ${others} other (npx selfheal cases)`]),
    '',
    '',
  ].join('\n');
};

const needsHuman = (about: Case): about is Case<NeedsHuman> => about.state.name === 'needs-human';

const named = ({ id, finding }: Case): string => `${safe(finding.resourceId, 80)} (case ${safe(id)})`;

/** The whole message once, for the one that matters most; of the others its subject tells enough. */
const messageLines = (about: Case, messages: readonly SentMessage[], whole: boolean): readonly string[] => {
  const sent = messages.filter(({ text }) => text.includes(about.id));
  const told = sent.at(-1);
  if (told === undefined) return [`    ${named(about)}: its message has not been sent yet`];
  const topics = [...new Set(sent.map(({ topic }) => topic))].join(', ');
  return [
    `    ${named(about)}, announced over SNS to ${topics}:`,
    `    | ${told.subject}`,
    ...(whole ? told.lines.map((line) => `    | ${line}`.trimEnd()) : []),
  ];
};

const RANK: Readonly<Record<Case['severity'], number>> = { critical: 0, high: 1, medium: 2, low: 3 };
const bySeverity = (left: Case, right: Case): number => RANK[left.severity] - RANK[right.severity];

const stepLines = ({ manualSteps }: NeedsHuman): readonly string[] =>
  manualSteps.map((step, index) => `      ${index + 1}. ${safe(step)}`);
