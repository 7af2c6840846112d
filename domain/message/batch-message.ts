/** The one message about a batch: how many, which, what would be done, and how to look and decide. */
import { type Batch, expiresIn, listOf, type Member } from '../batch.ts';
import { factsOf, highest } from '../batch-facts.ts';
import type { Case } from '../case/case.ts';
import type { Catalog, Severity } from '../catalog/catalog.ts';
import { ascii, type Message, type MessageFacts } from '../message.ts';
import type { Instant } from '../time.ts';
import { chatOf } from './chat.ts';
import { FACTS_VERSION } from './facts.ts';
import { LINES_MAX, more, redactedChanges, type Section, textOf } from './parts.ts';
import { shortId, shown, shownTime } from './words.ts';

export const askingMessage = (
  batch: Batch,
  members: readonly Member[],
  catalog: Catalog,
  now: Instant,
): Message => {
  const facts = factsOf(members, catalog);
  const { digest } = listOf(members);
  const given = Math.max(0, ...members.map(({ state }) => state.decisions.length));
  const expiresAt = expiresIn(members) ?? now;
  const wrong = [...new Set(members.flatMap(({ finding }) => headline(finding, catalog)))];
  const commands = [
    `selfheal batch show ${batch.id}`,
    `selfheal batch approve ${batch.id} --digest ${digest} --reason "<why>"`,
    `selfheal batch deny ${batch.id} --digest ${digest} --reason "<why>"`,
  ];
  return message({
    batch,
    kind: 'batch-approval-requested',
    severity: facts.severity,
    headline: `Approve ${members.length} cases? ${whatOf(batch)}`,
    now,
    commands,
    sections: [
      {
        lines: [
          `${members.length} cases wait for one decision. ${WHY[batch.kind](batch)}`,
          ...(wrong.length > 0 ? [`What is wrong: each ${wrong.slice(0, ROWS).join(', or ')}.`] : []),
        ],
      },
      {
        title: 'What would be done',
        lines: [...changeLines(members, catalog), ...rows('runbook', facts.runbooks)],
      },
      {
        title: 'What it may disturb',
        lines: facts.disruption.slice(0, ROWS).map((text) => shown(text, 300)),
      },
      {
        title: 'Where',
        lines: [
          ...rows('rule', facts.rules),
          ...rows('account', facts.accounts),
          ...rows('entry', facts.entries),
        ],
      },
      {
        title: 'Some of them',
        lines: [...members.slice(0, SAMPLE).map(sampleLine), ...more(members.length, SAMPLE)],
      },
      {
        title: 'How to decide',
        lines: [
          ...commands,
          `It takes ${facts.quorum} of you${given > 0 ? ` (${given} approved already)` : ''}. What is approved runs within the limits, not at once.`,
        ],
      },
      {
        title: 'If nobody answers',
        lines: [
          `${shownTime(expiresAt)}: the first of them expire. Nothing of it is run; they are left to people.`,
        ],
      },
    ],
    more: { digest, quorum: facts.quorum, expiresAt },
    cases: members.length,
  });
};

/** @param expired how many there are; @param some a few of them */
export const expiredMessage = (batch: Batch, expired: number, some: readonly Case[], now: Instant): Message =>
  message({
    batch,
    kind: 'batch-expired',
    severity: highest(some),
    headline: `Needs you: ${expired} cases, ${whatOf(batch)}`,
    now,
    commands: ['selfheal cases --status needs-human'],
    sections: [
      {
        lines: [
          `Nobody decided in time on ${expired} cases of batch ${batch.id}. Nothing was started; they are yours now.`,
        ],
      },
      { title: 'Some of them', lines: [...some.slice(0, SAMPLE).map(sampleLine), ...more(expired, SAMPLE)] },
      {
        title: 'What to do',
        lines: [
          'heal them by hand, or close them; what becomes compliant closes by itself',
          'selfheal cases --status needs-human',
        ],
      },
    ],
    more: {},
    cases: expired,
  });

interface Parts {
  readonly batch: Batch;
  readonly kind: 'batch-approval-requested' | 'batch-expired';
  readonly severity: Severity;
  readonly headline: string;
  readonly now: Instant;
  readonly commands: readonly string[];
  readonly sections: readonly Section[];
  readonly cases: number;
  /** What only a machine reads. */
  readonly more: Readonly<Record<string, unknown>>;
}

const message = (parts: Parts): Message => {
  const { batch, kind, severity, headline: said, now, commands, sections, cases } = parts;
  const subject = ascii(`[${severity.toUpperCase()}] ${said}`, SUBJECT_CHARS_MAX);
  const about = shown(batch.about, 256);
  const facts: MessageFacts = {
    version: FACTS_VERSION,
    kind,
    subject,
    at: now,
    severity,
    batch: { id: batch.id, kind: batch.kind, about, since: batch.since, cases, ...parts.more, commands },
  };
  return {
    subject,
    text: textOf([
      ...sections,
      {
        lines: [
          `Batch ${batch.id}, ${batch.kind} of ${shown(batch.about, 128)} since ${shownTime(batch.since)}`,
        ],
      },
    ]),
    attributes: { kind, severity, batch: batch.id, ...(about !== '' && { about }) },
    facts,
    chat: chatOf({
      kind,
      subject,
      thread: batch.id,
      severity,
      sections,
      next: commands,
      about: { batch: batch.id },
    }),
  };
};

const WHY: Readonly<Record<Batch['kind'], (batch: Batch) => string>> = {
  backlog: ({ about }) =>
    `Rule ${shown(about, 128)} found more at once than its policy lets selfheal heal unasked (backlog).`,
  breaker: ({ about }) =>
    `The breaker of ${shown(about, 128)} is open: too many attempts failed, and the policy says to ask (when-open: approve).`,
};

const whatOf = ({ kind, about }: Batch): string => `${shown(about, 60)} (${kind})`;

const headline = ({ ruleIdentifier, rule }: Case['finding'], catalog: Catalog): readonly string[] => {
  const known = catalog.rule(ruleIdentifier ?? rule)?.headline;
  return known === undefined ? [] : [known];
};

/** What the first of each runbook would change: the others change the same on other resources. */
const changeLines = (members: readonly Member[], catalog: Catalog): readonly string[] => {
  const first = new Map<string, Member>();
  for (const one of members) if (!first.has(one.state.plan.document)) first.set(one.state.plan.document, one);
  return [...first.values()].slice(0, ROWS).flatMap(({ finding, state }) => {
    const runbook = catalog.runbook(state.plan.document);
    if (runbook === undefined) return [];
    return [
      `${shown(runbook.summary, 300)} For one, ${shown(shortId(finding.resourceId), 100)}:`,
      ...redactedChanges(runbook, state.plan)
        .slice(0, LINES_MAX)
        .map(({ what, before, after }) => `${what}: ${before} → ${after}`),
    ];
  });
};

const rows = (name: string, counts: Readonly<Record<string, number>>): readonly string[] => {
  const all = Object.entries(counts);
  return [
    ...all.slice(0, ROWS).map(([what, count]) => `${name.padEnd(9)} ${shown(what, 150)}: ${count}`),
    ...(all.length > ROWS ? [`${name.padEnd(9)} and ${all.length - ROWS} more`] : []),
  ];
};

const sampleLine = ({ id, finding, lane }: Case): string =>
  `${id}  ${shown(finding.resourceId, 100)} in ${lane.account} ${lane.region}`;

const SAMPLE = 5;
const ROWS = 5;
/** What SNS allows. */
const SUBJECT_CHARS_MAX = 100;
