/** The one message about a batch: how many, which, what would be done, and how to look and decide. */
import { type Batch, expiresIn, listOf, type Member } from '../batch.ts';
import { factsOf, highest } from '../batch-facts.ts';
import type { Case } from '../case/case.ts';
import type { Catalog, Severity } from '../catalog/catalog.ts';
import { inert, type Message } from '../message.ts';

export const askingMessage = (batch: Batch, members: readonly Member[], catalog: Catalog): Message => {
  const facts = factsOf(members, catalog);
  const list = listOf(members);
  const given = Math.max(0, ...members.map(({ state }) => state.decisions.length));
  return message(
    batch,
    'batch-approval-requested',
    facts.severity,
    `Approve ${members.length} cases? ${whatOf(batch)}`,
    [
      `${members.length} cases wait for one decision. ${WHY[batch.kind](batch)}`,
      '',
      'What would be done:',
      ...rows('runbook', facts.runbooks),
      ...facts.disruption.map((text) => `  disruption  ${inert(text, 300)}`),
      ...rows('rule', facts.rules),
      ...rows('account', facts.accounts),
      ...rows('entry', facts.entries),
      '',
      'Some of them:',
      ...members.slice(0, SAMPLE).map(sampleLine),
      ...(members.length > SAMPLE ? [`  and ${members.length - SAMPLE} more`] : []),
      '',
      `Nothing of it runs unless ${facts.quorum} of you approve${given > 0 ? ` (${given} approved already)` : ''} before ${expiresIn(members)}.`,
      'If nobody decides, they are left to people. What is approved runs within the limits, not at once.',
      '',
      `  selfheal batch show ${batch.id}`,
      `  selfheal batch approve ${batch.id} --digest ${list.digest} --reason "..."`,
      `  selfheal batch deny ${batch.id} --digest ${list.digest} --reason "..."`,
    ],
  );
};

/** @param expired how many there are; @param some a few of them */
export const expiredMessage = (batch: Batch, expired: number, some: readonly Case[]): Message =>
  message(batch, 'batch-expired', highest(some), `Needs you: ${expired} cases, ${whatOf(batch)}`, [
    `Nobody decided in time on ${expired} cases of batch ${batch.id}. Nothing was started; they are yours now.`,
    '',
    'Some of them:',
    ...some.slice(0, SAMPLE).map(sampleLine),
    ...(expired > SAMPLE ? [`  and ${expired - SAMPLE} more`] : []),
    '',
    'What to do: heal them by hand, or close them; what becomes compliant closes by itself.',
    '  selfheal cases --status needs-human',
  ]);

const WHY: Readonly<Record<Batch['kind'], (batch: Batch) => string>> = {
  backlog: ({ about }) =>
    `Rule ${inert(about, 128)} found more at once than its policy lets selfheal heal unasked (backlog).`,
  breaker: ({ about }) =>
    `The breaker of ${inert(about, 128)} is open: too many attempts failed, and the policy says to ask (when-open: approve).`,
};

const whatOf = ({ kind, about }: Batch): string => `${about} (${kind})`;

const message = (
  batch: Batch,
  kind: string,
  severity: Severity,
  headline: string,
  lines: readonly string[],
): Message => ({
  subject: ascii(`[${severity.toUpperCase()}] ${headline}`),
  text: [
    ...lines,
    '',
    `Batch ${batch.id}, ${batch.kind} of ${inert(batch.about, 128)} since ${batch.since}`,
  ].join('\n'),
  attributes: { kind, severity, batch: batch.id, about: inert(batch.about, 256) },
});

const rows = (name: string, counts: Readonly<Record<string, number>>): readonly string[] => {
  const all = Object.entries(counts);
  return [
    ...all.slice(0, ROWS).map(([what, count]) => `  ${name.padEnd(11)} ${inert(what, 150)}: ${count}`),
    ...(all.length > ROWS ? [`  ${name.padEnd(11)} and ${all.length - ROWS} more`] : []),
  ];
};

const sampleLine = ({ id, finding, lane }: Case): string =>
  `  ${id}  ${inert(finding.resourceId, 100)} in ${lane.account} ${lane.region}`;

/** SNS allows 100 printable ASCII characters. */
const ascii = (text: string): string => {
  const line = text.replace(/[^\x20-\x7e]+/g, '?').trim();
  return line.length <= 100 ? line : `${line.slice(0, 97)}...`;
};

const SAMPLE = 5;
const ROWS = 5;
