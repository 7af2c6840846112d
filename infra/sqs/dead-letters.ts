/**
 * What could not be delivered, or was refused: the messages that nobody works on any more. They can be looked at
 * without being used up, and sent once more to where they were going. What is sent again is handled as any
 * message that comes twice; a crash half way leaves one in both places, never in none.
 *
 *     list:     receive (hidden for a moment) -> shown -> visible again
 *     redrive:  receive -> sent to the work queue -> deleted here
 */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { inParallel } from '../../domain/in-parallel.ts';
import { type Instant, instant } from '../../domain/time.ts';
import { calling } from '../aws-errors.ts';
import { describeBody, reasonOf } from './describe-dead-letter.ts';
import {
  COMPLIANCE_QUEUE,
  DEAD_LETTER_QUEUES,
  type QueuePlace,
  queueArn,
  queueUrl,
  REFUSED_QUEUE,
  WORK_QUEUES,
  workQueueOf,
} from './queues.ts';

export interface DeadLetter {
  /** SQS's message id; it stays the same while the message lies there. */
  readonly id: string;
  readonly queue: string;
  /** Where it goes when it is tried again. */
  readonly workQueue: string;
  readonly reason: string;
  /** What it is about, on one line that can be shown anywhere. */
  readonly summary: string;
  readonly sentAt: Instant;
  readonly receiveCount: number;
}

export interface DeadLetterQueue {
  readonly queue: string;
  /** About how many; SQS does not count exactly. */
  readonly messages: number;
  /** Hidden just now: somebody else looks at them. */
  readonly hidden: number;
}

export interface DeadLetterList {
  readonly queues: readonly DeadLetterQueue[];
  /** The oldest first. */
  readonly letters: readonly DeadLetter[];
  /** There are more than were asked for. */
  readonly more: boolean;
}

export interface Redriven {
  readonly queue: string;
  readonly workQueue: string;
  /** Sent again; undefined when SQS moves them by itself, and goes on with it after the answer. */
  readonly moved?: number;
}

export interface RedriveAnswer {
  readonly redriven: readonly Redriven[];
  /** Of the ids that were asked for: not there (any more), or hidden just now. */
  readonly notFound: readonly string[];
}

export interface DeadLetters {
  list(options: { readonly queue?: string; readonly lettersMax: number }): Promise<DeadLetterList>;
  /** Everything that lies in the queue now. */
  redriveQueue(queue: string): Promise<Redriven>;
  redriveIds(ids: readonly string[]): Promise<RedriveAnswer>;
}

export interface DeadLettersOptions {
  readonly sqs: SQSClient;
  readonly place: QueuePlace;
}

