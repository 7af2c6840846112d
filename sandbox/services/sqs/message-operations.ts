/** SQS operations on messages, each alone and in batches; a batch answers for every entry by itself. */
import { randomUuid } from '../../core/random.ts';
import { AwsError, type CallContext, type Operation } from '../../service.ts';
import { findQueue } from './find-queue.ts';
import { checkMessage, checkRange, type MessageInput } from './message-check.ts';
import { md5OfAttributes, md5OfBody } from './message-digest.ts';
import { numberSetting } from './queue-attributes.ts';
import type { Queue, QueueStore, StoredMessage } from './queue-store.ts';
import { messageIdOfHandle } from './receiving.ts';

interface BatchInput<Entry> {
  readonly QueueUrl: string;
  readonly Entries: readonly (Entry & { readonly Id: string })[];
}

interface HandleInput {
  readonly ReceiptHandle: string;
}

interface VisibilityInput extends HandleInput {
  readonly VisibilityTimeout?: number;
}

const BATCH_MAX = 10;
const BATCH_BYTES_MAX = 262_144;
const VISIBILITY_SECONDS_MAX = 43_200;

export const createMessageOperations = (
  store: QueueStore,
  random: () => number,
): Readonly<Record<string, Operation>> => {
  const send = (queue: Queue, input: MessageInput, { nowMs, principalArn }: CallContext): unknown => {
    checkMessage(input, numberSetting(queue.record, 'MaximumMessageSize'));
    const message = newMessage(queue, input, randomUuid(random), nowMs, principalArn);
    store.putMessage(queue, message);
    const attributesMd5 = md5OfAttributes(input.MessageAttributes);
    const systemMd5 = md5OfAttributes(input.MessageSystemAttributes);
    return {
      MessageId: message.id,
      MD5OfMessageBody: message.md5,
      ...(attributesMd5 === undefined ? {} : { MD5OfMessageAttributes: attributesMd5 }),
      ...(systemMd5 === undefined ? {} : { MD5OfMessageSystemAttributes: systemMd5 }),
    };
  };

  /** Only the handle of the latest receive counts; an older one is accepted and changes nothing, as on AWS. */
  const messageOf = (queue: Queue, { ReceiptHandle }: HandleInput): StoredMessage | undefined => {
    const id = messageIdOfHandle(ReceiptHandle);
    if (id === undefined) {
      throw new AwsError(
        'ReceiptHandleIsInvalid',
        `The input receipt handle "${ReceiptHandle}" is not a valid receipt handle.`,
      );
    }
    const message = queue.messages.get(id);
    return message?.receiptHandle === ReceiptHandle ? message : undefined;
  };

  const remove = (queue: Queue, input: HandleInput): void => {
    const message = messageOf(queue, input);
    if (message !== undefined) store.deleteMessage(queue, message.id);
  };

  const changeVisibility = (queue: Queue, input: VisibilityInput, { nowMs }: CallContext): void => {
    checkRange('VisibilityTimeout', input.VisibilityTimeout, 0, VISIBILITY_SECONDS_MAX);
    const message = messageOf(queue, input);
    if (message === undefined || message.visibleMs <= nowMs) {
      throw new AwsError('MessageNotInflight', 'The message referred to is not in flight.');
    }
    const seconds = input.VisibilityTimeout ?? numberSetting(queue.record, 'VisibilityTimeout');
    store.putMessage(queue, { ...message, visibleMs: nowMs + seconds * 1_000 });
  };

  return {
    SendMessage: (input: MessageInput & { QueueUrl: string }, context) =>
      send(findQueue(store, input.QueueUrl, context), input, context),
    SendMessageBatch: (input: BatchInput<MessageInput>, context) => {
      const queue = findQueue(store, input.QueueUrl, context);
      checkBatch(input.Entries);
      checkBatchSize(input.Entries);
      return eachEntry(input.Entries, (entry) => send(queue, entry, context));
    },
    DeleteMessage: (input: HandleInput & { QueueUrl: string }, context) =>
      remove(findQueue(store, input.QueueUrl, context), input),
    DeleteMessageBatch: (input: BatchInput<HandleInput>, context) => {
      const queue = findQueue(store, input.QueueUrl, context);
      checkBatch(input.Entries);
      return eachEntry(input.Entries, (entry) => remove(queue, entry));
    },
    ChangeMessageVisibility: (input: VisibilityInput & { QueueUrl: string }, context) =>
      changeVisibility(findQueue(store, input.QueueUrl, context), input, context),
    ChangeMessageVisibilityBatch: (input: BatchInput<VisibilityInput>, context) => {
      const queue = findQueue(store, input.QueueUrl, context);
      checkBatch(input.Entries);
      return eachEntry(input.Entries, (entry) => changeVisibility(queue, entry, context));
    },
  };
};

const newMessage = (
  queue: Queue,
  input: MessageInput,
  id: string,
  nowMs: number,
  principalArn: string,
): StoredMessage => ({
  id,
  queue: queue.key,
  body: input.MessageBody,
  md5: md5OfBody(input.MessageBody),
  ...(input.MessageAttributes === undefined ? {} : { attributes: input.MessageAttributes }),
  ...(input.MessageSystemAttributes === undefined ? {} : { systemAttributes: input.MessageSystemAttributes }),
  senderId: principalArn,
  sentMs: nowMs,
  visibleMs: nowMs + (input.DelaySeconds ?? numberSetting(queue.record, 'DelaySeconds')) * 1_000,
  receiveCount: 0,
});

const checkBatch = (entries: readonly { readonly Id: string }[]): void => {
  if (entries.length === 0)
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > BATCH_MAX) {
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${BATCH_MAX}. You have sent ${entries.length}.`,
    );
  }
  const ids = new Set<string>();
  for (const { Id } of entries) {
    if (!/^[\w-]{1,80}$/.test(Id)) {
      throw new AwsError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    }
    if (ids.has(Id)) throw new AwsError('BatchEntryIdsNotDistinct', `Id ${Id} repeated.`);
    ids.add(Id);
  }
};

const checkBatchSize = (entries: readonly MessageInput[]): void => {
  const sizeBytes = entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0);
  if (sizeBytes <= BATCH_BYTES_MAX) return;
  throw new AwsError(
    'BatchRequestTooLong',
    `Batch requests cannot be longer than ${BATCH_BYTES_MAX} bytes. You have sent ${sizeBytes} bytes.`,
  );
};

const eachEntry = <Entry extends { readonly Id: string }>(
  entries: readonly Entry[],
  act: (entry: Entry) => unknown,
): unknown => {
  const successful: unknown[] = [];
  const failed: unknown[] = [];
  for (const entry of entries) {
    try {
      successful.push({ Id: entry.Id, ...(act(entry) as object | undefined) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful: successful, ...(failed.length === 0 ? {} : { Failed: failed }) };
};
