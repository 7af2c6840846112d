/** The queues by name: what each holds, and where a message goes back to when it is tried again. */

export const COMPLIANCE_QUEUE = 'selfheal-compliance';
export const EXECUTIONS_QUEUE = 'selfheal-executions';
export const WAKES_QUEUE = 'selfheal-wakes';
export const SCHEDULED_QUEUE = 'selfheal-scheduled';

/** What the functions work on. Each has a dead-letter queue of its own. */
export const WORK_QUEUES: readonly string[] = [
  COMPLIANCE_QUEUE,
  EXECUTIONS_QUEUE,
  WAKES_QUEUE,
  SCHEDULED_QUEUE,
];

/** Bad input that selfheal set aside itself, with its reason. */
export const REFUSED_QUEUE = 'selfheal-refused';

/** @example deadLetterQueueOf('selfheal-wakes') // 'selfheal-wakes-dlq' */
export const deadLetterQueueOf = (workQueue: string): string => `${workQueue}-dlq`;

/** Every queue in which messages lie that nobody works on. */
export const DEAD_LETTER_QUEUES: readonly string[] = [...WORK_QUEUES.map(deadLetterQueueOf), REFUSED_QUEUE];

/** @example workQueueOf('selfheal-wakes-dlq') // 'selfheal-wakes' */
export const workQueueOf = (deadLetterQueue: string): string | undefined =>
  WORK_QUEUES.find((queue) => deadLetterQueueOf(queue) === deadLetterQueue);

export interface QueuePlace {
  readonly region: string;
  readonly hubAccount: string;
  /** Where the queue of wake-ups is: all are beside it. */
  readonly wakeQueueUrl: string;
}

export const queueUrl = ({ wakeQueueUrl }: QueuePlace, name: string): string =>
  wakeQueueUrl.replace(/[^/]+$/, name);

export const queueArn = ({ region, hubAccount }: QueuePlace, name: string): string =>
  `arn:aws:sqs:${region}:${hubAccount}:${name}`;
