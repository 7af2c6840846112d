/** The one message about a batch: how many, which, what would be done, and how to look and decide. */
import { type Batch, expiresIn, listOf, type Member } from './batch.ts';
import type { Case } from './case/case.ts';
import type { Catalog, Severity } from './catalog/catalog.ts';
import { inert, type Message } from './message.ts';

/** What is the same in all, counted. */
export interface BatchFacts {
  readonly rules: Readonly<Record<string, number>>;
  /** `document version n` -> cases. */
  readonly runbooks: Readonly<Record<string, number>>;
  readonly accounts: Readonly<Record<string, number>>;
  readonly entries: Readonly<Record<string, number>>;
  /** What the runbooks do to who uses the resources, in the catalog's words. */
  readonly disruption: readonly string[];
  readonly severity: Severity;
  /** How many people must approve; the highest of all. */
  readonly quorum: number;
  readonly topics: readonly string[];
}

export const factsOf = (members: readonly Member[], catalog: Catalog): BatchFacts => ({
  rules: counted(members, ({ finding }) => finding.ruleIdentifier ?? finding.rule),
  runbooks: counted(members, ({ state }) => `${state.plan.document} version ${state.plan.documentVersion}`),
  accounts: counted(members, ({ lane }) => lane.account),
  entries: counted(members, ({ entry }) => entry),
  disruption: [
    ...new Set(
      members.flatMap(({ state }) => {
        const runbook = catalog.runbook(state.plan.document);
        return runbook === undefined ? [] : [`${runbook.disruption}: ${runbook.disruptionNote}`];
      }),
    ),
  ],
  severity: highest(members),
  quorum: Math.max(1, ...members.map(({ terms }) => terms.approval.quorum)),
  topics: [...new Set(members.flatMap(({ terms }) => terms.notify))],
});

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

/** The most frequent first. */
const counted = <T>(items: readonly T[], by: (item: T) => string): Readonly<Record<string, number>> => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(by(item), (counts.get(by(item)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
};

const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const satisfies readonly Severity[];
const highest = (cases: readonly Pick<Case, 'severity'>[]): Severity =>
  SEVERITIES.find((severity) => cases.some((about) => about.severity === severity)) ?? 'low';

/** SNS allows 100 printable ASCII characters. */
const ascii = (text: string): string => {
  const line = text.replace(/[^\x20-\x7e]+/g, '?').trim();
  return line.length <= 100 ? line : `${line.slice(0, 97)}...`;
};

const SAMPLE = 5;
const ROWS = 5;
