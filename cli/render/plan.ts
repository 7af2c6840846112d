/** A plan, for the person who wants to know what would happen before it does. */
import type { ChangeKind, PolicyDifference } from '../../domain/preview/compare-policies.ts';
import type { FindingGroup, Reason } from '../../domain/preview/group-findings.ts';
import {
  type ActionCounts,
  grouped,
  type PreviewAction,
  type PreviewedFinding,
  planLine,
} from '../../domain/preview/previewed.ts';
import { dayMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import { type Io, type Style, safe } from '../io.ts';
import type { PlanJson } from '../plan/plan-json.ts';
import { type Column, table } from './table.ts';

export const planText = (plan: PlanJson, io: Pick<Io, 'columns' | 'style'>): string => {
  const { style } = io;
  return [
    ...unreadLines(plan, style),
    ...doubtLines(plan, style),
    ...(plan.groups.length === 0
      ? []
      : [table(groupColumns(style, plan.counts), plan.groups, io.columns), '']),
    ...reasonLines(plan.reasons, style),
    ...detailLines(plan.detail, io),
    ...estimateLines(plan, style),
    ...(plan.differences === undefined ? [] : differenceLines(plan.differences, style)),
    ...(plan.findings === 0 && plan.whole ? [nothingLine(plan), ''] : []),
    madeLine(plan),
    style.bold(planLine(plan.counts)),
    ...(plan.whole ? [] : [style.red(notWhole(plan))]),
    '',
  ].join('\n');
};

/** Of what was not asked for, nothing is said. */
const nothingLine = ({ scope: { rules, accounts, regions } }: PlanJson): string => {
  const of = rules.length === 0 ? '' : ` of ${rules.map((rule) => safe(rule)).join(', ')}`;
  const where = [...accounts, ...regions].map((name) => safe(name)).join(', ');
  return `Config reports nothing${of} as NON_COMPLIANT${where === '' ? '' : ` in ${where}`}.`;
};

const madeLine = ({ madeAt, policyVersion, policySequence, lanes, findings }: PlanJson): string =>
  `Made at ${safe(madeAt)} by policy ${safe(policyVersion)}${policySequence > 0 ? `, published as version ${policySequence}` : ''}: ${counted(findings, 'finding')} in ${counted(lanes.length, 'lane')}. Nothing was changed.`;

export const notWhole = ({ unread, counts }: Pick<PlanJson, 'unread' | 'counts'>): string => {
  const lacks = [
    ...(unread.length === 0 ? [] : [`${counted(unread.length, 'thing')} could not be read`]),
    ...(counts.unknown === 0
      ? []
      : [`of ${counted(counts.unknown, 'finding')} nobody can say what would happen`]),
  ];
  return `The plan is NOT WHOLE: ${lacks.join(', and ')}.`;
};

const unreadLines = ({ unread }: PlanJson, style: Style): readonly string[] =>
  unread.length === 0
    ? []
    : [
        style.red(style.bold('NOT IN THIS PLAN')),
        ...unread.map(
          ({ lane, rule, reason }) =>
            `  ${[lane, rule].flatMap((each) => (each === undefined ? [] : [safe(each)])).join(', ') || 'everything'}: ${safe(reason)}`,
        ),
        '',
      ];

const doubtLines = ({ doubt }: PlanJson, style: Style): readonly string[] =>
  doubt === null ? [] : [style.red(`No policy can be trusted, so nothing would be done: ${safe(doubt)}`), ''];

const COUNTED: readonly (readonly [PreviewAction, string])[] = [
  ['run', 'RUN'],
  ['approve', 'APPROVE'],
  ['held', 'HELD'],
  ['exempt', 'EXEMPT'],
  ['observe', 'OBSERVE'],
  ['needs-human', 'HUMAN'],
  ['at-work', 'AT WORK'],
  ['settled', 'SETTLED'],
  ['unknown', 'UNKNOWN'],
];

/** A column of nothing but zeros says nothing, but for the first, which is what everybody looks for. */
const groupColumns = (style: Style, counts: ActionCounts): readonly Column<FindingGroup>[] => [
  { title: 'RULE', value: ({ rule }) => safe(rule), widthMin: 24 },
  { title: 'ACCOUNT', value: ({ account }) => safe(account) },
  ...COUNTED.filter(([action]) => action === 'run' || counts[action] > 0).map(
    ([action, title]): Column<FindingGroup> => ({
      title,
      value: (group) => (group.counts[action] === 0 ? '.' : grouped(group.counts[action])),
      paint: (text, group) =>
        group.counts[action] === 0 ? style.dim(text) : paintAction(action, text, style),
    }),
  ),
  {
    title: 'DISRUPTION',
    value: ({ worstDisruption }) => worstDisruption ?? '',
    paint: (text, { worstDisruption }) =>
      worstDisruption === 'destructive' || worstDisruption === 'high' ? style.red(text) : text,
    leaveOut: 2,
  },
  { title: 'RUNBOOK', value: ({ runbooks }) => safe(runbooks.join(', ')), widthMin: 16, leaveOut: 1 },
];

const paintAction = (action: PreviewAction, text: string, style: Style): string => {
  switch (action) {
    case 'run':
    case 'at-work':
      return style.green(text);
    case 'approve':
    case 'held':
      return style.yellow(text);
    case 'needs-human':
    case 'unknown':
      return style.red(text);
    default:
      return text;
  }
};

const HEADINGS: readonly (readonly [PreviewAction, string])[] = [
  ['unknown', 'Unknown: nothing would be done'],
  ['held', 'Held now'],
  ['approve', 'Asked for'],
  ['needs-human', 'Needs a human'],
  ['settled', 'Settled by a person'],
  ['exempt', 'Exempt'],
];

const reasonLines = (reasons: readonly Reason[], style: Style): readonly string[] =>
  HEADINGS.flatMap(([action, heading]) => {
    const those = reasons.filter((reason) => reason.action === action);
    if (those.length === 0) return [];
    const shown = those.slice(0, REASONS_MAX);
    return [
      style.bold(heading),
      ...shown.map(
        ({ findings, check, why, examples }) =>
          `  ${grouped(findings).padStart(5)}  ${check === undefined ? '' : `${check}: `}${safe(why)} ${style.dim(`(${exampleText(examples, findings)})`)}`,
      ),
      ...(those.length > shown.length
        ? [`         and ${counted(those.length - shown.length, 'reason')} more: --detail`]
        : []),
      '',
    ];
  });

const REASONS_MAX = 8;

const exampleText = (examples: readonly string[], inAll: number): string =>
  `${examples.map((each) => safe(each, EXAMPLE_CHARS_MAX)).join(', ')}${inAll > examples.length ? ', …' : ''}`;

const EXAMPLE_CHARS_MAX = 60;

const detailLines = (
  detail: readonly PreviewedFinding[] | undefined,
  io: Pick<Io, 'columns' | 'style'>,
): readonly string[] =>
  detail === undefined || detail.length === 0
    ? []
    : [io.style.bold('Every finding'), table(DETAIL, detail, io.columns), ''];

const DETAIL: readonly Column<PreviewedFinding>[] = [
  { title: 'WOULD', value: ({ now }) => now.action },
  { title: 'RESOURCE', value: ({ finding }) => safe(finding.resourceId), widthMin: 20 },
  { title: 'RULE', value: ({ finding }) => safe(finding.ruleIdentifier ?? finding.rule), widthMin: 16 },
  { title: 'ACCOUNT', value: ({ finding }) => safe(finding.account) },
  { title: 'REGION', value: ({ origin }) => safe(origin.region), leaveOut: 2 },
  { title: 'ENTRY', value: ({ now }) => safe(now.entry), widthMin: 10, leaveOut: 1 },
  { title: 'PLAN', value: ({ now }) => now.planned?.planHash.slice(0, 12) ?? '', leaveOut: 3 },
  {
    title: 'WHY',
    value: ({ now }) => safe([now.why, ...now.objections.slice(1).map(({ reason }) => reason)].join('; ')),
    widthMin: 20,
    leaveOut: 4,
  },
];

const estimateLines = ({ estimate: { runs, dollars, automationSteps, runtime } }: PlanJson, style: Style) =>
  runtime === null
    ? []
    : [
        style.bold('If everything runs, what is asked for included'),
        `  ${counted(runs, 'run')}, about ${runtimeText(runtime.usualMs)} if a run takes a minute, at most ${runtimeText(runtime.longestMs)} if each takes its longest (${safe(runtime.slowest)} sets the pace)`,
        `  about $${dollars.toFixed(2)} for ${grouped(automationSteps)} automation steps`,
        '',
      ];

/** @example runtimeText(5_430_000) // '1 h 31 min' */
export const runtimeText = (ms: number): string => {
  if (ms < 2 * minuteMs) return `${Math.ceil(ms / secondMs)} s`;
  const minutes = Math.ceil(ms / minuteMs);
  if (ms < 2 * hourMs) return `${minutes} min`;
  const hours = Math.floor((minutes * minuteMs) / hourMs);
  if (ms < 2 * dayMs) return `${hours} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
  return `${Math.ceil(hours / 24)} days`;
};

const CHANGES: Readonly<Record<ChangeKind, string>> = {
  'newly-runs': 'would newly run by itself',
  'runs-no-longer': 'would run by itself no longer',
  'newly-asks': 'would newly be asked for',
  'asks-no-longer': 'would be asked for no longer',
  'other-plan': 'would run another runbook, or with other parameters',
  'other-outcome': 'would end up otherwise',
};

const differenceLines = (differences: readonly PolicyDifference[], style: Style): readonly string[] => {
  if (differences.length === 0) return [style.bold('The other policy would do the same.'), ''];
  const kinds = [...new Set(differences.map(({ kind }) => kind))];
  return [
    style.bold('By the other policy'),
    ...kinds.flatMap((kind) => {
      const those = differences.filter((one) => one.kind === kind);
      const total = those.reduce((sum, { findings }) => sum + findings, 0);
      return [
        `  ${style.bold(grouped(total))} ${CHANGES[kind]}`,
        ...those.map(
          ({ rule, account, from, to, findings, examples }) =>
            `    ${grouped(findings).padStart(5)}  ${safe(rule)} in ${safe(account)}: ${sideText(from)} -> ${sideText(to)} ${style.dim(`(${exampleText(examples, findings)})`)}`,
        ),
      ];
    }),
    '',
  ];
};

const sideText = ({ entry, action, runbook }: PolicyDifference['from']): string =>
  `${action} by "${safe(entry)}"${runbook === undefined ? '' : ` (${safe(runbook)})`}`;

export const counted = (count: number, what: string): string =>
  `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
