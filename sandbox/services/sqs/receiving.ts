/**
 * Receiving: what is visible is handed out and hidden for a while; what was handed out too often moves to
 * the dead-letter queue; a long poll waits for either.
 */
import { randomHex } from '../../core/random.ts';
import { md5OfAttributes } from './message-digest.ts';
import { numberSetting, parseRedrivePolicy } from './queue-attributes.ts';
import { type Queue, type QueueStore, queueArn, queueKeyOfArn, type StoredMessage } from './queue-store.ts';

export interface ReceiveInput {
  readonly AttributeNames?: readonly string[];
  readonly MessageSystemAttributeNames?: readonly string[];
  readonly MessageAttributeNames?: readonly string[];
  readonly MaxNumberOfMessages?: number;
  readonly VisibilityTimeout?: number;
  readonly WaitTimeSeconds?: number;
}

/** Takes up to `MaxNumberOfMessages` visible messages. */
export const takeMessages = (
  store: QueueStore,
  queue: Queue,
  input: ReceiveInput,
  nowMs: number,
  random: () => number,
): StoredMessage[] => {
  const { MaxNumberOfMessages: countMax = 1 } = input;
  const hiddenMs = (input.VisibilityTimeout ?? numberSetting(queue.record, 'VisibilityTimeout')) * 1_000;
  const taken: StoredMessage[] = [];
  while (taken.length < countMax) {
    const message = store.takeVisible(queue, nowMs);
    if (message === undefined) break;
    if (isExpired(queue, message, nowMs)) store.deleteMessage(queue, message.id);
    else if (!movedToDeadLetter(store, queue, message, nowMs))
      taken.push(received(message, nowMs, hiddenMs, random));
  }
  // Put back only now: with a timeout of 0 the same receive would take the same message again.
  for (const message of taken) store.putMessage(queue, message);
  return taken;
};

const isExpired = (queue: Queue, { sentMs }: StoredMessage, nowMs: number): boolean =>
  sentMs + numberSetting(queue.record, 'MessageRetentionPeriod') * 1_000 <= nowMs;

const received = (
  message: StoredMessage,
  nowMs: number,
  hiddenMs: number,
  random: () => number,
): StoredMessage => ({
  ...message,
  visibleMs: nowMs + hiddenMs,
  receiveCount: message.receiveCount + 1,
  firstReceivedMs: message.firstReceivedMs ?? nowMs,
  receiptHandle: Buffer.from(`${message.id} ${randomHex(random, 16)}`).toString('base64'),
});

/** The message a handle was given for, if it looks like a handle at all. */
export const messageIdOfHandle = (receiptHandle: string): string | undefined =>
  /^([0-9a-f-]{36}) [0-9a-f]{16}$/.exec(Buffer.from(receiptHandle, 'base64').toString())?.[1];

/** A dead-letter queue that is gone leaves the message where it is, as AWS does. */
const movedToDeadLetter = (
  store: QueueStore,
  queue: Queue,
  message: StoredMessage,
  nowMs: number,
): boolean => {
  const policy = parseRedrivePolicy(queue.record.attributes.RedrivePolicy);
  if (policy === undefined || message.receiveCount < policy.maxReceiveCount) return false;
  const deadLetterQueue = store.get(queueKeyOfArn(policy.deadLetterTargetArn) ?? '');
  if (deadLetterQueue === undefined) return false;
  moveMessage(store, queue, deadLetterQueue, { ...message, deadLetterSource: queueArn(queue.record) }, nowMs);
  return true;
};

export const moveMessage = (
  store: QueueStore,
  from: Queue,
  to: Queue,
  message: StoredMessage,
  nowMs: number,
): void => {
  // The new place is written under the same id, so that a kill in between leaves the message in one of both.
  from.messages.delete(message.id);
  from.current.delete(message.id);
  store.putMessage(to, { ...message, queue: to.key, visibleMs: nowMs });
};

/** A message as ReceiveMessage answers it. */
export const tellMessage = (message: StoredMessage, input: ReceiveInput): unknown => {
  const system = pickSystemAttributes(message, [
    ...(input.AttributeNames ?? []),
    ...(input.MessageSystemAttributeNames ?? []),
  ]);
  const attributes = pickAttributes(message, input.MessageAttributeNames ?? []);
  const attributesMd5 = md5OfAttributes(attributes);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: message.md5,
    Body: message.body,
    ...(Object.keys(system).length === 0 ? {} : { Attributes: system }),
    ...(attributesMd5 === undefined
      ? {}
      : { MD5OfMessageAttributes: attributesMd5, MessageAttributes: attributes }),
  };
};

const pickSystemAttributes = (message: StoredMessage, names: readonly string[]): Record<string, string> => {
  if (names.length === 0) return {};
  const traceHeader = message.systemAttributes?.AWSTraceHeader?.StringValue;
  const all: Record<string, string> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentMs),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs),
    ...(message.deadLetterSource === undefined ? {} : { DeadLetterQueueSourceArn: message.deadLetterSource }),
    ...(traceHeader === undefined ? {} : { AWSTraceHeader: traceHeader }),
  };
  return names.includes('All')
    ? all
    : Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
};

const pickAttributes = (message: StoredMessage, names: readonly string[]) => {
  const isWanted = (name: string): boolean =>
    names.some(
      (wanted) =>
        wanted === 'All' ||
        wanted === '.*' ||
        wanted === name ||
        (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -2))),
    );
  return Object.fromEntries(Object.entries(message.attributes ?? {}).filter(([name]) => isWanted(name)));
};
