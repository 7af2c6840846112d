/** What a sweep found, small enough to lie in one item however many lanes there are. */
import { type Lane, laneId } from '../finding.ts';
import { inert } from '../message.ts';
import { PortError } from '../ports.ts';
import type { Instant } from '../time.ts';
import type { SweepScope } from './sweep-order.ts';

export interface SweepTrouble {
  /** What was tried, e.g. `config:GetComplianceDetailsByConfigRule`. */
  readonly operation: string;
  /** AWS's name of the error. */
  readonly code: string;
  readonly message: string;
  /** Absent when it concerns the whole lane. */
  readonly rule?: string;
}

export interface SweepCounts {
  /** Rules whose results were read. */
  readonly rules: number;
  /** Results that say NON_COMPLIANT. */
  readonly nonCompliant: number;
  /** Cases opened: nobody had told of these. */
  readonly opened: number;
  /** NON_COMPLIANT results whose case was open already. */
  readonly open: number;
  /** NON_COMPLIANT results whose newest case was closed after that result: decided, or an aggregator that lags. */
  readonly settled: number;
  /** Open cases that waited and closed, since Config says COMPLIANT or knows nothing of them again and again. */
  readonly closed: number;
}

export interface LaneReport extends SweepCounts {
  /** `111122223333/us-east-1` */
  readonly lane: string;
  /** Who told of it. */
  readonly via: 'aggregator' | 'account';
  /** `no`: not begun when time was up. `partly`: something could not be read, or time was up. */
  readonly swept: 'whole' | 'partly' | 'no';
  readonly troubles: readonly SweepTrouble[];
}

export interface SweepReport {
  readonly id: string;
  readonly who?: string;
  readonly only?: SweepScope;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** Every lane was swept whole, and every aggregator answered. */
  readonly complete: boolean;
  readonly lanes: {
    readonly known: number;
    readonly whole: number;
    /** Something of them could not be read. */
    readonly failed: number;
    /** Time was up before or in them. */
    readonly notReached: number;
  };
  readonly totals: SweepCounts;
  /** Of the aggregators; what they did not tell was asked in the accounts. */
  readonly troubles: readonly SweepTrouble[];
  /** Those with troubles first, then those where something was found. */
  readonly byLane: readonly LaneReport[];
  /** Lanes that `byLane` leaves out. */
  readonly lanesLeftOut: number;
  /** Where the next sweep of everything begins, since this one did not come so far. */
  readonly next?: string;
}

export const NOTHING_COUNTED: SweepCounts = {
  rules: 0,
  nonCompliant: 0,
  opened: 0,
  open: 0,
  settled: 0,
  closed: 0,
};

/** @example added({ ...NOTHING_COUNTED, opened: 1 }, { opened: 2 }).opened // 3 */
export const added = (counts: SweepCounts, more: Partial<SweepCounts>): SweepCounts => ({
  rules: counts.rules + (more.rules ?? 0),
  nonCompliant: counts.nonCompliant + (more.nonCompliant ?? 0),
  opened: counts.opened + (more.opened ?? 0),
  open: counts.open + (more.open ?? 0),
  settled: counts.settled + (more.settled ?? 0),
  closed: counts.closed + (more.closed ?? 0),
});

/** What an error says, shortened; what no adapter foresaw is told as it is. */
export const troubleOf = (error: unknown, rule?: string): SweepTrouble => {
  const { operation, code } =
    error instanceof PortError ? error : { operation: 'sweep', code: 'UnexpectedError' };
  const message = inert(error instanceof Error ? error.message : String(error), MESSAGE_CHARS_MAX);
  return { operation, code, message, ...(rule === undefined ? {} : { rule }) };
};

const MESSAGE_CHARS_MAX = 200;

export type SweepFacts = Pick<SweepReport, 'id' | 'who' | 'only' | 'startedAt' | 'endedAt' | 'troubles'> & {
  /** In the order in which they were to be swept. */
  readonly lanes: readonly LaneReport[];
};

export const reportOf = ({ lanes, ...facts }: SweepFacts): SweepReport => {
  const failed = lanes.filter(isFailed);
  const notReached = lanes.filter(isNotReached);
  const told = [...lanes].filter(isWorthTelling).sort(gravestFirst).slice(0, LANES_TOLD_MAX);
  const [next] = facts.only === undefined ? notReached : [];
  return {
    ...facts,
    complete: facts.troubles.length === 0 && lanes.every(({ swept }) => swept === 'whole'),
    lanes: {
      known: lanes.length,
      whole: lanes.filter(({ swept }) => swept === 'whole').length,
      failed: failed.length,
      notReached: notReached.length,
    },
    totals: lanes.reduce<SweepCounts>(added, NOTHING_COUNTED),
    byLane: told,
    lanesLeftOut: lanes.length - told.length,
    ...(next === undefined ? {} : { next: next.lane }),
  };
};

/** Time being up is no trouble: the next sweep begins there. */
const isFailed = ({ troubles }: LaneReport): boolean => troubles.length > 0;

const isNotReached = ({ swept, troubles }: LaneReport): boolean =>
  swept === 'no' || (swept === 'partly' && troubles.length === 0);

const isWorthTelling = ({ swept, rules, closed }: LaneReport): boolean =>
  swept !== 'whole' || rules > 0 || closed > 0;

const gravestFirst = (left: LaneReport, right: LaneReport): number =>
  Number(isFailed(right)) - Number(isFailed(left)) ||
  right.opened + right.closed - (left.opened + left.closed) ||
  right.nonCompliant - left.nonCompliant ||
  left.lane.localeCompare(right.lane);

/** With five troubles each, the largest item is a quarter of what DynamoDB takes. */
const LANES_TOLD_MAX = 100;

export const notBegun = (lane: Lane, via: LaneReport['via']): LaneReport => ({
  ...NOTHING_COUNTED,
  lane: laneId(lane),
  via,
  swept: 'no',
  troubles: [],
});
