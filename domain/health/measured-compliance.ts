/**
 * How much of what Config's rules look at is compliant, over all lanes, counted as the compliance report counts: what
 * could not be read is said, and never compliant.
 */
import type { ComplianceSource } from '../compliance/compliance-source.ts';
import type { LaneCompliance } from '../compliance/lane-compliance.ts';
import { mergeLane } from '../compliance/merge-lane.ts';
import {
  isRecording,
  judgedOf,
  kindOf,
  missingOf,
  NOTHING,
  standingOf,
  sumOf,
} from '../compliance/standing.ts';
import type { Lane } from '../finding.ts';
import { inParallel } from '../in-parallel.ts';
import type { Clock } from '../ports.ts';
import type { MeasuredShare } from './measured-store.ts';

export interface MeasuringCompliance {
  readonly compliance: ComplianceSource;
  readonly clock: Pick<Clock, 'now'>;
  /** From then on nothing further is asked. */
  readonly isTimeUp: () => boolean;
  /** Called for each lane of which something is not known, with the first reason in words. */
  readonly unread: (lane: Lane, why: string) => void;
}

/** A denominator of 0 when nothing of any lane could be read: that is not the same as nothing being compliant. */
export const measuredCompliance = async ({
  compliance,
  clock,
  isTimeUp,
  unread,
}: MeasuringCompliance): Promise<Required<MeasuredShare>> => {
  const at = clock.now();
  const { lanes, troubles } = await compliance.lanes();
  const read = await inParallel(lanes, LANES_AT_ONCE, async (lane) => {
    const { known, failed } = await readLane(compliance, lane, isTimeUp);
    if (!isWhole(known)) unread(lane, failed ?? whyNotWhole(known));
    return known;
  });
  const known = sumOf(
    read.flatMap((lane) => lane?.rules.map((rule) => standingOf(rule, isRecording(lane))) ?? []),
  );
  const missing = sumOf([
    ...read.map((lane) => (lane === undefined ? ONE_UNREAD : missingOf(lane))),
    // A list that could not be read whole hides a lane at least.
    ...(troubles.length > 0 ? [ONE_UNREAD] : []),
  ]);
  return {
    at,
    numerator: known.compliant,
    denominator: judgedOf(known) === 0 ? 0 : judgedOf(known) + judgedOf(missing),
    lanesUnread: read.filter((lane) => !isWhole(lane)).length + (troubles.length > 0 ? 1 : 0),
  };
};

const ONE_UNREAD = { ...NOTHING, insufficient: 1 };

/** Nothing is known when nothing of it was read. */
const readLane = async (
  compliance: ComplianceSource,
  lane: Lane,
  isTimeUp: () => boolean,
): Promise<{ readonly known?: LaneCompliance | undefined; readonly failed?: string }> => {
  let known: LaneCompliance | undefined;
  let rules: readonly string[] | undefined;
  while (rules === undefined || rules.length > 0) {
    if (isTimeUp()) return { known };
    let read: LaneCompliance;
    try {
      read = await compliance.read(lane, rules);
    } catch (error) {
      return { known, failed: error instanceof Error ? error.message : String(error) };
    }
    known = known === undefined ? read : mergeLane([known, read]);
    // Who comes no further would ask for ever.
    if (rules !== undefined && read.unread.length >= rules.length) return { known };
    rules = read.unread;
  }
  return { known };
};

const whyNotWhole = (lane: LaneCompliance | undefined): string => {
  if (lane === undefined) return 'there was no time to ask';
  const { troubles, recorder, rules, unread } = lane;
  const [trouble] = troubles;
  if (trouble !== undefined) return `${trouble.operation}: ${trouble.code}: ${trouble.message}`;
  if (!isRecording(lane)) return `its recorder is ${recorder.state}`;
  const rule = rules.find((each) => kindOf(each) === 'unread');
  if (rule !== undefined) return `rule ${rule.name}: ${rule.trouble?.code}: ${rule.trouble?.message}`;
  return `${unread.length} of its rules were not reached`;
};

/** Nothing of it is left out, and Config sees what changes there. */
const isWhole = (lane: LaneCompliance | undefined): boolean =>
  lane !== undefined &&
  isRecording(lane) &&
  lane.troubles.length === 0 &&
  lane.unread.length === 0 &&
  lane.rules.every((rule) => kindOf(rule) !== 'unread');

const LANES_AT_ONCE = 4;