export const createDeadLetters = ({ sqs, place }: DeadLettersOptions): DeadLetters => {
  const countOf = async (queue: string): Promise<DeadLetterQueue> => {
    const { Attributes = {} } = await calling('sqs:GetQueueAttributes', () =>
      sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: queueUrl(place, queue),
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      ),
    );
    return {
      queue,
      messages: Number(Attributes.ApproximateNumberOfMessages ?? 0),
      hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    };
  };

  /** Receives until the queue is empty, `enough` is reached or a message comes round again; they stay hidden. */
  const receive = async (
    queue: string,
    enough: (found: ReadonlyMap<string, Message>) => boolean,
  ): Promise<ReadonlyMap<string, Message>> => {
    const found = new Map<string, Message>();
    while (!enough(found)) {
      const { Messages = [] } = await calling('sqs:ReceiveMessage', () =>
        sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: queueUrl(place, queue),
            MaxNumberOfMessages: BATCH_MAX,
            VisibilityTimeout: LOOK_SECONDS,
            // A long poll asks all of SQS's servers; a short one could miss what is there.
            WaitTimeSeconds: 1,
            MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
            MessageAttributeNames: ['All'],
          }),
        ),
      );
      const fresh = Messages.filter(({ MessageId }) => !found.has(MessageId ?? ''));
      for (const message of fresh) found.set(message.MessageId ?? '', message);
      if (fresh.length === 0) break;
    }
    return found;
  };

  const show = async (queue: string, messages: Iterable<Message>): Promise<void> => {
    const all = [...messages];
    for (let from = 0; from < all.length; from += BATCH_MAX)
      await calling('sqs:ChangeMessageVisibilityBatch', () =>
        sqs.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: queueUrl(place, queue),
            Entries: all.slice(from, from + BATCH_MAX).map(({ ReceiptHandle }, n) => ({
              Id: String(n),
              ReceiptHandle: ReceiptHandle ?? '',
              VisibilityTimeout: 0,
            })),
          }),
        ),
      );
  };

  const resend = async (queue: string, message: Message): Promise<string> => {
    const workQueue = targetOf(queue, message);
    await calling('sqs:SendMessage', () =>
      sqs.send(
        new SendMessageCommand({ QueueUrl: queueUrl(place, workQueue), MessageBody: message.Body ?? '' }),
      ),
    );
    await calling('sqs:DeleteMessage', () =>
      sqs.send(
        new DeleteMessageCommand({
          QueueUrl: queueUrl(place, queue),
          ReceiptHandle: message.ReceiptHandle ?? '',
        }),
      ),
    );
    return workQueue;
  };

  return {
    list: async ({ queue, lettersMax }) => {
      const queues = await Promise.all((queue === undefined ? DEAD_LETTER_QUEUES : [queue]).map(countOf));
      const lists = await Promise.all(
        queues.map(async ({ queue: name }) => {
          const found = await receive(name, (so) => so.size > lettersMax);
          await show(name, found.values());
          return [...found.values()].map((message) => letterOf(name, message));
        }),
      );
      const letters = lists.flat().sort((left, right) => left.sentAt.localeCompare(right.sentAt));
      return { queues, letters: letters.slice(0, lettersMax), more: letters.length > lettersMax };
    },

    redriveQueue: async (queue) => {
      const workQueue = workQueueOf(queue);
      if (workQueue === undefined) return redriveRefused();
      await calling('sqs:StartMessageMoveTask', () =>
        sqs.send(
          new StartMessageMoveTaskCommand({
            SourceArn: queueArn(place, queue),
            // Said outright: what EventBridge put there has no queue that it came from.
            DestinationArn: queueArn(place, workQueue),
          }),
        ),
      );
      return { queue, workQueue };
    },

    redriveIds: async (ids) => {
      const wanted = new Set(ids);
      const moved = new Map<string, Redriven>();
      for (const queue of DEAD_LETTER_QUEUES) {
        if (wanted.size === 0) break;
        const found = await receive(
          queue,
          (so) => [...wanted].every((id) => so.has(id)) || so.size >= SCAN_MAX,
        );
        const [chosen, others] = parted(found, wanted);
        await show(queue, others);
        await inParallel(chosen, AT_ONCE, async (message) => {
          const workQueue = await resend(queue, message);
          wanted.delete(message.MessageId ?? '');
          const key = `${queue} ${workQueue}`;
          moved.set(key, { queue, workQueue, moved: (moved.get(key)?.moved ?? 0) + 1 });
        });
      }
      return { redriven: [...moved.values()], notFound: [...wanted] };
    },
  };

  /** SQS moves only from a queue that is some queue's dead-letter queue; this one is not. */
  async function redriveRefused(): Promise<Redriven> {
    const found = await receive(REFUSED_QUEUE, (so) => so.size >= SCAN_MAX);
    const targets = await inParallel([...found.values()], AT_ONCE, (message) =>
      resend(REFUSED_QUEUE, message),
    );
    return {
      queue: REFUSED_QUEUE,
      workQueue: [...new Set(targets)].sort().join(', ') || COMPLIANCE_QUEUE,
      moved: found.size,
    };
  }
};

const letterOf = (queue: string, message: Message): DeadLetter => ({
  id: message.MessageId ?? '',
  queue,
  workQueue: targetOf(queue, message),
  reason: reasonOf(queue, message),
  summary: describeBody(message.Body ?? ''),
  sentAt: instant(Number(message.Attributes?.SentTimestamp ?? 0)),
  receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 0),
});

/** A refused message says which queue it came from; nothing but a work queue is believed. */
const targetOf = (queue: string, { MessageAttributes }: Message): string => {
  const from = MessageAttributes?.queue?.StringValue ?? '';
  return workQueueOf(queue) ?? (WORK_QUEUES.includes(from) ? from : COMPLIANCE_QUEUE);
};

const parted = (
  found: ReadonlyMap<string, Message>,
  wanted: ReadonlySet<string>,
): readonly [readonly Message[], readonly Message[]] => {
  const all = [...found.values()];
  const isWanted = ({ MessageId }: Message): boolean => wanted.has(MessageId ?? '');
  return [all.filter(isWanted), all.filter((message) => !isWanted(message))];
};

const BATCH_MAX = 10;
/** A thousand are sent again within the time that an HTTP API gives. */
const AT_ONCE = 10;
/** Long enough to look at a thousand; should we end half way, they are visible again by themselves. */
const LOOK_SECONDS = 30;
const SCAN_MAX = 1_000;
