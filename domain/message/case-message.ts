/**
 * What people are sent about a case, so that one can act on it at three in the morning: what is wrong and since when,
 * what would be done, what that disturbs, whether it has worked before, how to decide, and what happens if nobody
 * does. Every value from outside is shown on one line, without control characters and without what looks like a
 * secret.
 */
import { startTimes } from '../calendar/start-times.ts';
import type { AwaitingApproval, Case, NeedsHuman } from '../case/case.ts';
import { APPROVAL_EXPIRED, rungOf } from '../case/ladder.ts';
import { isLaterThanTold } from '../case/tell-asked.ts';
import type { Message } from '../message.ts';
import type { Excluded, Window } from '../policy/policy.ts';
import { epochMs, type Instant, plusMs } from '../time.ts';
import { chatOf } from './chat.ts';
import { caseFacts, type MessageKind } from './facts.ts';
import { approvers, HELD_BY, whyOver } from './outcome-words.ts';
import { type Around, commandsOf, LINES_MAX, more, type Section, textOf } from './parts.ts';
import { earlierLines, exactly, planSections, recordLines } from './plan-sections.ts';
import { subjectOf, whatIsWrong, whereOf } from './subject.ts';
import { counted, inWords, listed, ordinal, shown, shownTime } from './words.ts';

/** Which message the case's state calls for; undefined when nobody must be told. */
export const kindOf = ({ state, asked }: Case): MessageKind | undefined => {
  switch (state.name) {
    case 'awaiting-approval':
      // In a batch there is one message for all of them.
      if (state.batch !== undefined) return undefined;
      if (state.announced) return 'escalation';
      return state.changes === undefined ? 'approval-requested' : 'approval-void';
    case 'needs-human':
      if (state.batch !== undefined) return undefined;
      return state.code === APPROVAL_EXPIRED ? 'approval-expired' : 'needs-human';
    case 'held':
      if (state.announced === false) return 'grace';
      if (asked?.startsAt === undefined) return undefined;
      return isLaterThanTold(state, asked) ? 'not-started' : 'approved';
    case 'queued':
      return asked?.startsAt === undefined ? undefined : 'approved';
    case 'denied':
      return 'denied';
    case 'self-resolved':
    case 'suppressed':
    case 'closed-by-human':
      if (asked === undefined) return undefined;
      return asked.startsAt === undefined ? 'no-decision-needed' : 'not-started';
    default:
      return undefined;
  }
};

/** The message of that kind about the case. */
export const caseMessage = (kind: MessageKind, about: Case, around: Around): Message => {
  const { severity, finding, lane, entry, state } = about;
  const rung = rungNumber(about);
  const sections = SECTIONS[kind](about, around);
  const subject = subjectOf(VERBS[kind], about, around);
  return {
    subject,
    text: textOf([...sections, caseSection(about)]),
    attributes: withoutEmpty({
      kind,
      severity,
      account: finding.account,
      region: lane.region,
      rule: shown(finding.ruleIdentifier ?? finding.rule, 256),
      entry: shown(entry, 100),
      ...(state.name === 'awaiting-approval' && { rung: String(rung) }),
    }),
    facts: caseFacts(kind, subject, about, around),
    chat: chatOf({
      kind,
      subject,
      thread: about.id,
      severity,
      sections,
      ...(around.link !== undefined && !TOLD_ONLY.includes(kind) && { link: around.link }),
      next: TOLD_ONLY.includes(kind) ? [] : commandsOf(about),
      about: { account: finding.account, region: lane.region, caseId: about.id },
    }),
  };
};

const VERBS: Readonly<Record<MessageKind, string>> = {
  'approval-requested': 'Approve?',
  'approval-void': 'Approve again?',
  escalation: 'Still open, approve?',
  'approval-expired': 'Nobody decided:',
  'needs-human': 'Needs you:',
  grace: 'Will fix:',
  'not-started': 'Not started:',
  approved: 'Approved:',
  denied: 'Denied:',
  'no-decision-needed': 'Over, nothing to decide:',
};

/** Nobody has to do anything about it. */
const TOLD_ONLY: readonly MessageKind[] = ['not-started', 'approved', 'denied', 'no-decision-needed'];

/** SNS refuses a message for one empty attribute. */
const withoutEmpty = (attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ''));

type ToSections = (about: Case, around: Around) => readonly Section[];

const asking =
  (first: (about: Case<AwaitingApproval>, around: Around) => readonly string[]): ToSections =>
  (about, around) => {
    const asked = about as Case<AwaitingApproval>;
    return [
      { lines: [...first(asked, around), ...wrongLines(about, around)] },
      { title: 'What has changed since it was approved', lines: changedLines(asked) },
      ...(around.link === undefined ? [] : [{ title: 'Decide here', lines: [around.link] }]),
      ...planSections(asked.state.plan, around),
      { title: 'Has it worked before?', lines: recordLines(asked.state.plan, around) },
      { title: 'This resource before', lines: earlierLines(about.earlier) },
      { title: 'How to decide', lines: decideLines(asked) },
      { title: 'When it would start', lines: [startLine(asked, around)] },
      { title: 'If nobody answers', lines: silenceLines(asked) },
    ];
  };

