/** How a case lies in the table: the case itself, and the attributes by which indexes find it. */
import type { Case } from '../../domain/case/case.ts';
import { isClosed, isOpen, isWatched } from '../../domain/case/case.ts';
import type { Severity } from '../../domain/catalog/catalog.ts';
import { digestOf } from '../../domain/digest.ts';
import { laneId } from '../../domain/finding.ts';
import { SAFEGUARDS } from '../../domain/policy/resolve-safeguards.ts';
import { type CaseRow, rowOf } from '../../domain/report/case-row.ts';
import { dueShardOf } from './table.ts';

export interface CaseKey {
  readonly pk: string;
  readonly sk: string;
}

/** The parts of a case id: `<finding id>-<number>`; undefined when the text is none. */
export const parseCaseId = (
  id: string,
): { readonly findingId: string; readonly number: number } | undefined => {
  const parts = /^([0-9a-z]{16})-([1-9][0-9]{0,7})$/.exec(id);
  return parts?.[1] && parts[2] ? { findingId: parts[1], number: Number(parts[2]) } : undefined;
};

export const caseKey = (findingId: string, number: number): CaseKey => ({
  pk: casePartition(findingId),
  sk: String(number).padStart(8, '0'),
});

export const casePartition = (findingId: string): string => `case#${findingId}`;

export const caseIdOfKey = ({ pk, sk }: CaseKey): string => `${pk.slice('case#'.length)}-${Number(sk)}`;

export const toItem = (written: Case) => {
  const { state } = written;
  return {
    ...caseKey(written.findingId, written.number),
    version: written.version,
    state: state.name,
    case: written,
    // Who edits an item by hand forgets it: what verifies a report finds that.
    digest: digestOf(written),
    ...(isOpen(state) ? { dueShard: dueShardOf(written.id), dueAt: state.dueAt } : {}),
    // Closed, and looked at again all the same: its exemption may lapse.
    ...(isWatched(state) ? { dueShard: dueShardOf(written.id), dueAt: state.reviewAt } : {}),
    ...(isClosed(state)
      ? {
          closedMonth: state.closedAt.slice(0, 7),
          closedAt: state.closedAt,
          row: JSON.stringify(rowOf(written)),
        }
      : {}),
    ...(state.name === 'queued'
      ? { waitingLane: laneId(written.lane), waitingRank: waitingRank(written) }
      : {}),
    ...(batchLaneOf(state) ? { waitingLane: batchLaneOf(state), waitingRank: waitingRank(written) } : {}),
    ...(state.name === 'running' ? { executionId: state.executionId } : {}),
  };
};

/** Where the cases of a batch stand in the index of what waits. */
export const batchLane = (batch: string, which: 'waiting' | 'expired'): string => `batch#${batch}#${which}`;

const batchLaneOf = (state: Case['state']): string | undefined => {
  if (state.name !== 'awaiting-approval' && state.name !== 'needs-human') return undefined;
  if (state.batch === undefined) return undefined;
  return batchLane(state.batch, state.name === 'awaiting-approval' ? 'waiting' : 'expired');
};

/** A case that an older selfheal wrote may lack what is newer. */
export const fromItem = (item: Record<string, unknown>): Case => {
  const stored = item.case as Case;
  return { ...stored, terms: { ...SAFEGUARDS, ...stored.terms } };
};

/** The row that the index of closed cases carries; undefined where an older selfheal wrote none. */
export const rowFromItem = ({ row }: Readonly<Record<string, unknown>>): CaseRow | undefined =>
  typeof row === 'string' ? (JSON.parse(row) as CaseRow) : undefined;

/** Most severe first, then oldest. */
const waitingRank = ({ severity, openedAt, id }: Case): string =>
  `${SEVERITY_RANK[severity]}#${openedAt}#${id}`;

const SEVERITY_RANK: Readonly<Record<Severity, number>> = { critical: 0, high: 1, medium: 2, low: 3 };
