/** Whether AWS Config sees anything at all in a lane: where it does not, no event means nothing. */
import type { Lane } from '../finding.ts';
import type { Instant } from '../time.ts';

export type RecorderState =
  | 'recording'
  /** There is one, and it is switched off. */
  | 'stopped'
  /** It records, and what it records is not delivered. */
  | 'failing'
  /** The lane has none. */
  | 'missing'
  /** Nobody could be asked: a doubt, and told like trouble. */
  | 'unknown';

export interface RecorderHealth {
  readonly lane: Lane;
  readonly state: RecorderState;
  /** Since when, where Config tells it. */
  readonly since?: Instant;
  /** In words, for people: what Config said, or why it could not be asked. */
  readonly why?: string;
}

/** A lane in whose recorder there was trouble within the last days. */
export interface TroubledLately {
  readonly lane: Lane;
  readonly state: Exclude<RecorderState, 'recording' | 'unknown'>;
  /** When it was found so last. */
  readonly lastAt: Instant;
}

/** Of all covered lanes, as they were found at one time. */
export interface RecordersSeen {
  readonly at: Instant;
  readonly lanes: number;
  /** How many of them do not record as they should; what could not be asked is among them. */
  readonly troubledCount: number;
  /** Of those, the first 200 by lane id. */
  readonly troubled: readonly RecorderHealth[];
  /** Set when even the list of lanes could not be read whole. */
  readonly doubt?: string;
  /** Within eight days, those in trouble now among them; the latest 200. Absent in what an older selfheal kept. */
  readonly lately?: readonly TroubledLately[];
}
