/**
 * What Config tells of a lane's recorder and its delivery channel, and what is wrong with them. The doctor says how
 * each defect is mended; the health of a recorder is the gravest of them.
 */
import type { Instant } from '../time.ts';

export interface RecorderFacts {
  readonly name: string;
  /** Absent when the answer does not say: that is not taken for well. */
  readonly recording?: boolean;
  /** `Pending`, `Success`, `Failure` or `Notapplicable`. */
  readonly lastStatus?: string;
  /** Why it failed last: AWS goes on telling it when the recorder works again. */
  readonly lastError?: string;
  /** When it was stopped, or came to its last status. */
  readonly since?: Instant;
}

export interface DeliveryFacts {
  readonly name: string;
  /** What the channel could not deliver last, and why. */
  readonly failures: readonly string[];
  /** What of it the answer does not say in words that are known. */
  readonly unclear?: readonly string[];
}

export type RecorderDefect =
  | { readonly kind: 'missing' }
  | { readonly kind: 'off'; readonly name: string; readonly since?: Instant }
  | { readonly kind: 'failing'; readonly name: string; readonly error?: string; readonly since?: Instant }
  | { readonly kind: 'unclear'; readonly name: string; readonly what: string };

export type ChannelDefect =
  | { readonly kind: 'no-channel' }
  | { readonly kind: 'undelivered'; readonly name: string; readonly failure: string }
  | { readonly kind: 'unclear-channel'; readonly name: string; readonly what: string };

export const recorderDefects = (recorders: readonly RecorderFacts[]): readonly RecorderDefect[] => {
  if (recorders.length === 0) return [{ kind: 'missing' }];
  return recorders.flatMap(({ name, recording, lastStatus, lastError, since }): RecorderDefect[] => {
    const when = since === undefined ? {} : { since };
    if (recording === undefined)
      return [{ kind: 'unclear', name, what: 'Config does not say whether it is on' }];
    if (!recording) return [{ kind: 'off', name, ...when }];
    if (lastStatus === 'Failure')
      return [{ kind: 'failing', name, ...(lastError === undefined ? {} : { error: lastError }), ...when }];
    return lastStatus !== undefined && AT_WORK.has(lastStatus)
      ? []
      : [{ kind: 'unclear', name, what: `it is on, and its last status is ${lastStatus ?? 'not told'}` }];
  });
};

/** A recorder that has just been started, or in whose lane nothing was ever changed, is pending. */
const AT_WORK: ReadonlySet<string> = new Set(['Success', 'Pending', 'Notapplicable']);

export const channelDefects = (channels: readonly DeliveryFacts[]): readonly ChannelDefect[] => {
  if (channels.length === 0) return [{ kind: 'no-channel' }];
  return channels.flatMap(({ name, failures, unclear = [] }): ChannelDefect[] => [
    ...failures.map((failure) => ({ kind: 'undelivered' as const, name, failure })),
    ...unclear.map((what) => ({ kind: 'unclear-channel' as const, name, what })),
  ]);
};
