/**
 * What Lambda does between a queue and a function: receives a batch, invokes, and deletes what the function
 * did not report as failed. A failed message comes back when its visibility ends.
 */
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';

export type SqsFunction = (event: SQSEvent) => Promise<SQSBatchResponse>;

export interface EventSourceMapping {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly invoke: SqsFunction;
  /** Invocations at once. */
  readonly concurrencyMax: number;
}

/** Receives one batch and sees it through. Answers how many messages there were. */
export const pollOnce = async (
  { sqs, queueUrl, queueArn, invoke }: EventSourceMapping,
  { waitSeconds, signal }: { readonly waitSeconds: number; readonly signal?: AbortSignal },
): Promise<number> => {
  const { Messages: messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: BATCH_MAX,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
    }),
    signal ? { abortSignal: signal } : {},
  );
  if (messages.length === 0) return 0;
  const event = { Records: messages.map((message) => toRecord(message, queueArn)) };
  const failed = await failedIds(invoke, event);
  await remove(
    sqs,
    queueUrl,
    messages.filter(({ MessageId }) => MessageId !== undefined && !failed.has(MessageId)),
  );
  return messages.length;
};

/** A function that throws has failed its whole batch. */
const failedIds = async (invoke: SqsFunction, event: SQSEvent): Promise<ReadonlySet<string>> => {
  try {
    const { batchItemFailures } = await invoke(event);
    return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  } catch {
    return new Set(event.Records.map(({ messageId }) => messageId));
  }
};

const remove = async (sqs: SQSClient, queueUrl: string, done: readonly Message[]): Promise<void> => {
  if (done.length === 0) return;
  await sqs.send(
    new DeleteMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: done.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle })),
    }),
  );
};

const toRecord = (message: Message, queueArn: string): SQSRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  attributes: {
    ApproximateReceiveCount: message.Attributes?.ApproximateReceiveCount ?? '1',
    SentTimestamp: message.Attributes?.SentTimestamp ?? '0',
    SenderId: message.Attributes?.SenderId ?? '',
    ApproximateFirstReceiveTimestamp: message.Attributes?.ApproximateFirstReceiveTimestamp ?? '0',
  },
  messageAttributes: {},
  md5OfBody: message.MD5OfBody ?? '',
  eventSource: 'aws:sqs',
  eventSourceARN: queueArn,
  awsRegion: queueArn.split(':')[3] ?? '',
});

/** Polls until it is closed; closing waits for the invocations under way. */
export const runEventSourceMapping = (
  mapping: EventSourceMapping,
  onError: (error: unknown) => void,
): { close(): Promise<void> } => {
  const stop = new AbortController();
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        await pollOnce(mapping, { waitSeconds: LONG_POLL_SECONDS, signal: stop.signal });
      } catch (error) {
        if (stop.signal.aborted) return;
        onError(error);
        await new Promise((resolve) => setTimeout(resolve, ERROR_PAUSE_MS));
      }
    }
  };
  const loops = Array.from({ length: mapping.concurrencyMax }, loop);
  return {
    close: async () => {
      stop.abort();
      await Promise.all(loops);
    },
  };
};

const BATCH_MAX = 10;
const LONG_POLL_SECONDS = 20;
const ERROR_PAUSE_MS = 500;
