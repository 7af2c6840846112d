/** The vocabulary in which transitions answer: what the case becomes, what is done before and after the write. */
import { type Moment, plusMs } from '../time.ts';
import type { Objection } from './approves.ts';
import type { Case, CaseState, StateName, TimelineEntry } from './case.ts';
import type { Effect } from './effect.ts';
import type { ObservationKind } from './observation.ts';
import type { RoutedTo } from './route.ts';
import { codeOf, newlyRouted } from './routed.ts';
import { stayed } from './stays.ts';
import { appendEntry } from './timeline.ts';

/**
 * What a transition answers.
 *
 *   before ──▶ write of the case ──▶ after
 *
 * `before` holds only what is true of the world already and must not be forgotten if we die in between: a
 * permit is given back because the execution *has* ended. Everything else happens after the write.
 */
export type Outcome =
  | {
      readonly kind: 'moved';
      readonly case: Case;
      readonly before: readonly Effect[];
      readonly after: readonly Effect[];
    }
  /** Nothing to write. */
  | { readonly kind: 'unchanged'; readonly effects: readonly Effect[] }
  /** A person asked for something that must not be: they are told why, and nothing but the story changes. */
  | ({
      readonly kind: 'refused';
      /** To be written, so that it is known who tried what; absent when that is known already. */
      readonly noted?: Case;
    } & Refusal)
  /** Not in the table. */
  | { readonly kind: 'illegal'; readonly state: StateName; readonly observation: ObservationKind };

export interface Refusal {
  readonly code: RefusalCode;
  readonly reason: string;
}

export type RefusalCode =
  | Objection['code']
  | 'not-awaiting-approval'
  | 'case-closed'
  | 'plan-hash-mismatch'
  | 'approval-expired'
  | 'already-decided'
  | 'reason-required'
  | 'policy-unreadable'
  | 'no-window'
  | 'exemption-refused';

type Head = Partial<Omit<Case, 'state' | 'id' | 'finding' | 'timeline' | 'timelineDropped' | 'version'>>;

interface Move {
  readonly to: CaseState;
  /** Left out when the case stays where it is and only its timer moves. */
  readonly entry?: Omit<TimelineEntry, 'at' | 'state'>;
  readonly head?: Head;
  readonly before?: readonly Effect[];
  readonly after?: readonly Effect[];
}

export const move = (current: Case, moment: Moment, { to, entry, head, before, after }: Move): Outcome => ({
  kind: 'moved',
  case: {
    ...current,
    ...head,
    ...stayed(current, to, moment.now),
    ...(entry
      ? appendEntry(current, {
          ...entry,
          at: moment.now,
          state: to.name,
          ...newlyRouted(current, { ...current, ...head }),
          ...(to.name !== current.state.name && codeOf(to)),
        })
      : {}),
    version: current.version + 1,
    state: to,
  },
  before: before ?? [],
  after: after ?? [],
});

/** Goes where a route says. */
export const moveBy = (
  current: Case,
  { to, what, why, checkFailures, after: effects }: RoutedTo,
  moment: Moment,
  head: Head = {},
): Outcome =>
  move(current, moment, {
    to,
    head: { ...head, checkFailures },
    entry: { who: 'selfheal', what, why },
    after: effects,
  });

export const unchanged = (...effects: readonly Effect[]): Outcome => ({ kind: 'unchanged', effects });

/** An instant `ms` after the moment. */
export const after = (moment: Moment, ms: number): string => plusMs(moment.now, ms);
