/**
 * Whether a case is consistent in itself: its story, its state and its sums are written together, so who changes one
 * of them by hand contradicts the others. Each rule of it holds for every case that the machine made.
 */

import { canonicalJson } from '../canonical-json.ts';
import {
  type Case,
  isClosed,
  OPEN_STATES,
  type OpenStateName,
  type StateName,
  type TimelineEntry,
} from '../case/case.ts';
import { TABLE } from '../case/case-machine.ts';
import { routedOf } from '../case/routed.ts';
import { ENTRIES_MAX, FIRST_ENTRIES_KEPT, LATEST_ENTRIES_KEPT } from '../case/timeline.ts';
import { caseId, findingId } from '../finding.ts';
import { epochMs, secondMs } from '../time.ts';

/** What contradicts what, each a sentence; empty for a case that is as selfheal writes them. */
export const inconsistencies = (about: Case): readonly string[] => [
  ...identity(about),
  ...beginning(about),
  ...order(about),
  ...steps(about),
  ...ending(about),
  ...attempts(about),
  ...heads(about),
  ...stays(about),
  ...success(about),
  ...dropped(about),
];

/** The id is a hash of what the case is about. */
const identity = ({ id, findingId: stored, finding, number }: Case): readonly string[] =>
  id === caseId(finding, number) && stored === findingId(finding)
    ? []
    : [`its id belongs to another finding than the one that it names: ${caseId(finding, number)}`];

const beginning = ({ openedAt, timeline: [first] }: Case): readonly string[] => {
  if (first === undefined) return ['its timeline is empty'];
  return [
    ...(first.what === 'reported-non-compliant'
      ? []
      : [`its timeline begins with ${first.what}, and every case begins with reported-non-compliant`]),
    ...(first.at === openedAt ? [] : [`openedAt is ${openedAt}, but its timeline begins at ${first.at}`]),
    ...(OPENINGS.includes(first.state) ? [] : [`it was opened as ${first.state}, which no case is`]),
  ];
};

const order = ({ timeline }: Case): readonly string[] =>
  timeline.flatMap(({ at, what }, n) => {
    const before = timeline[n - 1];
    if (Number.isNaN(epochMs(at))) return [`entry ${n + 1} of its timeline (${what}) has no time: ${at}`];
    return before !== undefined && epochMs(at) < epochMs(before.at) - CLOCKS_DIFFER_MS
      ? [`entry ${n + 1} of its timeline (${what}, ${at}) is older than the one before (${before.at})`]
      : [];
  });

const steps = (about: Case): readonly string[] =>
  about.timeline.flatMap(({ state, what }, n) => {
    const before = about.timeline[n - 1];
    if (before === undefined || isStep(before.state, state)) return [];
    if (mayBeMissing(about, n) && isReachable(before.state, state)) return [];
    return [
      `entry ${n + 1} of its timeline (${what}) goes from ${before.state} to ${state}, which no case does`,
    ];
  });

/** What comes after a closing is told of a case that stays as it is. */
const ending = ({ timeline, state }: Case): readonly string[] => {
  const last = timeline.at(-1);
  if (last === undefined) return [];
  if (last.state !== state.name)
    return [`its state is ${state.name}, but its timeline ends as ${last.state}`];
  if (!isClosed(state)) return [];
  const entry = arrival(timeline);
  return [
    ...(entry?.at === state.closedAt
      ? []
      : [`closedAt is ${state.closedAt}, but its timeline closes it at ${entry?.at}`]),
    ...(state.name === 'denied' && state.decision.who !== entry?.who
      ? [`it was denied by ${entry?.who} in its timeline, and by ${state.decision.who} in its state`]
      : []),
    ...(state.name === 'closed-by-human' && state.who !== entry?.who
      ? [`it was closed by ${entry?.who} in its timeline, and by ${state.who} in its state`]
      : []),
  ];
};

const attempts = (about: Case): readonly string[] => {
  const intended = about.timeline.filter(({ what }) => what === 'attempt-intended').length;
  const missing = about.milestonesDropped ?? 0;
  return intended <= about.attempts && about.attempts <= intended + missing
    ? []
    : [`attempts is ${about.attempts}, but its timeline intends ${intended}`];
};

const heads = (about: Case): readonly string[] => {
  const last = about.timeline.findLast(({ routed }) => routed !== undefined)?.routed;
  if (last === undefined || canonicalJson(last) === canonicalJson(routedOf(about))) return [];
  const told = (value: unknown) => canonicalJson(value).replaceAll('"', '');
  return [`by its timeline it was routed last as ${told(last)}, by itself as ${told(routedOf(about))}`];
};