const SECTIONS: Readonly<Record<MessageKind, ToSections>> = {
  'approval-requested': asking(() => []),
  'approval-void': asking(() => [
    'What was approved is void: the plan is another one now. Nothing has run. Please decide again.',
    '',
  ]),
  escalation: asking((about, { now }) => [
    `${whoHas(about, now)}; you are the ${ordinal(rungNumber(about) + 1)} contact.`,
    '',
  ]),
  'approval-expired': (about, around) => [
    {
      lines: [
        'Nobody decided in time. Nothing was started, and nothing will be by itself; it needs a person now.',
        '',
        ...wrongLines(about, around),
      ],
    },
    { title: 'What to do', lines: stepLines(about as Case<NeedsHuman>) },
    { title: 'This resource before', lines: earlierLines(about.earlier) },
  ],
  'needs-human': (about, around) => [
    { lines: [...wrongLines(about, around), 'Selfheal cannot heal it.'] },
    { title: 'Why', lines: [shown((about as Case<NeedsHuman>).state.reason, 500)] },
    { title: 'What to do', lines: stepLines(about as Case<NeedsHuman>) },
    { title: 'This resource before', lines: earlierLines(about.earlier) },
  ],
  grace: (about, around) => graceSections(about, around),
  'not-started': (about, around) => [
    { lines: [notStarted(about), '', ...wrongLines(about, around)] },
    { title: 'Who had approved', lines: approvers(about) },
  ],
  approved: (about, around) => [
    {
      lines: [
        `What you were asked for is approved. ${startsWhen(about, around)}`,
        '',
        ...wrongLines(about, around),
      ],
    },
    { title: 'Who approved', lines: approvers(about) },
    { title: 'What runs', lines: about.approval?.plan ? exactly(about.approval.plan) : [] },
  ],
  denied: (about, around) => [{ lines: [...deniedLines(about), '', ...wrongLines(about, around)] }],
  'no-decision-needed': (about, around) => [
    {
      lines: [
        `You were asked whether to fix this. No decision is needed any more: ${whyOver(about)}. Nothing was run.`,
        '',
        'It was about this:',
        ...wrongLines(about, around),
      ],
    },
  ],
};

const whoHas = ({ state, terms }: Case<AwaitingApproval>, now: Instant): string => {
  const waited = inWords(epochMs(now) - epochMs(state.requestedAt));
  const given = state.decisions.length;
  return given === 0
    ? `Nobody has decided for ${waited}`
    : `${given} of ${terms.approval.quorum} ${given === 1 ? 'has' : 'have'} approved; it has waited for the rest for ${waited}`;
};

const startsWhen = ({ asked }: Case, { now }: Around): string =>
  asked?.startsAt === undefined || asked.startsAt <= now
    ? 'It runs now, within the limits.'
    : `It starts ${shownTime(asked.startsAt)}, not before.`;

const deniedLines = ({ state }: Case): readonly string[] => {
  if (state.name !== 'denied') return [];
  const { who, at, reason, exemption } = state.decision;
  return [
    `What you were asked for is denied. Nothing runs, and the case is closed.`,
    `${shown(who, 100)}, ${shownTime(at)}: ${shown(reason, 300)}`,
    ...(exemption === undefined ? [] : [`It is exempt by "${shown(exemption, 100)}" from now on.`]),
  ];
};

const wrongLines = (about: Case, around: Around): readonly string[] => [
  `${whatIsWrong(about, around)}.`,
  `Since ${shownTime(about.openedAt)}, ${inWords(epochMs(around.now) - epochMs(about.openedAt))} ago. Severity ${about.severity}.`,
  ...(about.newestEvaluation.annotation
    ? [`AWS Config says: ${shown(about.newestEvaluation.annotation, 256)}`]
    : []),
];

const changedLines = ({ state }: Case<AwaitingApproval>): readonly string[] => {
  const { changes = [] } = state;
  return [
    ...changes.slice(0, LINES_MAX).map((change) => shown(change, 300)),
    ...more(changes.length, LINES_MAX),
  ];
};

const decideLines = (about: Case<AwaitingApproval>): readonly string[] => [
  ...commandsOf(about),
  whoMay(about),
  ...about.state.decisions.map(
    ({ who, at, reason }) => `${shown(who, 100)} approved ${shownTime(at)}: ${shown(reason, 200)}`,
  ),
];

const startLine = ({ terms: { windows } }: Case, { now }: Around): string => {
  const times = startTimes(windows, [], now);
  if (windows.length === 0) return 'At once, within the limits; whoever approves may choose a later time.';
  if (times.kind === 'open')
    return `At once, while ${windowNames(windows)} is open: until ${times.until === undefined ? 'further notice' : shownTime(times.until)}.`;
  return times.opensAt === undefined
    ? `Only in ${windowNames(windows)}, which never opens.`
    : `Only in ${windowNames(windows)}, which opens ${shownTime(times.opensAt)}.`;
};

