/** What the readings of a lane come to: its rules, and why what was read of it is not to be relied on. */
import { type Lane, laneId } from '../finding.ts';
import { inert } from '../message.ts';
import { unreachable } from '../unreachable.ts';
import type { Doubt, LaneReading } from './gate.ts';
import type { LaneCompliance, RuleCompliance } from './lane-compliance.ts';

export interface LaneSeen {
  readonly lane: Lane;
  /** About the lane as a whole. */
  readonly doubts: readonly Doubt[];
  /** Several of one name if it was read more than once: see `judgeRule`. */
  readonly rules: readonly SeenRule[];
  /** Rules that nobody came to read, as they are deployed. */
  readonly unread: readonly string[];
}

export type SeenRule = RuleCompliance & Pick<LaneCompliance, 'readAt'>;

/** @param readings of all lanes */
export const laneSeen = (lane: Lane, readings: readonly LaneReading[]): LaneSeen => {
  const own = readings.filter((reading) => laneId(reading.lane) === laneId(lane));
  const read = own.flatMap((reading) => ('compliance' in reading ? [reading.compliance] : []));
  const rules = read.flatMap(({ readAt, rules: found }) => found.map((rule) => ({ ...rule, readAt })));
  const known = new Set(rules.map(({ name }) => name));
  return {
    lane,
    doubts: [
      ...(own.length === 0 ? [notAsked(lane)] : []),
      ...own.flatMap((reading) => ('unread' in reading ? [reading.unread] : [])),
      ...read.flatMap((compliance) => doubtsOf(lane, compliance)),
    ],
    rules,
    unread: [...new Set(read.flatMap(({ unread }) => unread))].filter((name) => !known.has(name)),
  };
};

const notAsked = (lane: Lane): Doubt => ({
  kind: 'unread',
  code: 'lane-unread',
  lane,
  why: 'it was not read',
  mend: 'Ask again.',
});

const doubtsOf = (lane: Lane, compliance: LaneCompliance): readonly Doubt[] => [
  ...(laneId(compliance.lane) === laneId(lane) && laneId(compliance.recorder.lane) === laneId(lane)
    ? []
    : [malformed(lane, `it was asked for, and ${laneId(compliance.lane)} was answered`)]),
  ...compliance.troubles.map(
    ({ operation, code, message }): Doubt => ({
      kind: 'unread',
      code: 'lane-unread',
      lane,
      why: inert(`${operation} failed with ${code}: ${message}`, WHY_CHARS_MAX),
      mend: `selfheal doctor --lane ${laneId(lane)} says what is wrong there.`,
    }),
  ),
  ...(compliance.via === 'account' ? [] : [aggregated(lane)]),
  ...recorderDoubts(lane, compliance),
];

/** @param why what is wrong with the answer */
export const malformed = (lane: Lane, why: string): Doubt => ({
  kind: 'unread',
  code: 'malformed',
  lane,
  why: inert(why, WHY_CHARS_MAX),
  mend: 'Ask again; if it stays, the command and the service are of different versions.',
});

/** It has no INSUFFICIENT_DATA and no failed evaluations, and what it has may be old. */
const aggregated = (lane: Lane): Doubt => ({
  kind: 'unread',
  code: 'aggregated',
  lane,
  why: "it could not be asked itself, and Config's aggregator does not tell what could not be evaluated",
  mend: `Let selfheal enter the account: selfheal doctor --lane ${laneId(lane)}`,
});

const recorderDoubts = (lane: Lane, { recorder }: LaneCompliance): readonly Doubt[] => {
  const told = recorder.why === undefined ? '' : `: ${inert(recorder.why, WHY_CHARS_MAX)}`;
  const since = recorder.since === undefined ? '' : ` since ${recorder.since}`;
  const mend = `selfheal doctor --lane ${laneId(lane)} says how to mend it.`;
  switch (recorder.state) {
    case 'recording':
      return [];
    case 'stopped':
    case 'failing':
    case 'missing':
      return [
        {
          kind: 'failing',
          code: 'recorder-off',
          lane,
          why: `Config's recorder is ${recorder.state}${since}, so its results are of long ago${told}`,
          mend,
        },
      ];
    case 'unknown':
      return [
        {
          kind: 'unread',
          code: 'recorder-unknown',
          lane,
          why: `nobody can say whether Config records there${told}`,
          mend,
        },
      ];
    default:
      return unreachable(recorder.state);
  }
};

const WHY_CHARS_MAX = 300;