/** Told by the story alone, where it is whole. */
const stays = ({ timeline, timelineDropped, stays: stored }: Case): readonly string[] => {
  const [first] = timeline;
  if (stored === undefined || first?.routed === undefined || timelineDropped > 0) return [];
  const told: Partial<Record<StateName, number>> = {};
  let { at: since, state } = first;
  for (const entry of timeline) {
    if (entry.state === state) continue;
    told[state] = (told[state] ?? 0) + Math.max(0, epochMs(entry.at) - epochMs(since));
    ({ at: since, state } = entry);
  }
  return [
    ...OPEN_STATES.flatMap((name) =>
      (told[name] ?? 0) === (stored.ms[name] ?? 0)
        ? []
        : [`it was ${name} for ${stored.ms[name] ?? 0} ms, by its timeline for ${told[name] ?? 0} ms`],
    ),
    ...(since === stored.since
      ? []
      : [`it is ${state} since ${stored.since}, by its timeline since ${since}`]),
  ];
};

/** Invariant 10: resolved means that SSM succeeded, and that a verdict after that run says COMPLIANT. */
const success = (about: Case): readonly string[] => {
  const { state, newestEvaluation, timeline, timelineDropped } = about;
  if (state.name !== 'resolved') return [];
  const intended = timeline.findLastIndex(({ what }) => what === 'attempt-intended');
  const succeeded = timeline.findLastIndex(({ what }) => what === 'attempt-succeeded');
  return [
    ...(state.attempt === about.attempts
      ? []
      : [`attempt ${state.attempt} resolved it, but there were ${about.attempts}`]),
    ...(intended >= 0 && (succeeded > intended || timelineDropped > 0)
      ? []
      : ['it is resolved, but its timeline has no attempt that succeeded']),
    ...(state.verdictRecordedAt > state.runEndedAt
      ? []
      : [
          `its verdict of ${state.verdictRecordedAt} is not from after its run ended, at ${state.runEndedAt}`,
        ]),
    ...(newestEvaluation.compliance === 'COMPLIANT' && newestEvaluation.recordedAt === state.verdictRecordedAt
      ? []
      : [
          `it is resolved, but Config said last ${newestEvaluation.compliance}, recorded at ${newestEvaluation.recordedAt}`,
        ]),
  ];
};

/** Nothing is dropped from a story that has room. */
const dropped = ({ timeline, timelineDropped, milestonesDropped = 0 }: Case): readonly string[] => {
  if (timeline.length > ENTRIES_MAX)
    return [`its timeline has ${timeline.length} entries, and none has more than ${ENTRIES_MAX}`];
  if (timelineDropped > 0 && timeline.length < ENTRIES_MAX)
    return [`${timelineDropped} entries were dropped from its timeline, which has room for them`];
  return milestonesDropped > timelineDropped
    ? [`of ${timelineDropped} entries that were dropped, ${milestonesDropped} are said to count`]
    : [];
};

/** The entry that brought the state in which the timeline ends. */
const arrival = (timeline: readonly TimelineEntry[]): TimelineEntry | undefined => {
  const last = timeline.at(-1)?.state;
  return timeline[timeline.findLastIndex(({ state }) => state !== last) + 1];
};

/** Between an entry and the one before it; the beginning of a story and its end are never thinned out. */
const mayBeMissing = ({ timeline, timelineDropped }: Case, n: number): boolean =>
  timelineDropped > 0 && n >= FIRST_ENTRIES_KEPT && n <= timeline.length - LATEST_ENTRIES_KEPT;

/** By the table of the case machine: whichever observation it takes. */
const isStep = (from: StateName, to: StateName): boolean => from === to || NEXT[from].has(to);

const isReachable = (from: StateName, to: StateName): boolean => {
  const reached = new Set<StateName>([from]);
  for (const state of reached) for (const next of NEXT[state]) reached.add(next);
  return reached.has(to);
};

const nextOf = (name: OpenStateName): ReadonlySet<StateName> =>
  new Set(Object.values(TABLE[name]).flatMap(({ to }) => to));

const NEXT: Readonly<Record<StateName, ReadonlySet<StateName>>> = {
  observing: nextOf('observing'),
  held: nextOf('held'),
  'awaiting-approval': nextOf('awaiting-approval'),
  queued: nextOf('queued'),
  starting: nextOf('starting'),
  running: nextOf('running'),
  verifying: nextOf('verifying'),
  'needs-human': nextOf('needs-human'),
  resolved: new Set(),
  'self-resolved': new Set(),
  suppressed: new Set(),
  denied: new Set(),
  'closed-by-human': new Set(),
};

/** Opening a case routes it as a change of policy does. */
const OPENINGS: readonly StateName[] = TABLE.observing.assessed?.to ?? [];

/** The entries of one case are written by several functions. */
const CLOCKS_DIFFER_MS = 5 * secondMs;
