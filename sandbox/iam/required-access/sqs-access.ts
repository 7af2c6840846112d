/** What SQS's operations need; a batch needs what its single operation needs. */
import { parseRedrivePolicy } from '../../services/sqs/queue-attributes.ts';
import { type QueueRecord, queueArn } from '../../services/sqs/queue-store.ts';
import { type AccessRow, type AccessRows, type CallSite, type Need, withoutResource } from './access-row.ts';

const onQueue =
  (action: string): AccessRow =>
  ({ QueueUrl }: { readonly QueueUrl: string }, { account, region }) => {
    const [, owner = account, name = '*'] = /\/(\d{12})\/([\w.-]+)\/?$/.exec(QueueUrl) ?? [];
    return [{ action: `sqs:${action}`, resource: `arn:aws:sqs:${region}:${owner}:${name}` }];
  };

interface MoveInput {
  readonly SourceArn: string;
  readonly DestinationArn?: string;
}

/** Messages are received, deleted and sent on behalf of the caller. Without a destination they go where they came from. */
const moveMessages = ({ SourceArn, DestinationArn }: MoveInput, { world }: CallSite): readonly Need[] => {
  const records = [...world.table<QueueRecord>('sqs-queues').values()];
  const destinations =
    DestinationArn === undefined
      ? records
          .filter(
            ({ attributes }) =>
              parseRedrivePolicy(attributes.RedrivePolicy)?.deadLetterTargetArn === SourceArn,
          )
          .map(queueArn)
      : [DestinationArn];
  return [
    ...MOVE_FROM.map((action) => ({ action, resource: SourceArn })),
    ...destinations.map((resource) => ({ action: 'sqs:SendMessage', resource })),
  ];
};

const MOVE_FROM = [
  'sqs:StartMessageMoveTask',
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
];

const byName =
  (action: string): AccessRow =>
  (
    {
      QueueName,
      QueueOwnerAWSAccountId: owner,
    }: { readonly QueueName: string; readonly QueueOwnerAWSAccountId?: string },
    { account, region },
  ) => [{ action: `sqs:${action}`, resource: `arn:aws:sqs:${region}:${owner ?? account}:${QueueName}` }];

export const SQS_ACCESS: AccessRows = {
  ...withoutResource('sqs', ['ListQueues']),
  ChangeMessageVisibility: onQueue('ChangeMessageVisibility'),
  ChangeMessageVisibilityBatch: onQueue('ChangeMessageVisibility'),
  CreateQueue: byName('CreateQueue'),
  DeleteMessage: onQueue('DeleteMessage'),
  DeleteMessageBatch: onQueue('DeleteMessage'),
  DeleteQueue: onQueue('DeleteQueue'),
  GetQueueAttributes: onQueue('GetQueueAttributes'),
  GetQueueUrl: byName('GetQueueUrl'),
  ListDeadLetterSourceQueues: onQueue('ListDeadLetterSourceQueues'),
  ListMessageMoveTasks: ({ SourceArn }: MoveInput) => [
    { action: 'sqs:ListMessageMoveTasks', resource: SourceArn },
  ],
  ListQueueTags: onQueue('ListQueueTags'),
  PurgeQueue: onQueue('PurgeQueue'),
  ReceiveMessage: onQueue('ReceiveMessage'),
  SendMessage: onQueue('SendMessage'),
  SendMessageBatch: onQueue('SendMessage'),
  SetQueueAttributes: onQueue('SetQueueAttributes'),
  StartMessageMoveTask: moveMessages,
  TagQueue: onQueue('TagQueue'),
  UntagQueue: onQueue('UntagQueue'),
};
