/**
 * The queues and their messages. The world's tables are the truth; beside them each queue has an index
 * (what is ready, what becomes ready when), so that a receive never looks through all messages.
 */
import { createTimeline, type Timeline, type TimelineEntry } from '../../core/timeline.ts';
import type { Table, World } from '../../service.ts';

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64. */
  readonly BinaryValue?: string;
}

export interface QueueRecord {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface StoredMessage {
  readonly id: string;
  readonly queue: string;
  readonly body: string;
  readonly md5: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  readonly systemAttributes?: Readonly<Record<string, MessageAttribute>>;
  readonly senderId: string;
  readonly sentMs: number;
  /** Nobody receives it before; moved on by a delay or by a receive. */
  readonly visibleMs: number;
  readonly receiveCount: number;
  readonly firstReceivedMs?: number;
  /** Of the latest receive. */
  readonly receiptHandle?: string;
  /** ARN of the queue it was moved away from to this dead-letter queue. */
  readonly deadLetterSource?: string;
}

export interface Queue {
  readonly key: string;
  readonly record: QueueRecord;
  readonly messages: Map<string, StoredMessage>;
  /** Ids by the time they become visible. */
  readonly timeline: Timeline<string>;
  /** The one entry of the timeline that counts for a message; others of it are stale. */
  readonly current: Map<string, TimelineEntry<string>>;
}

export const queueKey = (account: string, region: string, name: string): string =>
  `${account}/${region}/${name}`;

export const queueArn = ({ account, region, name }: QueueRecord): string =>
  `arn:aws:sqs:${region}:${account}:${name}`;

/** `undefined` when the ARN is not a queue's. */
export const queueKeyOfArn = (arn: string): string | undefined => {
  const [, , service, region, account, name] = arn.split(':');
  return service === 'sqs' && region && account && name ? queueKey(account, region, name) : undefined;
};

export class QueueStore {
  readonly #records: Table<QueueRecord>;
  readonly #stored: Table<StoredMessage>;
  readonly #queues = new Map<string, Queue>();

  constructor(world: World) {
    this.#records = world.table('sqs-queues');
    this.#stored = world.table('sqs-messages');
    for (const [key, record] of this.#records.entries()) this.#queues.set(key, emptyQueue(key, record));
    for (const message of this.#stored.values()) {
      const queue = this.#queues.get(message.queue);
      if (queue !== undefined) index(queue, message);
    }
  }

  get(key: string): Queue | undefined {
    return this.#queues.get(key);
  }

  all(): IterableIterator<Queue> {
    return this.#queues.values();
  }

  putQueue(record: QueueRecord): Queue {
    const key = queueKey(record.account, record.region, record.name);
    this.#records.put(key, record);
    const queue = { ...(this.#queues.get(key) ?? emptyQueue(key, record)), record };
    this.#queues.set(key, queue);
    return queue;
  }

  deleteQueue(queue: Queue): void {
    this.purge(queue);
    this.#records.delete(queue.key);
    this.#queues.delete(queue.key);
  }

  putMessage(queue: Queue, message: StoredMessage): void {
    this.#stored.put(message.id, message);
    index(queue, message);
  }

  deleteMessage(queue: Queue, id: string): void {
    queue.current.delete(id);
    if (queue.messages.delete(id)) this.#stored.delete(id);
  }

  purge(queue: Queue): void {
    for (const id of [...queue.messages.keys()]) this.deleteMessage(queue, id);
  }

  /** Takes the message visible for the longest time. Put it back, or nobody receives it before a restart. */
  takeVisible(queue: Queue, nowMs: number): StoredMessage | undefined {
    const dueMs = this.nextVisibleMs(queue);
    if (dueMs === undefined || dueMs > nowMs) return undefined;
    const id = queue.timeline.takeDue(nowMs)?.value ?? '';
    queue.current.delete(id);
    return queue.messages.get(id);
  }

  /** When the next message becomes visible, or has become it. */
  nextVisibleMs(queue: Queue): number | undefined {
    for (;;) {
      const next = queue.timeline.first();
      if (next === undefined || queue.current.get(next.value) === next) return next?.dueMs;
      queue.timeline.takeDue(next.dueMs);
    }
  }
}

const emptyQueue = (key: string, record: QueueRecord): Queue => ({
  key,
  record,
  messages: new Map(),
  timeline: createTimeline(),
  current: new Map(),
});

const index = (queue: Queue, message: StoredMessage): void => {
  queue.messages.set(message.id, message);
  queue.current.set(message.id, queue.timeline.add(message.visibleMs, message.id));
};
