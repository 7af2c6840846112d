/** A lane that was asked for in several parts, as one again. */
import type { LaneCompliance, RuleCompliance } from './lane-compliance.ts';

/** Of a rule that was told twice the one with trouble stands; so does any doubt about the lane. */
export const mergeLane = (parts: readonly [LaneCompliance, ...LaneCompliance[]]): LaneCompliance => {
  const [first] = parts;
  const rules = new Map<string, RuleCompliance>();
  for (const rule of parts.flatMap((part) => part.rules))
    if (rules.get(rule.name)?.trouble === undefined) rules.set(rule.name, rule);
  const troubles = new Map(
    parts.flatMap((part) => part.troubles).map((trouble) => [JSON.stringify(trouble), trouble] as const),
  );
  return {
    lane: first.lane,
    readAt: parts.map(({ readAt }) => readAt).toSorted()[0] ?? first.readAt,
    via: parts.some(({ via }) => via === 'aggregator') ? 'aggregator' : 'account',
    recorder: parts.find(({ recorder }) => recorder.state !== 'recording')?.recorder ?? first.recorder,
    rules: [...rules.values()].sort((left, right) => (left.name < right.name ? -1 : 1)),
    unread: [...new Set(parts.flatMap(({ unread }) => unread))].filter((name) => !rules.has(name)).sort(),
    troubles: [...troubles.values()],
  };
};
