/** SQS, standard queues: the operations, and the door through which SNS and EventBridge deliver. */
import type { HttpCallContext } from '../../core/context.ts';
import { randomUuid } from '../../core/random.ts';
import type { AwsService, Operation, World } from '../../service.ts';
import { findQueue } from './find-queue.ts';
import { createLongPolls } from './long-polls.ts';
import { checkRange } from './message-check.ts';
import { md5OfBody } from './message-digest.ts';
import { createMessageOperations } from './message-operations.ts';
import { createMoveOperations } from './move-tasks.ts';
import { numberSetting } from './queue-attributes.ts';
import { createQueueOperations } from './queue-operations.ts';
import { type MessageAttribute, QueueStore, queueKeyOfArn } from './queue-store.ts';
import { type ReceiveInput, takeMessages, tellMessage } from './receiving.ts';

export interface SqsDeps {
  readonly world: World;
  readonly random: () => number;
  /** What a queue's URL begins with. */
  readonly baseUrl: () => string;
  /** False where time does not pass by itself: a long poll then answers at once. */
  readonly longPolling: boolean;
}

export interface Delivery {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  /** Who is told as the sender. */
  readonly senderId: string;
}

export interface SqsService extends AwsService {
  hasQueue(queueArn: string): boolean;
  /** Puts a message into the queue of this ARN; false when there is none. */
  deliver(queueArn: string, delivery: Delivery, nowMs: number): boolean;
}

export const createSqsService = (deps: SqsDeps): SqsService => {
  const { world, random } = deps;
  const store = new QueueStore(world);
  const longPolls = createLongPolls(store, random);

  const receive = async (
    input: ReceiveInput & { QueueUrl: string },
    context: HttpCallContext,
  ): Promise<unknown> => {
    const queue = findQueue(store, input.QueueUrl, context);
    checkRange('MaxNumberOfMessages', input.MaxNumberOfMessages, 1, 10);
    checkRange('VisibilityTimeout', input.VisibilityTimeout, 0, 43_200);
    checkRange('WaitTimeSeconds', input.WaitTimeSeconds, 0, 20);
    const waitMs =
      (input.WaitTimeSeconds ?? numberSetting(queue.record, 'ReceiveMessageWaitTimeSeconds')) * 1_000;
    let messages = takeMessages(store, queue, input, context.nowMs, random);
    if (messages.length === 0 && waitMs > 0 && deps.longPolling) {
      messages = await longPolls.wait(queue, input, context.nowMs + waitMs, context.onAbandoned);
    }
    return messages.length === 0 ? {} : { Messages: messages.map((message) => tellMessage(message, input)) };
  };

  const operations: Record<string, Operation> = {
    ...createQueueOperations(store, deps.baseUrl),
    ...createMessageOperations(store, random),
    ...createMoveOperations(store, random),
    ReceiveMessage: receive,
  };

  return {
    name: 'sqs',
    operations,
    dueAt: longPolls.dueAt,
    runDue: longPolls.runDue,
    hasQueue: (arn) => store.get(queueKeyOfArn(arn) ?? '') !== undefined,
    deliver: (arn, { body, attributes, senderId }, nowMs) => {
      const queue = store.get(queueKeyOfArn(arn) ?? '');
      if (queue === undefined) return false;
      store.putMessage(queue, {
        id: randomUuid(random),
        queue: queue.key,
        body,
        md5: md5OfBody(body),
        ...(attributes === undefined ? {} : { attributes }),
        senderId,
        sentMs: nowMs,
        visibleMs: nowMs + numberSetting(queue.record, 'DelaySeconds') * 1_000,
        receiveCount: 0,
      });
      return true;
    },
  };
};
