/**
 * What a report needs of a case, and nothing else: when it moved from where to where, and under which heads it is
 * counted. A row is made of the case alone, so what is counted can be counted again.
 */
import type { Case, ClosedState, OpenStateName, TimelineEntry } from '../case/case.ts';
import { isClosed } from '../case/case.ts';
import { type Routed, routedOf } from '../case/routed.ts';
import { plainRuleName } from '../finding.ts';
import type { Instant } from '../time.ts';

export interface CaseRow {
  readonly id: string;
  readonly findingId: string;
  readonly account: string;
  /** Of the finding: a Region, or `global`. */
  readonly region: string;
  /** Source identifier where AWS owns the rule, else its plain name: under this it is counted. */
  readonly rule: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly openedAt: Instant;
  /** What the policy said of it and from when on, the oldest first; the first is from its opening. */
  readonly routed: readonly Routing[];
  /** When people were asked, each time. */
  readonly asked: readonly Instant[];
  /** When people had decided: the quorum was reached, or somebody said no. */
  readonly decided: readonly { readonly at: Instant; readonly answer: 'approved' | 'denied' }[];
  /** When it was handed to a person, and why. */
  readonly handed: readonly { readonly at: Instant; readonly code: string }[];
  /** One for each intent to start, the first first. */
  readonly attempts: readonly RowAttempt[];
  /** Absent while it is open. */
  readonly closed?: { readonly at: Instant; readonly as: ClosedState['name'] };
  /** How long it stayed in each state, in ms; a stay that goes on is not in it. */
  readonly spentMs: Readonly<Partial<Record<OpenStateName, number>>>;
  /** Milestones that its bounded story no longer shows: what is counted of it may be too low. */
  readonly dropped: number;
}

/** One head under which it was counted, and from when on. */
export type Routing = Routed & { readonly at: Instant };

export interface RowAttempt {
  readonly at: Instant;
  readonly document: string;
  /** Absent when it healed, and while it is at work. */
  readonly failed?: { readonly at: Instant; readonly error: string };
}

/** Says the same of the same case, whenever and wherever it is asked. */
export const rowOf = (about: Case): CaseRow => {
  const { id, findingId, finding, openedAt, timeline, stays, state, milestonesDropped = 0 } = about;
  return {
    id,
    findingId,
    account: finding.account,
    region: finding.region,
    rule: finding.ruleIdentifier ?? plainRuleName(finding.rule),
    resourceType: finding.resourceType,
    resourceId: finding.resourceId,
    openedAt,
    routed: routingsOf(about),
    asked: timeline.filter(({ what }) => what === 'approval-requested').map(({ at }) => at),
    decided: timeline.flatMap((entry) => answerOf(entry) ?? []),
    handed: timeline.flatMap(({ at, code }) => (code === undefined ? [] : { at, code })),
    attempts: attemptsOf(timeline),
    ...(isClosed(state) && { closed: { at: state.closedAt, as: state.name } }),
    spentMs: stays?.ms ?? {},
    dropped: milestonesDropped,
  };
};

/** An older selfheal did not write them down: what holds now is taken for the whole of it. */
const routingsOf = (about: Case): readonly Routing[] => {
  const routings = about.timeline.flatMap(({ at, routed }) => (routed ? { at, ...routed } : []));
  return routings.length > 0 ? routings : [{ at: about.openedAt, ...routedOf(about) }];
};

/** One of several people who must say yes decides nothing yet: the case goes on waiting. */
const answerOf = ({ at, what, state }: TimelineEntry): CaseRow['decided'][number] | undefined => {
  if (what === 'denied') return { at, answer: 'denied' };
  return what === 'approved' && state !== 'awaiting-approval' ? { at, answer: 'approved' } : undefined;
};

/** An attempt has failed when its case waits again, or comes to a person, before it is closed. */
const attemptsOf = (timeline: readonly TimelineEntry[]): readonly RowAttempt[] => {
  const attempts: RowAttempt[] = [];
  for (const { at, what, why, state, document } of timeline) {
    const last = attempts.at(-1);
    if (what === 'attempt-intended') attempts.push({ at, document: document ?? '' });
    else if (last && !last.failed && (state === 'held' || state === 'needs-human'))
      attempts.splice(-1, 1, { ...last, failed: { at, error: why.slice(0, ERROR_CHARS_MAX) } });
  }
  return attempts;
};

/** Enough to know it by; the row is to stay small. */
const ERROR_CHARS_MAX = 160;
