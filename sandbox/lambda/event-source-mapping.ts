/**
 * What Lambda does between a queue and a function: receives a batch, invokes, and deletes what the function
 * did not report as failed. A failed message comes back when its visibility ends.
 */
import { setMaxListeners } from 'node:events';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSMessageAttributes, SQSRecord } from 'aws-lambda';

export type SqsFunction = (event: SQSEvent) => Promise<SQSBatchResponse>;

export interface EventSourceMapping {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  /** Invocations at once. */
  readonly concurrencyMax: number;
  /** Messages in one invocation. Default 10, as many as one receive gives. */
  readonly batchSize?: number;
  /** How long a batch may wait to be full. Default: it does not. */
  readonly window?: { readonly seconds: number; readonly nowMs: () => number };
  /** ReportBatchItemFailures; false: a batch fails or succeeds as a whole. Default true. */
  readonly reportsItemFailures?: boolean;
}

export interface PollOptions {
  /** For a first message. */
  readonly waitSeconds: number;
  readonly signal?: AbortSignal;
}

/** Receives one batch and sees it through. Answers how many messages there were. */
export const pollOnce = async (mapping: EventSourceMapping, options: PollOptions): Promise<number> => {
  const messages = await receiveBatch(mapping, options);
  if (messages.length === 0) return 0;
  const { sqs, queueUrl, queueArn } = mapping;
  const failed = await failedIds(mapping, {
    Records: messages.map((message) => toRecord(message, queueArn)),
  });
  await remove(
    sqs,
    queueUrl,
    messages.filter(({ MessageId }) => MessageId !== undefined && !failed.has(MessageId)),
  );
  return messages.length;
};

/** A receive gives ten messages at most: a larger batch takes several, and a window lets it wait for more. */
const receiveBatch = async (
  { sqs, queueUrl, batchSize = RECEIVE_MAX, window }: EventSourceMapping,
  { waitSeconds, signal }: PollOptions,
): Promise<readonly Message[]> => {
  const receive = async (countMax: number, seconds: number): Promise<readonly Message[]> => {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(countMax, RECEIVE_MAX),
        WaitTimeSeconds: seconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
      signal ? { abortSignal: signal } : {},
    );
    return messages;
  };
  const batch = [...(await receive(batchSize, waitSeconds))];
  if (batch.length === 0) return batch;
  const closesMs = window === undefined ? 0 : window.nowMs() + window.seconds * 1_000;
  for (let isFilling = true; isFilling && batch.length < batchSize; ) {
    const leftSeconds = window === undefined ? 0 : Math.floor((closesMs - window.nowMs()) / 1_000);
    if (leftSeconds <= 0 && batch.length % RECEIVE_MAX !== 0) break;
    const more = await receive(batchSize - batch.length, Math.min(Math.max(leftSeconds, 0), waitSeconds));
    batch.push(...more);
    isFilling = more.length > 0;
  }
  return batch;
};

/** A function that throws has failed its whole batch; so has one whose answer cannot be understood. */
const failedIds = async (
  { invoke, reportsItemFailures = true }: EventSourceMapping,
  event: SQSEvent,
): Promise<ReadonlySet<string>> => {
  const all = new Set(event.Records.map(({ messageId }) => messageId));
  try {
    const answer = await invoke(event);
    if (!reportsItemFailures) return NONE;
    const failures = (answer as SQSBatchResponse | null | undefined)?.batchItemFailures ?? [];
    const ids = failures.map(({ itemIdentifier }) => itemIdentifier);
    return ids.every((id) => all.has(id)) ? new Set(ids) : all;
  } catch {
    return all;
  }
};

const remove = async (sqs: SQSClient, queueUrl: string, done: readonly Message[]): Promise<void> => {
  for (let from = 0; from < done.length; from += RECEIVE_MAX)
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: done
          .slice(from, from + RECEIVE_MAX)
          .map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle })),
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
  messageAttributes: attributesOf(message),
  md5OfBody: message.MD5OfBody ?? '',
  eventSource: 'aws:sqs',
  eventSourceARN: queueArn,
  awsRegion: queueArn.split(':')[3] ?? '',
});

const attributesOf = ({ MessageAttributes = {} }: Message): SQSMessageAttributes =>
  Object.fromEntries(
    Object.entries(MessageAttributes).map(([name, { DataType = 'String', StringValue, BinaryValue }]) => [
      name,
      {
        dataType: DataType,
        stringListValues: [],
        binaryListValues: [],
        ...(StringValue === undefined ? {} : { stringValue: StringValue }),
        ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
      },
    ]),
  );

/** Polls until it is closed; closing waits for the invocations under way. */
export const runEventSourceMapping = (
  mapping: EventSourceMapping,
  onError: (error: unknown) => void,
): { close(): Promise<void> } => {
  const stop = new AbortController();
  // Every loop listens to it, and that is no leak.
  setMaxListeners(0, stop.signal);
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

const NONE: ReadonlySet<string> = new Set();
/** In one receive, and in one delete. */
const RECEIVE_MAX = 10;
const LONG_POLL_SECONDS = 20;
const ERROR_PAUSE_MS = 500;
