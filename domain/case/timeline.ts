/**
 * The story of a case, bounded: an item may hold 400 KB, and a case that fails for a year must not
 * outgrow it. The beginning and the latest entries stay; what falls out in between is counted.
 */
import type { Case, TimelineEntry } from './case.ts';

const ENTRIES_MAX = 60;
const FIRST_ENTRIES_KEPT = 10;
const WHY_CHARS_MAX = 500;

export const appendEntry = (
  current: Pick<Case, 'timeline' | 'timelineDropped'>,
  entry: TimelineEntry,
): Pick<Case, 'timeline' | 'timelineDropped'> => {
  const timeline = [...current.timeline, { ...entry, why: shortened(entry.why) }];
  const surplus = timeline.length - ENTRIES_MAX;
  if (surplus <= 0) return { timeline, timelineDropped: current.timelineDropped };
  return {
    timeline: [...timeline.slice(0, FIRST_ENTRIES_KEPT), ...timeline.slice(FIRST_ENTRIES_KEPT + surplus)],
    timelineDropped: current.timelineDropped + surplus,
  };
};

const shortened = (why: string): string =>
  why.length <= WHY_CHARS_MAX ? why : `${why.slice(0, WHY_CHARS_MAX - 1)}…`;
