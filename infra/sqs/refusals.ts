/**
 * Sets bad input aside: the message goes to a queue of its own with the reason beside it, so that it is neither
 * lost nor in the way of its neighbours.
 */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { inert } from '../../domain/message.ts';
import { calling } from '../aws-errors.ts';

export interface Refusals {
  /** @param queue where it came from: there it goes when somebody wants it tried again. */
  setAside(body: string, reason: string, queue: string): Promise<void>;
}

export const createRefusals = ({
  sqs,
  queueUrl,
}: {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
}): Refusals => ({
  setAside: async (body, reason, queue) => {
    await calling('sqs:SendMessage', () =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: body,
          MessageAttributes: {
            reason: { DataType: 'String', StringValue: inert(reason, REASON_CHARS_MAX) || 'no reason' },
            // SQS takes no empty attribute.
            ...(queue === '' ? {} : { queue: { DataType: 'String', StringValue: queue } }),
          },
        }),
      ),
    );
  },
});

const REASON_CHARS_MAX = 500;
