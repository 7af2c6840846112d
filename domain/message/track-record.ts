/**
 * How often a fix has worked before: of our own recent cases in which the runbook ran and which have ended, those
 * that were healed. It is the number by which selfheal is judged everywhere: resolved, of all with an attempt.
 */
import { type Case, isClosed } from '../case/case.ts';
import type { CaseStore } from '../ports.ts';
import type { Instant } from '../time.ts';

export interface TrackRecord {
  /** Cases in which the runbook ran, that have ended. */
  readonly tried: number;
  /** Of them, those that were healed. */
  readonly healed: number;
  /** The newest first; a few. */
  readonly failures: readonly PastFailure[];
}

export interface PastFailure {
  readonly caseId: string;
  readonly resourceId: string;
  readonly at: Instant;
  readonly why: string;
}

/** Throws `PortError` where the cases cannot be read. */
export const trackRecord = async (
  cases: Pick<CaseStore, 'recent'>,
  document: string,
  except: string,
): Promise<TrackRecord> => {
  const ended = (await cases.recent(CASES_MAX)).filter(
    (about) =>
      about.id !== except &&
      about.attempts > 0 &&
      (isClosed(about.state) || about.state.name === 'needs-human') &&
      ranBy(about) === document,
  );
  const failed = ended.filter(({ state }) => state.name !== 'resolved');
  return {
    tried: ended.length,
    healed: ended.length - failed.length,
    failures: failed
      .map(failureOf)
      .sort((left, right) => (left.at < right.at ? 1 : -1))
      .slice(0, FAILURES_SHOWN),
  };
};

/** What ran last: what was planned later may be another runbook that never started. */
const ranBy = ({ lastFailed, lastPlanned, state }: Case): string | undefined =>
  state.name === 'resolved' ? lastPlanned?.document : (lastFailed?.document ?? lastPlanned?.document);

const failureOf = ({ id, finding, lastFailure, lastFailed, newestEvaluation, state }: Case): PastFailure => ({
  caseId: id,
  resourceId: finding.resourceId,
  at: lastFailed?.at ?? (isClosed(state) ? state.closedAt : newestEvaluation.recordedAt),
  why: lastFailure ?? (state.name === 'needs-human' ? state.reason : `it ended as ${state.name}`),
});

/** Two reads by key of the newest, and no more: the message must go out. */
const CASES_MAX = 100;
const FAILURES_SHOWN = 3;
