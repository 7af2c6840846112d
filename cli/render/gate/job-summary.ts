/** A gate's verdict in Markdown, for the summary that GitHub shows of a job. */
import type { Doubt, GateLine } from '../../../domain/compliance/gate.ts';
import { safe } from '../../io.ts';
import { againText, type GateTold, headline, whereOf } from './words.ts';

export const gateSummary = ({ verdict, again }: GateTold): string => {
  const worth = verdict.lines.filter(({ standing }) => standing !== 'compliant');
  const asked = againText(again);
  return [
    `## selfheal gate: ${verdict.outcome === 'passed' ? 'passed' : 'not passed'}`,
    '',
    plain(headline(verdict)),
    '',
    ...verdict.reasons.slice(0, REASONS_MAX).map(reasonItem),
    ...left(verdict.reasons.length - REASONS_MAX, 'reasons'),
    '',
    ...(worth.length === 0 ? [] : lineTable(worth.slice(0, LINES_MAX))),
    ...left(worth.length - LINES_MAX, 'lines'),
    '',
    `${verdict.lines.length - worth.length} of ${verdict.lines.length} lines are compliant.`,
    ...verdict.remarks.map((remark) => `\nNote: ${plain(remark)}`),
    ...(asked === undefined ? [] : [`\n${plain(asked)}`]),
    '',
    '',
  ].join('\n');
};

const reasonItem = (reason: Doubt): string =>
  `- **${plain(whereOf(reason))}**: ${plain(reason.why)}. ${plain(reason.mend)}`;

const lineTable = (lines: readonly GateLine[]): readonly string[] => [
  '| result | rule | account | Region | passed | why |',
  '| --- | --- | --- | --- | --- | --- |',
  ...lines.map(
    ({ standing, rule, lane, passed, judged, why }) =>
      `| ${[standing, plain(rule), lane.account, lane.region, `${passed} of ${judged}`, plain(why)].join(' | ')} |`,
  ),
];

const left = (count: number, what: string): readonly string[] =>
  count > 0 ? ['', `${count} more ${what} are in the job's log.`] : [];

/** A rule may have any name: none of it is Markdown, HTML or a link. */
const plain = (text: string): string => safe(text, 1_000).replaceAll(/[!-/:-@[-`{-~]/g, '\\$&');

const REASONS_MAX = 30;
const LINES_MAX = 100;
