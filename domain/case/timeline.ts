/**
 * The story of a case, bounded: an item may hold 400 KB, and a case that fails for a year must not
 * outgrow it. The beginning, the latest entries and the milestones stay; what falls out in between is counted.
 */
import type { Case, TimelineEntry } from './case.ts';

export const ENTRIES_MAX = 60;
export const FIRST_ENTRIES_KEPT = 10;
export const LATEST_ENTRIES_KEPT = 20;
const WHY_CHARS_MAX = 500;

type Story = Pick<Case, 'timeline' | 'timelineDropped' | 'milestonesDropped'>;

export const appendEntry = (current: Story, entry: TimelineEntry): Story => {
  const timeline = [...current.timeline, { ...entry, why: shortened(entry.why) }];
  const { timelineDropped, milestonesDropped = 0 } = current;
  if (timeline.length <= ENTRIES_MAX) return { timeline, timelineDropped };
  const between = timeline.slice(FIRST_ENTRIES_KEPT, -LATEST_ENTRIES_KEPT);
  const lesser = between.findIndex((each) => !isMilestone(each));
  return {
    timeline: timeline.toSpliced(FIRST_ENTRIES_KEPT + Math.max(0, lesser), 1),
    timelineDropped: timelineDropped + 1,
    ...(lesser < 0 || milestonesDropped > 0
      ? { milestonesDropped: milestonesDropped + (lesser < 0 ? 1 : 0) }
      : {}),
  };
};

const shortened = (why: string): string =>
  why.length <= WHY_CHARS_MAX ? why : `${why.slice(0, WHY_CHARS_MAX - 1)}…`;

/** Reports count by it. */
const isMilestone = ({ what, routed }: TimelineEntry): boolean =>
  routed !== undefined || MILESTONES.has(what);

const MILESTONES: ReadonlySet<string> = new Set([
  'approval-requested',
  'approved',
  'denied',
  'handed-to-human',
  'attempt-intended',
  'attempt-failed',
  'attempt-not-started',
  'attempt-did-not-fix',
  'attempt-stopped',
]);
