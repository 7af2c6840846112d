/**
 * A gate's verdict as JUnit XML: a suite for each lane with a testcase for each rule, and one for the gate itself. A
 * failure was judged and is not enough, an error could not be judged; what the score allows is neither.
 */
import type { Doubt, GateLine, GateVerdict } from '../../../domain/compliance/gate.ts';
import { laneId } from '../../../domain/finding.ts';
import { attribute, escaped } from '../junit.ts';
import { type GateTold, headline, whereOf } from './words.ts';

export const gateJunit = ({ verdict }: Pick<GateTold, 'verdict'>): string => {
  const isLow = verdict.reasons.some(({ code }) => code === 'score-low');
  const suites = [
    suite('gate', [gateCase(verdict)]),
    ...verdict.lanes.map((lane) =>
      suite(
        laneId(lane),
        verdict.lines
          .filter((line) => laneId(line.lane) === laneId(lane))
          .map((line) => lineCase(line, isLow)),
      ),
    ),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="selfheal gate" ${totals(suites.flatMap(({ cases }) => cases))}>`,
    ...suites.map(
      ({ name, cases }) =>
        `  <testsuite name="${attribute(name)}" ${totals(cases)} skipped="${of('skipped', cases)}">\n${cases.map(({ xml }) => xml).join('')}  </testsuite>`,
    ),
    '</testsuites>',
    '',
  ].join('\n');
};

type Kind = 'passed' | 'failure' | 'error' | 'skipped';

interface Testcase {
  readonly kind: Kind;
  readonly xml: string;
}

const suite = (name: string, cases: readonly Testcase[]) => ({ name, cases });

const totals = (cases: readonly Testcase[]): string =>
  `tests="${cases.length}" failures="${of('failure', cases)}" errors="${of('error', cases)}" time="0"`;

const of = (wanted: Kind, cases: readonly Testcase[]): number =>
  cases.filter(({ kind }) => kind === wanted).length;

const gateCase = (verdict: GateVerdict): Testcase => {
  const name = `score at least ${verdict.minScore.text}`;
  const says = headline(verdict);
  switch (verdict.outcome) {
    case 'passed':
      return testcase('gate', name, 'passed', says, '');
    case 'not-passed':
      return testcase('gate', name, 'failure', says, doubtText(verdict.reasons));
    default:
      return testcase('gate', name, 'error', says, doubtText(verdict.reasons));
  }
};

const lineCase = (line: GateLine, isLow: boolean): Testcase => {
  const { rule, lane, standing, why, doubts } = line;
  const at = laneId(lane);
  switch (standing) {
    case 'unread':
      return testcase(at, rule, 'error', why, doubtText(doubts));
    case 'failing':
      return testcase(at, rule, 'failure', why, doubtText(doubts));
    case 'non-compliant':
      return testcase(at, rule, isLow ? 'failure' : 'passed', why, resourceText(line));
    case 'compliant':
      return testcase(at, rule, 'passed', why, '');
    default:
      return testcase(at, rule, 'skipped', why, '');
  }
};

const testcase = (at: string, name: string, kind: Kind, why: string, text: string): Testcase => {
  const head = `    <testcase classname="${attribute(at)}" name="${attribute(name)}" time="0">`;
  const inside =
    kind === 'passed'
      ? `<system-out>${escaped([why, text].filter((part) => part !== '').join('\n'))}</system-out>`
      : kind === 'skipped'
        ? `<skipped message="${attribute(why)}"/>`
        : `<${kind} message="${attribute(why)}" type="${kind === 'error' ? 'not-judged' : 'not-passed'}">${escaped(text)}</${kind}>`;
  return { kind, xml: `${head}\n      ${inside}\n    </testcase>\n` };
};

const doubtText = (doubts: readonly Doubt[]): string =>
  doubts.map((doubt) => `${doubt.code}: ${whereOf(doubt)}: ${doubt.why}\n  ${doubt.mend}`).join('\n');

const resourceText = ({ nonCompliant, counts }: GateLine): string => {
  const named = nonCompliant.slice(0, RESOURCES_MAX).map(({ type, id }) => `${type} ${id}`);
  const more = counts.nonCompliant - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
};

const RESOURCES_MAX = 50;
