/** What SSM saw, for counting: did anybody break a quota, start twice, or work on one resource at once? */
import type { World } from '../../service.ts';
import { resourceKey } from '../../world/resource.ts';
import { type Execution, executions, laneOf } from './execution.ts';

export interface LaneHistory {
  readonly lane: string;
  /** Times of all accepted starts, in ms, in order. */
  readonly startsMs: readonly number[];
  /** Shortest time between two starts, in ms; absent with fewer than two. */
  readonly startGapMsMin?: number;
  /** Most executions running at once. */
  readonly runningMax: number;
}

export interface Overlap {
  /** `account/region/type/id`. */
  readonly resource: string;
  readonly executionIds: readonly [string, string];
}

export interface ExecutionHistory {
  readonly executions: readonly Execution[];
  readonly lanes: readonly LaneHistory[];
  /** Executions by ClientToken: more than one for a token is a double start. */
  readonly executionsByToken: Readonly<Record<string, number>>;
  /** Pairs of executions that worked on one resource at the same time. */
  readonly overlaps: readonly Overlap[];
}

export const executionHistory = (world: World): ExecutionHistory => {
  const all = [...executions(world).values()].sort((a, b) => a.number - b.number);
  const byLane = groupBy(all, laneOf);
  const byToken = groupBy(
    all.filter((execution) => execution.clientToken !== undefined),
    (execution) => execution.clientToken ?? '',
  );
  const byResource = groupBy(all, (execution) => resourceKey(execution.target));
  return {
    executions: all,
    lanes: [...byLane].map(([lane, inLane]) => laneHistory(lane, inLane)),
    executionsByToken: Object.fromEntries([...byToken].map(([token, started]) => [token, started.length])),
    overlaps: [...byResource].flatMap(([resource, onIt]) => overlapsOn(resource, onIt)),
  };
};

const laneHistory = (lane: string, inLane: readonly Execution[]): LaneHistory => {
  const startsMs = inLane.map((execution) => execution.requestedMs).sort((a, b) => a - b);
  const gaps = startsMs.slice(1).map((ms, index) => ms - (startsMs[index] ?? ms));
  return {
    lane,
    startsMs,
    ...(gaps.length === 0 ? {} : { startGapMsMin: gaps.reduce((least, gap) => Math.min(least, gap)) }),
    runningMax: runningMax(inLane),
  };
};

/** Ends count before starts of the same moment: the place was free. */
const runningMax = (inLane: readonly Execution[]): number => {
  const changes = inLane
    .filter((execution) => execution.runningMs !== undefined)
    .flatMap(({ runningMs = 0, endedMs }) => [
      { ms: runningMs, by: 1 },
      ...(endedMs === undefined ? [] : [{ ms: endedMs, by: -1 }]),
    ])
    .sort((a, b) => a.ms - b.ms || a.by - b.by);
  let running = 0;
  let most = 0;
  for (const { by } of changes) {
    running += by;
    most = Math.max(most, running);
  }
  return most;
};

/** Each execution against the one before it that ends last. */
const overlapsOn = (resource: string, onIt: readonly Execution[]): readonly Overlap[] => {
  const ran = onIt
    .filter((execution) => execution.runningMs !== undefined)
    .sort((a, b) => (a.runningMs ?? 0) - (b.runningMs ?? 0));
  const overlaps: Overlap[] = [];
  let last: Execution | undefined;
  for (const execution of ran) {
    if (last !== undefined && (execution.runningMs ?? 0) < endOf(last))
      overlaps.push({ resource, executionIds: [last.id, execution.id] });
    if (last === undefined || endOf(execution) > endOf(last)) last = execution;
  }
  return overlaps;
};

const endOf = (execution: Execution): number => execution.endedMs ?? Number.POSITIVE_INFINITY;

/** Node 20 has no Map.groupBy. */
const groupBy = <T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
};
