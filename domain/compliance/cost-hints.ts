/** What Config costs without serving any policy entry: an estimate a month, and what could be done about it. */
import { type Lane, laneId } from '../finding.ts';
import type { LaneCompliance } from './lane-compliance.ts';
import type { EvaluatedRule, LaneRecorded, RecordedType } from './lane-recorded.ts';

export interface CostHint {
  readonly kind: 'type' | 'rule';
  /** The resource type, or the rule's plain name. */
  readonly name: string;
  readonly lanes: readonly string[];
  /** Recorded resources of the type, or results of the rule. */
  readonly count: number;
  readonly usdAMonth: number;
  readonly todo: string;
}

export interface CostHints {
  /** The dearest first. */
  readonly hints: readonly CostHint[];
  readonly usdAMonth: number;
  readonly assumptions: readonly string[];
  /** Lanes of which nothing can be said, and why. */
  readonly unread: readonly { readonly lane: string; readonly why: string }[];
}

const CHANGES_A_MONTH = 2;
const DAYS_A_MONTH = 30;
const ITEM_USD = 0.003;
const DAILY_ITEM_USD = 0.012;
const EVALUATION_USD = 0.001;

export const COST_ASSUMPTIONS: readonly string[] = [
  `A configuration item costs $${ITEM_USD} where changes are recorded as they come, and $${DAILY_ITEM_USD} where once a day; an evaluation costs $${EVALUATION_USD} (us-east-1, the first 100,000 a month). Your bill says what you pay.`,
  `Each resource changes ${CHANGES_A_MONTH} times a month: a configuration item each time, and an evaluation by each rule that looks at its type. A periodic rule is evaluated for each of its results each time that it runs, of ${DAYS_A_MONTH} days.`,
];

/** @param compliance of the same lanes: how many results a rule has */
export const costHints = (
  recorded: readonly LaneRecorded[],
  compliance: readonly LaneCompliance[],
): CostHints => {
  const results = new Map(
    compliance.flatMap(({ lane, rules }) =>
      rules.map(({ name, counts }) => [
        `${laneId(lane)} ${name}`,
        counts.compliant + counts.nonCompliant + counts.notApplicable + counts.insufficientData,
      ]),
    ),
  );
  const whole = recorded.filter(({ troubles }) => troubles.length === 0);
  const found = whole.flatMap(({ lane, types, rules }) => [
    ...types.filter(isIdle).map((type) => typeHint(lane, type)),
    ...rules
      .filter(isIdle)
      .map((rule) => ruleHint(lane, rule, results.get(`${laneId(lane)} ${rule.name}`) ?? 0)),
  ]);
  const hints = joined(found.filter(({ usdAMonth }) => usdAMonth > 0));
  return {
    hints,
    usdAMonth: hints.reduce((sum, { usdAMonth }) => sum + usdAMonth, 0),
    assumptions: COST_ASSUMPTIONS,
    unread: recorded.flatMap(({ lane, troubles: [trouble] }) =>
      trouble === undefined
        ? []
        : [
            {
              lane: laneId(lane),
              why: `${trouble.operation} failed with ${trouble.code}: ${trouble.message}`,
            },
          ],
    ),
  };
};

const isIdle = ({ entries }: Pick<RecordedType | EvaluatedRule, 'entries'>): boolean => entries.length === 0;

const typeHint = (lane: Lane, { type, resources, frequency }: RecordedType): CostHint => ({
  kind: 'type',
  name: type,
  lanes: [laneId(lane)],
  count: resources,
  usdAMonth: resources * CHANGES_A_MONTH * (frequency === 'daily' ? DAILY_ITEM_USD : ITEM_USD),
  todo: "Leave it out of the recorder's recording group, or record it daily, unless somebody needs its history or a rule elsewhere looks at it.",
});

const ruleHint = (lane: Lane, { plainName, everyHours }: EvaluatedRule, results: number): CostHint => ({
  kind: 'rule',
  name: plainName,
  lanes: [laneId(lane)],
  count: results,
  usdAMonth:
    results *
    (everyHours === undefined ? CHANGES_A_MONTH : (DAYS_A_MONTH * 24) / everyHours) *
    EVALUATION_USD,
  todo: 'Write a policy entry for it, so that somebody hears of what it finds; or take the rule away, unless a report needs it.',
});

const joined = (hints: readonly CostHint[]): readonly CostHint[] => {
  const byName = new Map<string, CostHint>();
  for (const hint of hints) {
    const key = `${hint.kind} ${hint.name}`;
    const known = byName.get(key);
    byName.set(
      key,
      known === undefined
        ? hint
        : {
            ...known,
            lanes: [...new Set([...known.lanes, ...hint.lanes])],
            count: known.count + hint.count,
            usdAMonth: known.usdAMonth + hint.usdAMonth,
          },
    );
  }
  return [...byName.values()].sort(
    (left, right) => right.usdAMonth - left.usdAMonth || (left.name < right.name ? -1 : 1),
  );
};
