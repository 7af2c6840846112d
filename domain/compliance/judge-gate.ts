/**
 * May a pipeline go on? It may when everything that it asked for was read, is to be relied on, and enough of it is
 * compliant. Each doubt is a reason why not: an error, a lane that could not be read, a rule without a result.
 */
import { laneId } from '../finding.ts';
import type { Doubt, GateAsked, GateLine, GateSeen, GateVerdict } from './gate.ts';
import { leftOut, unusedExceptions } from './gate-exceptions.ts';
import { lanesAsked, uncovered } from './gate-lanes.ts';
import {
  absentLines,
  emptyFrameworks,
  notReached,
  undeployedRemarks,
  type WantedRule,
  wantedRules,
} from './gate-rules.ts';
import { doubtfulLine, judgeRule } from './judge-rule.ts';
import { type LaneSeen, laneSeen, type SeenRule } from './lane-seen.ts';
import { asNamed, isMeant, type RuleFacts } from './rule-meant.ts';
import { isAtLeast, isShare, shareText } from './share.ts';

export const judgeGate = (asked: GateAsked, seen: GateSeen, catalog: RuleFacts): GateVerdict => {
  const lanes = lanesAsked(asked, seen.covered);
  const places = lanes.map((lane) => laneSeen(lane, seen.readings));
  const wanted = wantedRules(asked, catalog);
  const all = [
    ...places.flatMap((place) => [...readLines(place, wanted, catalog), ...unreadLines(place, catalog)]),
    ...absentLines(places, wanted, catalog),
  ].toSorted(byLaneAndRule);
  const lines = leftOut(all, asked.except, catalog);
  const score = {
    passed: lines.reduce((total, { passed }) => total + passed, 0),
    judged: lines.reduce((total, { judged }) => total + judged, 0),
  };
  const doubts = [
    ...uncovered(asked, seen, lanes),
    ...places.flatMap((place) => place.doubts),
    ...emptyFrameworks(asked, places, catalog),
    ...lines.flatMap((line) => line.doubts),
  ];
  const reasons = distinct([...doubts, ...scoreDoubts(score, asked, doubts)]).toSorted(inOrder);
  return {
    outcome: outcomeOf(reasons),
    score,
    minScore: asked.minScore,
    reasons,
    lines,
    lanes,
    remarks: [...undeployedRemarks(asked, places, catalog), ...unusedExceptions(all, asked.except, catalog)],
  };
};

const outcomeOf = (reasons: readonly Doubt[]): GateVerdict['outcome'] => {
  if (reasons.length === 0) return 'passed';
  return reasons.some(({ kind }) => kind === 'unread') ? 'not-judged' : 'not-passed';
};

const readLines = (
  { lane, doubts, rules }: LaneSeen,
  wanted: readonly WantedRule[],
  catalog: RuleFacts,
): readonly GateLine[] => {
  const byName = new Map<string, [SeenRule, ...SeenRule[]]>();
  for (const rule of rules) {
    if (!wanted.some(({ names }) => isMeant(names, rule))) continue;
    const known = byName.get(rule.name);
    if (known === undefined) byName.set(rule.name, [rule]);
    else known.push(rule);
  }
  return [...byName.values()].map((readings) => judgeRule(lane, doubts, readings, catalog));
};

/** Only what was asked for is told as unread, so there is no need to know who asked for it. */
const unreadLines = ({ lane, doubts, unread }: LaneSeen, catalog: RuleFacts): readonly GateLine[] =>
  unread.map((rule) => doubtfulLine(lane, asNamed(rule, catalog), [...doubts, notReached(lane, rule)]));

const byLaneAndRule = (left: GateLine, right: GateLine): number => {
  const [one, other] = [keyOf(left), keyOf(right)];
  return one < other ? -1 : Number(one > other);
};

const keyOf = ({ lane, plainName, rule }: GateLine): string =>
  JSON.stringify([laneId(lane), plainName, rule]);

const scoreDoubts = (
  { passed, judged }: GateVerdict['score'],
  { minScore }: Pick<GateAsked, 'minScore'>,
  /** What is known already. */
  doubts: readonly Doubt[],
): readonly Doubt[] => {
  if (!isShare(minScore))
    return [
      {
        kind: 'failing',
        code: 'bad-minimum',
        why: `"${minScore.text}" is no minimum`,
        mend: 'Give one from 0 to 1, such as 0.95.',
      },
    ];
  if (judged === 0 && doubts.length > 0) return [];
  if (judged === 0)
    return [
      {
        kind: 'failing',
        code: 'nothing-judged',
        why: 'nothing was judged: of nothing nothing is compliant',
        mend: 'Name rules that judge something in these lanes.',
      },
    ];
  if (isAtLeast(passed, judged, minScore)) return [];
  const digits = minScore.text.length;
  return [
    {
      kind: 'failing',
      code: 'score-low',
      why: `the score is ${shareText(passed, judged, digits)} (${passed} of ${judged}), less than ${minScore.text}`,
      mend: 'Mend what is not compliant: selfheal cases tells what is done about it.',
    },
  ];
};

/** The same doubt about a lane stands behind each of its rules. */
const distinct = (doubts: readonly Doubt[]): readonly Doubt[] => [
  ...new Map(
    doubts.map((doubt) => [
      JSON.stringify([doubt.code, doubt.lane && laneId(doubt.lane), doubt.rule, doubt.why]),
      doubt,
    ]),
  ).values(),
];

/** What could not be read first, since it may explain the rest; the score last, since it is of what was read. */
const inOrder = (left: Doubt, right: Doubt): number => {
  const [one, other] = [orderOf(left), orderOf(right)];
  return one < other ? -1 : Number(one > other);
};

const orderOf = ({ kind, code, lane, rule = '', why }: Doubt): string =>
  JSON.stringify([
    kind === 'unread' ? 0 : code === 'score-low' ? 2 : 1,
    lane === undefined ? '' : laneId(lane),
    rule,
    code,
    why,
  ]);
