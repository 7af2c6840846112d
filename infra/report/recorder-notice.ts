/** Whether AWS Config saw anything at all: it stands above every figure, for where nothing records nothing is found. */
import { laneId } from '../../domain/finding.ts';
import type { RecorderState, RecordersSeen } from '../../domain/health/recorder-health.ts';
import type { WeeklyReport } from '../../domain/report/weekly-report.ts';
import { epochMs, hourMs } from '../../domain/time.ts';
import type { Extent } from './section.ts';
import { count, counted, moment, told } from './words.ts';

export interface RecorderNotice {
  readonly isTrouble: boolean;
  readonly title: string;
  readonly says: readonly string[];
  /** One for each troubled lane. */
  readonly lanes: readonly string[];
  /** How many troubled lanes are not in the list. */
  readonly more: number;
}

export const recorderNotice = (
  { recorders, until }: Pick<WeeklyReport, 'recorders' | 'until'>,
  { rowsMax, charsMax }: Extent,
): RecorderNotice => {
  if (recorders === undefined)
    return {
      isTrouble: true,
      title: 'Nobody knows whether AWS Config records',
      says: [
        'The recorders were never looked at, so what is not in this report may simply not have been seen.',
        'What to do: look whether the schedule "measure" of selfheal-report runs, and ask: selfheal doctor',
      ],
      lanes: [],
      more: 0,
    };
  const seen = `As found ${moment(recorders.at)}.`;
  const isStale = epochMs(recorders.at) < epochMs(until) - STALE_AFTER_MS;
  const lanes = recorders.troubled
    .slice(0, rowsMax)
    .map(({ lane, state, since, why }) =>
      [
        `${told(laneId(lane), charsMax)}: ${STATES[state]}`,
        ...(since === undefined ? [] : [` since ${moment(since)}`]),
        ...(why === undefined ? [] : [` (${told(why, charsMax)})`]),
      ].join(''),
    );
  const isTrouble = isStale || recorders.troubledCount > 0 || recorders.doubt !== undefined;
  return {
    isTrouble,
    title: titleOf(recorders, isStale),
    says: [
      ...(isTrouble
        ? ['Where nothing is recorded, nothing is found: no case there does not mean that all is compliant.']
        : []),
      ...(recorders.doubt === undefined
        ? []
        : [`The lanes are not all known: ${told(recorders.doubt, charsMax)}`]),
      isStale ? `${seen} Since then nobody has looked.` : seen,
    ],
    lanes,
    more: Math.max(0, recorders.troubledCount - lanes.length),
  };
};

/** They are looked at every few minutes. */
const STALE_AFTER_MS = hourMs;

const titleOf = ({ lanes, troubledCount, doubt }: RecordersSeen, isStale: boolean): string => {
  if (troubledCount > 0)
    return `AWS Config does not record as it should in ${count(troubledCount)} of ${counted(lanes, 'lane')}`;
  if (doubt !== undefined) return 'Nobody knows whether AWS Config records everywhere';
  return isStale
    ? 'Nobody has looked of late whether AWS Config records'
    : `AWS Config records in all of ${counted(lanes, 'lane')}`;
};

const STATES: Readonly<Record<RecorderState, string>> = {
  recording: 'records',
  stopped: 'the recorder is switched off',
  failing: 'records, but does not deliver',
  missing: 'there is no recorder',
  unknown: 'could not be asked',
};
