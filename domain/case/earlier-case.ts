/** What is remembered of a finding's closed cases in the one that is open: whether it keeps coming back. */
import type { Instant } from '../time.ts';
import type { ClosedState } from './case.ts';

/** What a case knows of an earlier one of its finding. */
export interface EarlierCase {
  readonly number: number;
  readonly openedAt: Instant;
  readonly closedAt: Instant;
  readonly ended: ClosedState['name'];
  /** Of a resolved one: what Config recorded until then may tell of our own run. */
  readonly settledAt?: Instant;
  readonly echo?: boolean;
}
