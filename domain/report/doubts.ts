/** What limits the trust in a report's figures, each in a sentence: it stands with them. */
import { localText } from '../calendar/local-clock.ts';
import { laneId } from '../finding.ts';
import type { RecordersSeen } from '../health/recorder-health.ts';
import { epochMs, hourMs, type Instant, secondMs } from '../time.ts';
import type { CaseRow } from './case-row.ts';
import type { Span } from './figures.ts';
import { partsMs, remediationMs } from './times.ts';

export interface Known {
  readonly from: Instant;
  readonly until: Instant;
  readonly isOver: boolean;
  readonly timezone: string;
  /** Cases tried and ended. */
  readonly attempted: number;
  readonly recorders: RecordersSeen | undefined;
  /** Stored exemptions that cannot be read. */
  readonly exemptionsUnread: number;
  /** Findings that keep coming back and stand in no list. */
  readonly flappingLeftOut: number;
}

export interface DoubtsFold {
  /** Of a case that counts in the week. */
  add(row: CaseRow): void;
  told(known: Known): readonly string[];
}

export const doubtsFold = (span: Span): DoubtsFold => {
  let dropped = 0;
  let unsplit = 0;
  return {
    add: (row) => {
      if (row.dropped > 0) dropped += 1;
      const tookMs = remediationMs(row, span);
      if (tookMs !== undefined && Math.abs(tookMs - spentMsOf(row)) > CLOCKS_DIFFER_MS) unsplit += 1;
    },
    told: (known) =>
      [
        weekRuns(known),
        ...recordersDoubts(known),
        known.exemptionsUnread > 0 &&
          `${known.exemptionsUnread === 1 ? '1 exemption' : `${known.exemptionsUnread} exemptions`} cannot be read: when they lapse is not known.`,
        dropped > 0 &&
          `The stories of ${cases(dropped)} are longer than what is kept of them: what is counted of them may be too low.`,
        unsplit > 0 &&
          `Of ${cases(unsplit)} healed it is not known where all of the time went, because an older selfheal opened them: the parts of the time to remediate are too low.`,
        known.attempted > 0 &&
          known.attempted < TELLING_CASES &&
          `Only ${cases(known.attempted)} tried and ended: one more or less changes the success rate by much.`,
        known.flappingLeftOut > 0 &&
          `${known.flappingLeftOut} more findings came back than the list of them shows.`,
      ].filter((doubt) => doubt !== false),
  };
};

const weekRuns = ({ isOver, until, timezone }: Known): string | false =>
  !isOver && `The week is not over: all is told as of ${localText(until, timezone)}.`;

const recordersDoubts = ({ recorders, from, until, timezone }: Known): readonly (string | false)[] => {
  if (recorders === undefined)
    return [
      'Nobody has looked yet whether AWS Config records in every lane: where it does not, no event means nothing.',
    ];
  const { at, lanes, troubledCount, doubt } = recorders;
  return [
    troubledCount > 0 &&
      `In ${troubledCount} of ${lanes} lanes AWS Config does not record as it should, or could not be asked: what happens there is not in these figures.`,
    recordedAgain(recorders, from, timezone),
    doubt !== undefined && `Not every lane is known in which AWS Config should record: ${doubt}.`,
    epochMs(at) < epochMs(until) - STALE_MS &&
      `AWS Config's recorders were last looked at on ${localText(at, timezone)}: what happened to them since then is not known.`,
    epochMs(at) > epochMs(until) + LATE_MS &&
      `AWS Config's recorders were looked at on ${localText(at, timezone)}, and not at the end of what is told: how they were then is not known.`,
  ];
};

/** What was mended before the report was made. */
const recordedAgain = (
  { troubled, lately = [] }: RecordersSeen,
  from: Instant,
  timezone: string,
): string | false => {
  const now = new Set(troubled.map(({ lane }) => laneId(lane)));
  const again = lately.filter(({ lane, lastAt }) => lastAt >= from && !now.has(laneId(lane)));
  const named = again
    .slice(0, LANES_NAMED)
    .map(({ lane, lastAt }) => `${laneId(lane)} until ${localText(lastAt, timezone)}`);
  return (
    again.length > 0 &&
    `In ${again.length === 1 ? '1 lane' : `${again.length} lanes`} AWS Config did not record as it should for a time (${named.join(', ')}${again.length > named.length ? ', …' : ''}): what happened there meanwhile is not in these figures.`
  );
};

const LANES_NAMED = 3;

const spentMsOf = (row: CaseRow): number => partsMs(row).reduce((sum, [, ms]) => sum + ms, 0);

const cases = (count: number): string => (count === 1 ? '1 case' : `${count} cases`);

/** Of the machines that write a case: as much in each of its moves, at most. */
const CLOCKS_DIFFER_MS = 2 * secondMs;
/** They are looked at every five minutes. */
const STALE_MS = hourMs;
/** Monday's report is made within 70 minutes. */
const LATE_MS = 2 * hourMs;
/** One case of so many is five per cent. */
const TELLING_CASES = 20;
