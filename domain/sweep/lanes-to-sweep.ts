/** Which lanes a sweep looks at, and in which order: always the same one, begun where the last sweep ended. */
import { type Lane, laneId } from '../finding.ts';
import { isInScope, namedLanes, type SweepScope } from './sweep-order.ts';
import type { GatheredLane } from './sweep-source.ts';

export interface LaneSources {
  readonly gathered: readonly GatheredLane[];
  /** Known otherwise: asked themselves, unless an aggregator gathers from them. */
  readonly others: readonly Lane[];
  readonly only?: SweepScope;
  /** The id of the lane with which to begin: an earlier sweep did not come so far. */
  readonly beginAt?: string;
}

export const lanesToSweep = ({ gathered, others, only, beginAt }: LaneSources): readonly GatheredLane[] => {
  const named = only === undefined ? [] : namedLanes(only);
  const all = new Map<string, GatheredLane>();
  for (const lane of [...others, ...named]) all.set(laneId(lane), { lane });
  for (const each of gathered) all.set(laneId(each.lane), each);
  const sorted = [...all]
    .filter(([, { lane }]) => isInScope(lane, only ?? {}))
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const first = beginAt === undefined ? -1 : sorted.findIndex(([id]) => id >= beginAt);
  const ordered = first <= 0 ? sorted : [...sorted.slice(first), ...sorted.slice(0, first)];
  return ordered.map(([, lane]) => lane);
};
