/** StartMessageMoveTask: what lies in a dead-letter queue goes back to where it came from. */
import { randomUuid } from '../../core/random.ts';
import { AwsError, type Operation } from '../../service.ts';
import { invalidValue } from './message-check.ts';
import { parseRedrivePolicy } from './queue-attributes.ts';
import { type Queue, type QueueStore, queueKeyOfArn } from './queue-store.ts';
import { moveMessage } from './receiving.ts';

interface StartInput {
  readonly SourceArn: string;
  readonly DestinationArn?: string;
  readonly MaxNumberOfMessagesPerSecond?: number;
}

interface MoveTask {
  readonly source: string;
  readonly told: Readonly<Record<string, unknown>>;
}

/** AWS keeps the ten latest tasks of a queue. */
const TASKS_TOLD_MAX = 10;

export const createMoveOperations = (
  store: QueueStore,
  random: () => number,
): Readonly<Record<string, Operation>> => {
  const tasks: MoveTask[] = [];

  const queueOf = (arn: string): Queue => {
    const queue = store.get(queueKeyOfArn(arn) ?? '');
    if (queue === undefined) {
      throw new AwsError(
        'ResourceNotFoundException',
        `The resource that you specified for the ARN ${arn} doesn't exist.`,
        404,
      );
    }
    return queue;
  };

  return {
    // The sandbox moves all at once, whatever rate is asked for: the task is over when the call returns.
    StartMessageMoveTask: (input: StartInput, { nowMs }) => {
      const source = queueOf(input.SourceArn);
      if (!isDeadLetterQueue(store, input.SourceArn)) {
        throw invalidValue('Source queue must be configured as a Dead Letter Queue.');
      }
      const fixed = input.DestinationArn === undefined ? undefined : queueOf(input.DestinationArn);
      const moves = [...source.messages.values()]
        .filter(({ visibleMs }) => visibleMs <= nowMs)
        .map((message) => ({
          message,
          to: fixed ?? store.get(queueKeyOfArn(message.deadLetterSource ?? '') ?? ''),
        }));
      let moved = 0;
      for (const { message, to } of moves) {
        if (to === undefined) continue;
        const { deadLetterSource: _, ...fresh } = message;
        moveMessage(store, source, to, { ...fresh, receiveCount: 0 }, nowMs);
        moved += 1;
      }
      const handle = Buffer.from(randomUuid(random)).toString('base64');
      tasks.unshift({
        source: input.SourceArn,
        told: {
          Status: moved === moves.length ? 'COMPLETED' : 'FAILED',
          ...input,
          ApproximateNumberOfMessagesMoved: moved,
          ApproximateNumberOfMessagesToMove: moves.length,
          ...(moved === moves.length ? {} : { FailureReason: 'CouldNotDetermineMessageSource' }),
          StartedTimestamp: nowMs,
        },
      });
      return { TaskHandle: handle };
    },

    ListMessageMoveTasks: (input: { SourceArn: string; MaxResults?: number }) => {
      queueOf(input.SourceArn);
      const found = tasks.filter(({ source }) => source === input.SourceArn);
      return {
        Results: found.slice(0, Math.min(input.MaxResults ?? 1, TASKS_TOLD_MAX)).map(({ told }) => told),
      };
    },
  };
};

const isDeadLetterQueue = (store: QueueStore, arn: string): boolean =>
  [...store.all()].some(
    ({ record }) => parseRedrivePolicy(record.attributes.RedrivePolicy)?.deadLetterTargetArn === arn,
  );
