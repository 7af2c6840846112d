/** The health of a lane's recorder, from what Config told or did not tell: whatever is in doubt is no `recording`. */
import { type FailedReading, NO_ANSWER, type Reading } from '../doctor/reading.ts';
import type { Lane } from '../finding.ts';
import { inert } from '../message.ts';
import { unreachable } from '../unreachable.ts';
import {
  type ChannelDefect,
  channelDefects,
  type DeliveryFacts,
  type RecorderDefect,
  type RecorderFacts,
  recorderDefects,
} from './recorder-facts.ts';
import type { RecorderHealth } from './recorder-health.ts';

/**
 * @example
 * judgeRecorder({ account: '111122223333', region: 'us-east-1' }, { ok: true, value: [] }, { ok: true, value: [] }).state // 'missing'
 */
export const judgeRecorder = (
  lane: Lane,
  recorders: Reading<readonly RecorderFacts[]>,
  channels: Reading<readonly DeliveryFacts[]>,
): RecorderHealth => {
  if (!recorders.ok) return notAsked(lane, recorders);
  const defects: (RecorderDefect | ChannelDefect)[] = [...recorderDefects(recorders.value)];
  if (channels.ok) defects.push(...channelDefects(channels.value));
  // What is known to be wrong is said before what is not known.
  const [gravest] = defects.toSorted((one, other) => RANK[one.kind] - RANK[other.kind]);
  if (gravest !== undefined) return healthOf(lane, gravest);
  return channels.ok ? { lane, state: 'recording' } : notAsked(lane, channels);
};

/** Of a lane that could not be asked. */
export const notAsked = (lane: Lane, failed: FailedReading): RecorderHealth =>
  unknown(
    lane,
    failed.code === NO_ANSWER
      ? `${failed.operation} was not answered in time`
      : `${failed.operation} answers ${failed.code}: ${failed.message}`,
  );

export const unknown = (lane: Lane, why: string): RecorderHealth => ({
  lane,
  state: 'unknown',
  why: inert(why, WHY_CHARS_MAX),
});

const RANK: Readonly<Record<(RecorderDefect | ChannelDefect)['kind'], number>> = {
  missing: 0,
  off: 1,
  failing: 2,
  'no-channel': 3,
  undelivered: 4,
  unclear: 5,
  'unclear-channel': 6,
};

const healthOf = (lane: Lane, defect: RecorderDefect | ChannelDefect): RecorderHealth => {
  switch (defect.kind) {
    case 'missing':
      return { lane, state: 'missing', why: 'Config has no recorder there' };
    case 'off':
      return { lane, state: 'stopped', ...since(defect), why: say(`the recorder ${defect.name} is off`) };
    case 'failing':
      return {
        lane,
        state: 'failing',
        ...since(defect),
        why: say(`the recorder ${defect.name} fails: ${defect.error ?? 'Config does not say why'}`),
      };
    case 'no-channel':
      return { lane, state: 'failing', why: 'Config has no delivery channel there' };
    case 'undelivered':
      return {
        lane,
        state: 'failing',
        why: say(`the delivery channel ${defect.name} does not deliver: ${defect.failure}`),
      };
    case 'unclear':
      return unknown(lane, `the recorder ${defect.name}: ${defect.what}`);
    case 'unclear-channel':
      return unknown(lane, `the delivery channel ${defect.name}: ${defect.what}`);
    default:
      return unreachable(defect);
  }
};

const since = (defect: { readonly since?: string }): Pick<RecorderHealth, 'since'> =>
  defect.since === undefined ? {} : { since: defect.since };

const say = (why: string): string => inert(why, WHY_CHARS_MAX);

/** Two hundred of them lie in one item, and stand in a message. */
const WHY_CHARS_MAX = 300;