const whoMay = ({ terms, state }: Case<AwaitingApproval>): string => {
  const { quorum, from, not = [] } = terms.approval;
  const people =
    from === undefined
      ? 'anybody who is signed in'
      : `members of ${listed(from.map((name) => shown(name, 64)))}`;
  const given = state.decisions.length;
  const count =
    quorum === 1 ? '1 must approve' : `${quorum} must approve${given > 0 ? `, ${given} did already` : ''}`;
  const except = not.length === 0 ? '' : `, but not ${listed(not.map((kind) => EXCLUDED[kind]))}`;
  return `${count}: ${people}${except}.`;
};

const EXCLUDED: Readonly<Record<Excluded, string>> = {
  requester: 'who asked for the fix',
  author: 'who wrote the policy entry',
  changer: 'who changed the resource last',
};

const silenceLines = ({ state, terms }: Case<AwaitingApproval>): readonly string[] => {
  const { rungs = 0, announced, requestedAt, expiresAt } = state;
  const ladder = terms.approval.escalate ?? [];
  return [
    ...ladder.slice(announced ? rungs + 1 : 0).flatMap(({ afterMs, notify }) => {
      const at = plusMs(requestedAt, afterMs);
      return at < expiresAt
        ? [`${shownTime(at)}: ${listed(notify.map((name) => shown(name, 256)))} hears of it too.`]
        : [];
    }),
    `${shownTime(expiresAt)}: the request expires. Nothing is run, and a person must fix it by hand.`,
  ];
};

const stepLines = ({ state }: Case<NeedsHuman>): readonly string[] =>
  state.manualSteps.length > 0
    ? numbered(state.manualSteps)
    : ['1. Look at the resource and at what the rule asks for; selfheal knows no steps for this rule.'];

/** A mail shows the marks around a command as they are, and what is copied with them, or a full stop, is another one. */
const numbered = (steps: readonly string[]): readonly string[] =>
  steps.map((step, index) => `${index + 1}. ${shown(step, 1_000).replace(/`\.$/, '').replaceAll('`', '')}`);

const graceSections = (about: Case, around: Around): readonly Section[] => {
  const { lastPlanned, mode, openedAt, terms, lane } = about;
  const runbook = lastPlanned && around.catalog.runbook(lastPlanned.document);
  return [
    { lines: [...wrongLines(about, around), 'You get this because you own it.'] },
    {
      title: 'What selfheal will do, if it still fails by then',
      lines: [
        mode === 'approve' ? 'ask its approvers whether to run' : 'run',
        `runbook   ${shown(lastPlanned?.document ?? 'as the policy says', 128)} version ${shown(lastPlanned?.documentVersion ?? 'as it is then', 20)}`,
        `where     account ${lane.account}, ${lane.region}`,
        `when      not before ${shownTime(plusMs(openedAt, terms.graceMs))}${terms.windows.length > 0 ? `, and only in ${windowNames(terms.windows)}` : ''}`,
        ...(runbook ? [`disturbs  ${runbook.disruption}: ${shown(runbook.disruptionNote, 500)}`] : []),
      ],
    },
    {
      title: 'To stop it, do one of these before then',
      lines: [
        '- fix the resource: as soon as AWS Config records COMPLIANT, the case closes and nothing runs',
        '- ask the people who run selfheal for an exemption, with your reason and an end',
        '- tag the resource, if your policy has a tag that keeps selfheal away',
      ],
    },
    {
      title: 'To fix it by hand',
      lines: numbered(about.manualSteps),
    },
  ];
};

const windowNames = (windows: readonly Window[]): string =>
  `window ${windows.map(({ name }) => `"${shown(name, 64)}"`).join(' or ')}`;

/** Why an approved plan does not run. */
const notStarted = (about: Case): string => {
  const { state } = about;
  const why =
    state.name === 'held'
      ? `it is held by ${HELD_BY[state.reason] ?? state.reason}: ${shown(state.detail, 300)}. It is looked at again by itself, and starts when nothing holds it any more`
      : whyOver(about);
  return `What you were asked for was approved, but does not start: ${why}.`;
};

/** Why nothing is left to be done, of a case that closed. */
const caseSection = (about: Case): Section => ({
  lines: [
    `Case ${about.id}, ${counted(about.attempts, 'attempt')} so far, policy entry "${shown(about.entry, 100)}"`,
    `Rule ${shown(about.origin.configRuleName, 128)}, resource ${shown(about.finding.resourceType, 100)} ${shown(about.finding.resourceId, 300)}`,
    `Account ${whereOf(about)}`,
    // Whoever is asked to decide has the commands for it above.
    ...(about.state.name === 'awaiting-approval' ? [] : [`All of it: selfheal case ${about.id}`]),
  ],
});

/** 0: those who are asked first. */
const rungNumber = ({ state, terms }: Pick<Case, 'state' | 'terms'>): number =>
  state.name === 'awaiting-approval' && state.announced && rungOf(state, terms) ? (state.rungs ?? 0) + 1 : 0;
