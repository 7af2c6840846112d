/** What a compliance report and a gate need of AWS Config. */
import type { Lane } from '../finding.ts';
import type { SweepTrouble } from '../sweep/sweep-report.ts';
import type { LaneCompliance } from './lane-compliance.ts';

export interface ComplianceLanes {
  readonly lanes: readonly Lane[];
  /** What of the list could not be read: there may be more lanes than these. */
  readonly troubles: readonly SweepTrouble[];
}

export interface ComplianceSource {
  /** Never throws: what could not be read is told as trouble. */
  lanes(): Promise<ComplianceLanes>;
  /**
   * Every result of the rules in a lane, in the account itself or, where that cannot be asked, as an aggregator knows
   * them. Never throws: what could not be read is told as trouble, of its rule or of the lane. It takes half a minute
   * at most; rules that were not reached by then stand in `unread`, to be asked for by name.
   *
   * @param rules only these, by name with its decoration or without, or by identifier; a lane may lack some of them
   */
  read(lane: Lane, rules?: readonly string[]): Promise<LaneCompliance>;
}
