/** A queue that lets a service of AWS in: without a policy of its own it would refuse what rules and topics send. */
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';

/** For anything in its account that the service sends on behalf of. */
export const queueFor = (QueueName: string, service: string, account = HUB_ACCOUNT): CreateQueueCommand =>
  new CreateQueueCommand({
    QueueName,
    Attributes: {
      Policy: JSON.stringify({
        Statement: {
          Effect: 'Allow',
          Principal: { Service: service },
          Action: 'sqs:SendMessage',
          Resource: `arn:aws:sqs:*:${account}:${QueueName}`,
          Condition: { StringEquals: { 'aws:SourceAccount': account } },
        },
      }),
    },
  });
