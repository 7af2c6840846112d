/**
 * What people are sent about a case. A message says what is wrong, what would be done and how to decide; it
 * holds no raw event and no configuration, and every value in it is shown inert: one line, no control characters.
 */
import type { AwaitingApproval, Case, NeedsHuman } from '../case/case.ts';
import { ascii, inert, isToOwner, type Message } from '../message.ts';
import type { Window } from '../policy/policy.ts';
import { plusMs } from '../time.ts';
import { unreachable } from '../unreachable.ts';

/** The message that the case's state calls for, if people must be told. */
export const messageFor = (about: Case): Message | undefined => {
  const { state } = about;
  switch (state.name) {
    case 'awaiting-approval':
      // In a batch there is one message for all of them.
      return state.batch === undefined
        ? message(about, 'approval-requested', `Approve? ${headline(about)}`, approvalText(about, state))
        : undefined;
    case 'needs-human':
      return state.batch === undefined
        ? message(about, 'needs-human', `Needs you: ${headline(about)}`, needsHumanText(about, state))
        : undefined;
    case 'held':
      return isToOwner(about)
        ? message(about, 'grace', `Will fix: ${headline(about)}`, graceText(about))
        : undefined;
    case 'observing':
    case 'queued':
    case 'starting':
    case 'running':
    case 'verifying':
    case 'resolved':
    case 'self-resolved':
    case 'suppressed':
    case 'denied':
    case 'closed-by-human':
      return undefined;
    default:
      return unreachable(state);
  }
};

const message = (about: Case, kind: string, headlineText: string, lines: readonly string[]): Message => ({
  subject: ascii(`[${about.severity.toUpperCase()}] ${headlineText}`, SUBJECT_CHARS_MAX),
  text: [...lines, '', ...facts(about)].join('\n'),
  attributes: {
    kind,
    severity: about.severity,
    account: about.finding.account,
    region: about.lane.region,
    rule: inert(about.finding.ruleIdentifier ?? about.finding.rule, 256),
  },
});

const headline = ({ finding }: Case): string =>
  `${shortType(finding.resourceType)} "${finding.resourceId}" in ${finding.account} fails ${finding.rule}`;

const approvalText = (about: Case, state: AwaitingApproval): readonly string[] => [
  `${headlineInert(about)} since ${about.openedAt}.`,
  '',
  'What would be done:',
  `  runbook   ${state.plan.document} version ${state.plan.documentVersion}`,
  ...Object.entries(state.plan.parameters).map(
    ([name, values]) => `  parameter ${inert(name, 50)} = ${inert(values.join(', '), 200)}`,
  ),
  `  where     account ${state.plan.account}, ${state.plan.region}`,
  '',
  `Nothing runs unless ${about.terms.approval.quorum} of you approve exactly this plan before ${state.expiresAt}.`,
  'If nobody decides, a person must fix it by hand.',
  '',
  `  selfheal approve ${about.id} --plan-hash ${state.planHash} --reason "..."`,
  `  selfheal deny ${about.id} --plan-hash ${state.planHash} --reason "..."`,
];

const graceText = (about: Case): readonly string[] => {
  const { lastPlanned, mode, openedAt, terms } = about;
  return [
    `${headlineInert(about)} since ${openedAt}. You get this because you own it.`,
    '',
    'What selfheal will do, if it still fails by then:',
    mode === 'approve' ? '  ask its approvers whether to run' : '  run',
    `  runbook   ${lastPlanned?.document ?? 'as the policy says'} version ${lastPlanned?.documentVersion ?? 'as it is then'}`,
    `  where     account ${about.lane.account}, ${about.lane.region}`,
    `  when      not before ${plusMs(openedAt, terms.graceMs)}${terms.windows.length > 0 ? `, and only in ${windowNames(terms.windows)}` : ''}`,
    '',
    'To stop it, do one of these before then:',
    '  - fix the resource: as soon as AWS Config records COMPLIANT, the case closes and nothing runs',
    '  - ask the people who run selfheal for an exemption, with your reason and an end',
    '  - tag the resource, if your policy has a tag that keeps selfheal away',
    ...about.manualSteps.map(
      (step, index) => `${index === 0 ? '\nTo fix it by hand:\n' : ''}  ${index + 1}. ${step}`,
    ),
  ];
};

const windowNames = (windows: readonly Window[]): string =>
  `window ${windows.map(({ name }) => `"${inert(name, 64)}"`).join(' or ')}`;

const needsHumanText = (about: Case, state: NeedsHuman): readonly string[] => [
  `${headlineInert(about)} since ${about.openedAt}, and selfheal cannot heal it.`,
  '',
  `Why: ${inert(state.reason, 500)}`,
  '',
  'What to do:',
  ...(state.manualSteps.length > 0
    ? state.manualSteps.map((step, index) => `  ${index + 1}. ${step}`)
    : ['  1. Look at the resource and at what the rule asks for; selfheal knows no steps for this rule.']),
];

const facts = (about: Case): readonly string[] => [
  `Case ${about.id}, attempts ${about.attempts}, policy entry "${inert(about.entry, 100)}"`,
  `Rule ${inert(about.origin.configRuleName, 128)}, resource ${inert(about.finding.resourceType, 100)} ${inert(about.finding.resourceId, 300)}`,
  `Account ${about.finding.account}, region ${about.lane.region}`,
];

const headlineInert = (about: Case): string => inert(headline(about), 400);

const shortType = (resourceType: string): string => resourceType.replace(/^AWS:+/, '').replaceAll('::', ' ');

const SUBJECT_CHARS_MAX = 100;
