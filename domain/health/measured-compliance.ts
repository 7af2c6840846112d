/** How much of what Config's rules look at is compliant, over all lanes: what could not be read is said, and never compliant. */
import type { ComplianceSource } from '../compliance/compliance-source.ts';
import { type LaneCompliance, RULE_TROUBLES } from '../compliance/lane-compliance.ts';
import type { Lane } from '../finding.ts';
import { inParallel } from '../in-parallel.ts';
import type { Clock } from '../ports.ts';
import { plusMs } from '../time.ts';
import type { MeasuredShare } from './measured-store.ts';

export interface MeasuringCompliance {
  readonly compliance: ComplianceSource;
  readonly clock: Pick<Clock, 'now'>;
  /** From then on nothing further is asked. Default 100 s. */
  readonly msMax?: number;
}

export const measuredCompliance = async ({
  compliance,
  clock,
  msMax = 100_000,
}: MeasuringCompliance): Promise<Required<MeasuredShare>> => {
  const at = clock.now();
  const until = plusMs(at, msMax);
  const isTimeUp = () => clock.now() >= until;
  const { lanes, troubles } = await compliance.lanes();
  const read = await inParallel(lanes, LANES_AT_ONCE, (lane) => readLane(compliance, lane, isTimeUp));
  const sum = (count: (lane: LaneShare) => number) => read.reduce((total, lane) => total + count(lane), 0);
  return {
    at,
    numerator: sum(({ compliant }) => compliant),
    denominator: sum(({ all }) => all),
    // A list that could not be read whole hides a lane at least.
    lanesUnread: sum(({ isWhole }) => (isWhole ? 0 : 1)) + troubles.length,
  };
};

interface LaneShare {
  readonly compliant: number;
  /** COMPLIANT, NON_COMPLIANT and INSUFFICIENT_DATA. */
  readonly all: number;
  /** Nothing of it is left out, and it is from a lane in which Config sees what changes. */
  readonly isWhole: boolean;
}

const readLane = async (
  compliance: ComplianceSource,
  lane: Lane,
  isTimeUp: () => boolean,
): Promise<LaneShare> => {
  const share = { compliant: 0, all: 0, isWhole: true };
  let rules: readonly string[] | undefined;
  do {
    if (isTimeUp()) return { ...share, isWhole: false };
    let read: LaneCompliance;
    try {
      read = await compliance.read(lane, rules);
    } catch {
      return { ...share, isWhole: false };
    }
    for (const { counts, trouble } of read.rules) {
      if (trouble !== undefined && !WAS_READ.has(trouble.code)) share.isWhole = false;
      share.compliant += counts.compliant;
      share.all += counts.compliant + counts.nonCompliant + counts.insufficientData;
    }
    if (read.troubles.length > 0 || read.recorder.state !== 'recording') share.isWhole = false;
    // Who comes no further would ask for ever.
    if (rules !== undefined && read.unread.length >= rules.length) return { ...share, isWhole: false };
    rules = read.unread;
  } while (rules.length > 0);
  return share;
};

/** These say something of a rule whose results were read. */
const WAS_READ: ReadonlySet<string> = new Set([
  RULE_TROUBLES.errs,
  RULE_TROUBLES.neverEvaluated,
  RULE_TROUBLES.insufficientData,
  RULE_TROUBLES.noResults,
]);
const LANES_AT_ONCE = 4;
