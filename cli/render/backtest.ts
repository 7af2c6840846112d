/** What another policy would have done, for the person who is about to publish it. */
import {
  type Backtest,
  type BacktestGroup,
  type Decided,
  ENDINGS,
  type Ending,
  evidenceOf,
  VERDICTS,
  type Verdict,
} from '../../domain/preview/backtest.ts';
import { grouped } from '../../domain/preview/previewed.ts';
import { type Style, safe } from '../io.ts';
import { counted } from './plan.ts';

export interface BacktestAnswer extends Backtest {
  readonly since: string | null;
  /** False when not all cases could be read in time. */
  readonly complete: boolean;
}

export const backtestText = (told: BacktestAnswer, style: Style): string =>
  [
    ...groupLines(told.groups, style),
    ...evidenceLines(told.groups, style),
    ...tagLines(told),
    `${counted(told.cases, 'case')} since ${safe(told.since ?? 'the beginning')}, decided again by policy ${safe(told.policyVersion)}. Nothing was changed.`,
    style.bold(verdictLine(told)),
    ...(told.complete ? [] : [style.red(INCOMPLETE)]),
    '',
  ].join('\n');

export const INCOMPLETE =
  'NOT ALL cases were read: there was no time for more. Narrow it with --since, --rule or --account.';

/** @example 'Would have run by itself: +120 (now 300); would have been asked: -80 (now 20); 200 of 500 cases differ.' */
export const verdictLine = ({ verdicts, changed, cases }: Backtest): string => {
  const moved = VERDICTS.flatMap((verdict) => {
    const { before, after } = verdicts[verdict];
    return before === after
      ? []
      : [`${WORDS[verdict]}: ${signed(after - before)} (${grouped(before)} -> ${grouped(after)})`];
  });
  const differ = `${grouped(changed)} of ${counted(cases, 'case')} would have been decided otherwise`;
  return moved.length === 0 ? `${differ}.` : `Would have ${moved.join('; ')}; ${differ}.`;
};

const WORDS: Readonly<Record<Verdict, string>> = {
  runs: 'run by itself',
  asks: 'asked',
  observes: 'only observed',
  'left-to-people': 'been left to people',
  exempt: 'been exempt',
};

const signed = (count: number): string => (count > 0 ? `+${grouped(count)}` : `-${grouped(-count)}`);

const groupLines = (groups: readonly BacktestGroup[], style: Style): readonly string[] => {
  if (groups.length === 0) return [];
  const shown = groups.slice(0, GROUPS_SHOWN);
  return [
    ...shown.flatMap(({ rule, account, from, to, cases, doubtful, examples }) => [
      `${grouped(cases).padStart(6)}  ${style.bold(safe(rule))} in ${safe(account)}`,
      `        ${sideText(from)}`,
      `     -> ${sideText(to)}${doubtful === 0 ? '' : style.yellow(`  (${grouped(doubtful)} depend on tags that were not recorded)`)}`,
      style.dim(
        `        e.g. ${examples.map(({ caseId, resourceId }) => `${safe(resourceId, 60)} (${safe(caseId)})`).join(', ')}`,
      ),
    ]),
    ...(groups.length > shown.length
      ? [`        and ${counted(groups.length - shown.length, 'group')} more: --json`]
      : []),
    '',
  ];
};

const GROUPS_SHOWN = 30;

const sideText = ({ verdict, entry, severity, runbook }: Decided): string =>
  `${verdict} by "${safe(entry)}", ${severity}${runbook === null ? '' : `, ${safe(runbook)}`}`;

const evidenceLines = (groups: readonly BacktestGroup[], style: Style): readonly string[] => {
  const { cases, approved, ended } = evidenceOf(groups);
  if (cases === 0) return [];
  return [
    style.bold(`How the ${counted(cases, 'case')} really ended that would newly have run by themselves`),
    `  ${ENDINGS.flatMap((ending) => (ended[ending] ? [`${grouped(ended[ending])} ${ENDED[ending]}`] : [])).join(', ')}; ${grouped(approved)} had been approved by people`,
    '',
  ];
};

const ENDED: Readonly<Record<Ending, string>> = {
  healed: 'healed',
  failed: 'failed',
  denied: 'denied by a person',
  'self-resolved': 'compliant without selfheal',
  'closed-by-human': 'closed by a person',
  exempt: 'exempt',
  'left-to-people': 'left to people',
  open: 'still open',
};

const tagLines = ({ doubtful, cases }: Backtest): readonly string[] =>
  doubtful === 0
    ? []
    : [
        `${grouped(doubtful)} of ${counted(cases, 'decision')} depend on tags that no policy looked at when the case was decided, so that they were not recorded; they were decided as though the resource had none of them.`,
        '',
      ];
