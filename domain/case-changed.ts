/**
 * The event that selfheal publishes on its own bus for every state change. Its shape is versioned and
 * documented in `docs/events.md`; it carries no configuration of the resource and no raw event.
 */
import type { Case, StateName } from './case/case.ts';
import { isClosed } from './case/case.ts';
import type { Finding } from './finding.ts';
import type { Instant } from './time.ts';

export const CASE_CHANGED_DETAIL_TYPE = 'Selfheal Case State Changed';
export const CASE_CHANGED_SOURCE = 'selfheal';

export interface CaseChanged {
  readonly version: '1';
  /** `<case id>#<case version>`: delivered twice, it is the same. */
  readonly changeId: string;
  readonly caseId: string;
  readonly caseVersion: number;
  /** Null when the case was opened by this change. */
  readonly from: StateName | null;
  readonly to: StateName;
  readonly closed: boolean;
  readonly at: Instant;
  readonly who: string;
  readonly what: string;
  readonly why: string;
  readonly finding: Finding;
  readonly severity: Case['severity'];
  readonly mode: Case['mode'];
  readonly policyEntry: string;
  readonly attempts: number;
  readonly planHash: string | null;
  readonly executionId: string | null;
}

/** The event for a case as it was just written. */
export const caseChanged = (changed: Case, from: StateName | null): CaseChanged => {
  const latest = changed.timeline[changed.timeline.length - 1];
  const { state } = changed;
  return {
    version: '1',
    changeId: `${changed.id}#${changed.version}`,
    caseId: changed.id,
    caseVersion: changed.version,
    from,
    to: state.name,
    closed: isClosed(state),
    at: latest?.at ?? changed.openedAt,
    who: latest?.who ?? 'selfheal',
    what: latest?.what ?? state.name,
    why: latest?.why ?? '',
    finding: changed.finding,
    severity: changed.severity,
    mode: changed.mode,
    policyEntry: changed.entry,
    attempts: changed.attempts,
    planHash: changed.lastPlanned?.planHash ?? null,
    executionId: 'executionId' in state ? state.executionId : null,
  };
};
