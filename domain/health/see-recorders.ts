/** Looks at the recorders of all lanes, many at once and within a time: what was not looked at is told as unknown. */
import { type Lane, laneId } from '../finding.ts';
import { inParallel } from '../in-parallel.ts';
import { inert } from '../message.ts';
import type { Clock } from '../ports.ts';
import type { Gathered } from '../sweep/sweep-source.ts';
import { unknown } from './judge-recorder.ts';
import type { RecorderHealth, RecordersSeen } from './recorder-health.ts';
import type { RecorderSource } from './recorder-source.ts';

export interface SeeingOptions {
  readonly recorders: Pick<RecorderSource, 'read'>;
  readonly clock: Pick<Clock, 'now'>;
  /** From then on no further lane is asked. */
  readonly isTimeUp: () => boolean;
}

/** @param covered the lanes, and what of their list could not be read */
export const seeRecorders = async (
  { recorders, clock, isTimeUp }: SeeingOptions,
  { lanes, troubles }: Gathered,
): Promise<RecordersSeen> => {
  const at = clock.now();
  const health = await inParallel(lanes, LANES_AT_ONCE, async ({ lane }) =>
    isTimeUp() ? unknown(lane, 'time was up before it was asked') : seen(recorders, lane),
  );
  const troubled = health
    .filter(({ state }) => state !== 'recording')
    .sort((one, other) => (laneId(one.lane) < laneId(other.lane) ? -1 : 1));
  return {
    at,
    lanes: lanes.length,
    troubledCount: troubled.length,
    troubled: troubled.slice(0, TROUBLED_TOLD_MAX),
    ...(troubles.length === 0
      ? {}
      : {
          doubt: inert(
            troubles
              .map(({ operation, code, message }) => `${operation} answers ${code}: ${message}`)
              .join('; '),
            DOUBT_CHARS_MAX,
          ),
        }),
  };
};

const seen = async (recorders: SeeingOptions['recorders'], lane: Lane): Promise<RecorderHealth> => {
  try {
    return await recorders.read(lane);
  } catch (error) {
    return unknown(lane, error instanceof Error ? error.message : String(error));
  }
};

const LANES_AT_ONCE = 20;
/** With 300 characters each they take some 80 KB of an item. */
const TROUBLED_TOLD_MAX = 200;
const DOUBT_CHARS_MAX = 500;
