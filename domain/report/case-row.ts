/**
 * What a report needs of a case, and nothing else: when it moved from where to where, and under which heads it is
 * counted. A row is made of the case alone, so what is counted can be counted again.
 */
import type { ClosedState, OpenStateName } from '../case/case.ts';
import type { Severity } from '../catalog/catalog.ts';
import type { Mode } from '../policy/policy.ts';
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

export interface Routing {
  readonly at: Instant;
  readonly severity: Severity;
  readonly mode: Mode;
  readonly entry: string;
  /** Value of the tag by which the policy knows owners. */
  readonly owner?: string;
}

export interface RowAttempt {
  readonly at: Instant;
  readonly document: string;
  /** Absent when it healed, and while it is at work. */
  readonly failed?: { readonly at: Instant; readonly error: string };
}
