/**
 * Recorders that were in trouble not long ago: a week's report is made when most of them record again, and what
 * happened meanwhile is in no case.
 */
import { laneId } from '../finding.ts';
import { dayMs, plusMs } from '../time.ts';
import type { RecordersSeen, TroubledLately } from './recorder-health.ts';

/**
 * Each lane once, the latest first. A lane that could not be asked is none of them: that may be over in a moment, and
 * its recorder may have recorded all the time.
 *
 * @param before what was kept of the time before
 */
export const troubledLately = (
  before: Pick<RecordersSeen, 'lately'> | undefined,
  { at, troubled }: Pick<RecordersSeen, 'at' | 'troubled'>,
): readonly TroubledLately[] => {
  const now = troubled.flatMap(({ lane, state }): readonly TroubledLately[] =>
    state === 'unknown' || state === 'recording' ? [] : [{ lane, state, lastAt: at }],
  );
  const since = plusMs(at, -KEPT_MS);
  const all = [...(before?.lately ?? []), ...now].filter(({ lastAt }) => lastAt >= since);
  return [...new Map(all.map((one) => [laneId(one.lane), one])).values()]
    .sort((one, other) => (one.lastAt > other.lastAt ? -1 : Number(one.lastAt < other.lastAt)))
    .slice(0, LANES_MAX);
};

/** A week, and a day in which its report may be made. */
const KEPT_MS = 8 * dayMs;
/** As many as are told of those in trouble now. */
const LANES_MAX = 200;
