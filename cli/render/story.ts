/** One case told as a story: what is wrong, where it stands, what can be done, and how it came here. */
import type { CaseJson } from '../../console/case-json.ts';
import type { TimelineEntry } from '../../domain/case/case.ts';
import { accountText } from '../../domain/policy/account-name.ts';
import type { Style } from '../io.ts';
import { safe } from '../io.ts';
import { paintSeverity, paintState } from './paint.ts';

export const story = (about: CaseJson, style: Style): string =>
  [
    ...headline(about, style),
    ...about.heldBackBy.map((each) => style.red(safe(each))),
    '',
    ...facts(about, style),
    ...planLines(about, style),
    ...stepLines(about, style),
    '',
    style.bold('What happened'),
    ...timelineLines(about, style),
    '',
  ].join('\n');

export const headline = ({ finding, severity, state, reason }: CaseJson, style: Style): readonly string[] => [
  `${style.bold(safe(finding.resourceId))} fails ${safe(finding.rule)}`,
  `${paintSeverity(severity, style)}, ${paintState(state, style)}${reason === null ? '' : `: ${safe(reason)}`}`,
];

const facts = (about: CaseJson, style: Style): readonly string[] => {
  const { finding } = about;
  return [
    ['case', about.id],
    ['resource', `${finding.resourceType} ${finding.resourceId}`],
    ['where', `account ${accountText(finding.account, finding.accountName)}, ${finding.region}`],
    ['rule', finding.ruleIdentifier === null ? finding.rule : `${finding.rule} (${finding.ruleIdentifier})`],
    ['policy', `entry "${about.policyEntry}" of ${about.policyVersion}, mode ${about.mode}`],
    ['opened', clock(about.openedAt)],
    about.closedAt === null
      ? ['next look', about.dueAt === null ? 'none' : `at the latest ${clock(about.dueAt)}`]
      : ['closed', clock(about.closedAt)],
    ...exemptionFacts(about),
    ['attempts', String(about.attempts)],
    ...(about.executionId === null ? [] : [['execution', about.executionId]]),
    ...(about.lastFailure === null ? [] : [['last failure', about.lastFailure]]),
    ['Config says', `${about.compliance}, recorded ${clock(about.complianceRecordedAt)}`],
  ].map(([name, value]) => fact(name ?? '', value ?? '', style));
};

const exemptionFacts = ({ exemption }: CaseJson): readonly string[][] =>
  exemption === null
    ? []
    : [
        [
          'exempt',
          `by "${exemption.name}", ${exemption.until === null ? 'without an end' : `until ${clock(exemption.until)}; what is still broken then gets a new case`}`,
        ],
      ];

const planLines = (about: CaseJson, style: Style): readonly string[] => {
  const { id, plan, planHash, approval } = about;
  if (plan === null) return [];
  const lines = [
    '',
    style.bold(approval === null ? 'The plan' : 'The plan that waits for approval'),
    ...effectLines(about, style),
    ...planFacts(about, style),
  ];
  if (approval === null) return lines;
  return [
    ...lines,
    '',
    `  selfheal approve ${safe(id)} --plan-hash ${safe(planHash ?? '')} --reason "…"`,
    `  selfheal deny ${safe(id)} --plan-hash ${safe(planHash ?? '')} --reason "…"`,
  ];
};

/** What the plan changes, in words, and what people notice of it. */
export const effectLines = ({ effect }: CaseJson, style: Style): readonly string[] => {
  if (effect === null) return [];
  const { changes, disruption, disruptionNote } = effect;
  const isRisky = disruption === 'high' || disruption === 'destructive';
  const noticed = `${disruption}: ${disruptionNote}`;
  return [
    ...changes.map(({ what, before, after }) =>
      fact('change', `${safe(what)}: ${safe(before)} → ${safe(after)}`, style),
    ),
    isRisky ? style.red(fact('disruption', noticed, style)) : fact('disruption', noticed, style),
  ];
};

/** What would run, where, and how far people are with it; nothing without a plan. */
export const planFacts = ({ plan, planHash, approval }: CaseJson, style: Style): readonly string[] => {
  if (plan === null) return [];
  const lines = [
    fact('runbook', `${plan.document} version ${plan.documentVersion}`, style),
    ...Object.entries(plan.parameters).map(([name, values]) =>
      fact('parameter', `${name} = ${values.join(', ')}`, style),
    ),
    fact('runs in', `account ${plan.account}, ${plan.region}`, style),
    fact('plan hash', planHash ?? '', style),
  ];
  if (approval === null) return lines;
  const given = approval.decisions.map(({ who, at }) => `${who} at ${clock(at)}`).join(', ');
  return [
    ...lines,
    fact(
      'approved',
      `${approval.decisions.length} of ${approval.quorum}${given === '' ? '' : ` (${given})`}`,
      style,
    ),
    fact('expires', `${clock(approval.expiresAt)}; then a person must fix it by hand`, style),
  ];
};

const stepLines = ({ state, manualSteps }: CaseJson, style: Style): readonly string[] =>
  state !== 'needs-human'
    ? []
    : [
        '',
        style.bold('What to do'),
        ...(manualSteps.length === 0
          ? ['  selfheal knows no steps for this rule: look at the resource and at what the rule asks for.']
          : manualSteps.map((step, index) => `  ${index + 1}. ${safe(step)}`)),
      ];

const timelineLines = ({ timeline, timelineDropped }: CaseJson, style: Style): readonly string[] => [
  ...timeline.flatMap((entry) => entryLines(entry, style)),
  ...(timelineDropped > 0 ? [`  (${timelineDropped} entries in the middle are no longer kept)`] : []),
];

const entryLines = ({ at, who, what, why, state }: TimelineEntry, style: Style): readonly string[] => [
  `  ${style.dim(clock(at))}  ${safe(what).replaceAll('-', ' ')}, by ${safe(who)} ${style.dim('→')} ${paintState(state, style)}`,
  ...(why === '' ? [] : [`  ${' '.repeat(CLOCK_CHARS)}  ${style.dim(safe(why))}`]),
];

const CLOCK_CHARS = 20;
const NAME_CHARS = 14;

const fact = (name: string, value: string, style: Style): string =>
  `  ${style.dim(safe(name, 60).padEnd(NAME_CHARS))} ${safe(value)}`;

/** @example clock('2026-11-21T02:00:00.123Z') // '2026-11-21 02:00:00Z' */
export const clock = (at: string): string => safe(at.replace('T', ' ').replace(/\.\d+Z$/, 'Z'), 40);
