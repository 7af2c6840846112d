/**
 * Receives that wait for a message: kept by queue, in the order in which they came, served by the scheduler
 * when a message becomes visible and ended when their time is up. All times are sandbox time.
 */
import type { Queue, QueueStore, StoredMessage } from './queue-store.ts';
import { type ReceiveInput, takeMessages } from './receiving.ts';

interface LongPoll {
  readonly input: ReceiveInput;
  readonly untilMs: number;
  readonly resolve: (messages: StoredMessage[]) => void;
}

export interface LongPolls {
  wait(
    queue: Queue,
    input: ReceiveInput,
    untilMs: number,
    onAbandoned?: (drop: () => void) => void,
  ): Promise<StoredMessage[]>;
  dueAt(): number | undefined;
  runDue(nowMs: number): void;
}

export const createLongPolls = (store: QueueStore, random: () => number): LongPolls => {
  const waiting = new Map<string, LongPoll[]>();

  const serve = (queue: Queue | undefined, polls: LongPoll[], nowMs: number): void => {
    while (queue !== undefined && polls.length > 0) {
      const messages = takeMessages(store, queue, (polls[0] as LongPoll).input, nowMs, random);
      if (messages.length === 0) break;
      polls.shift()?.resolve(messages);
    }
    // A queue that was deleted meanwhile has nothing to wait for.
    const ended = polls.filter(({ untilMs }) => queue === undefined || untilMs <= nowMs);
    for (const poll of ended) {
      polls.splice(polls.indexOf(poll), 1);
      poll.resolve([]);
    }
  };

  return {
    wait: (queue, input, untilMs, onAbandoned) =>
      new Promise((resolve) => {
        const poll: LongPoll = { input, untilMs, resolve };
        const polls = waiting.get(queue.key) ?? [];
        waiting.set(queue.key, polls);
        polls.push(poll);
        // A caller that is gone must not swallow the next message until its visibility timeout.
        onAbandoned?.(() => {
          const place = polls.indexOf(poll);
          if (place === -1) return;
          polls.splice(place, 1);
          resolve([]);
        });
      }),
    dueAt: () => {
      let dueMs = Number.POSITIVE_INFINITY;
      for (const [key, polls] of waiting) {
        if (polls.length === 0) continue;
        const queue = store.get(key);
        dueMs = Math.min(
          dueMs,
          (queue === undefined ? 0 : store.nextVisibleMs(queue)) ?? Number.POSITIVE_INFINITY,
        );
        for (const { untilMs } of polls) dueMs = Math.min(dueMs, untilMs);
      }
      return dueMs === Number.POSITIVE_INFINITY ? undefined : dueMs;
    },
    runDue: (nowMs) => {
      for (const [key, polls] of waiting) if (polls.length > 0) serve(store.get(key), polls, nowMs);
    },
  };
};
