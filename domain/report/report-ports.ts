/**
 * What reports need of the world, beside what everything needs of it: see `domain/ports.ts`, whose `PortError` these
 * throw too.
 */
import type { Instant } from '../time.ts';
import type { CaseRow } from './case-row.ts';
import type { FoundReport, StoredReport } from './stored-report.ts';
import type { ControlEvent } from './weekly-report.ts';

/** What reports count. */
export interface CaseRows {
  /**
   * A row of every case that is open, or was closed at or after an instant; the newest that was written of each, as
   * it was a moment ago. In no order.
   */
  rows(since: Instant): AsyncIterable<CaseRow>;
}

/** What people and selfheal did to the whole, for those who tell of it later: the control item forgets it. */
export interface ControlJournal {
  /** Noting an event twice is noting it once; as it was noted first it stays. */
  note(events: readonly ControlEvent[]): Promise<void>;
  /** `from` belongs to it, `to` does not; the oldest first, read consistently. */
  between(from: Instant, to: Instant): Promise<readonly ControlEvent[]>;
}

/** Weekly reports as they were made, each once. */
export interface ReportStore {
  /** @param week `2026-W47` @returns undefined when none was stored of it */
  get(week: string): Promise<FoundReport | undefined>;
  /** False when there is one of that week already: it stays as it is. */
  put(stored: StoredReport): Promise<boolean>;
  /** The newest week of which there is one. */
  latest(): Promise<string | undefined>;
}
