/** Wake-ups over SQS, delayed as long as the queue can; what is due later the tick finds. */
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Due, PortError, type Wakes } from '../../domain/ports.ts';
import { calling } from '../aws-errors.ts';

export interface WakesOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
}

export const createWakes = ({ sqs, queueUrl }: WakesOptions): Wakes => ({
  send: async (wakes) => {
    const distinct = [...new Map(wakes.map((entry) => [JSON.stringify(entry), entry])).values()];
    for (let from = 0; from < distinct.length; from += ENTRIES_MAX) {
      const batch = distinct.slice(from, from + ENTRIES_MAX);
      const { Failed } = await calling('sqs:SendMessageBatch', () =>
        sqs.send(
          new SendMessageBatchCommand({
            QueueUrl: queueUrl,
            Entries: batch.map(({ wake, delayMs }, n) => ({
              Id: String(n),
              MessageBody: encodeWake(wake),
              DelaySeconds: Math.min(DELAY_SECONDS_MAX, Math.ceil(delayMs / 1_000)),
            })),
          }),
        ),
      );
      if (Failed && Failed.length > 0)
        throw new PortError(
          'transient',
          Failed[0]?.Code ?? 'SendFailed',
          'sqs:SendMessageBatch',
          `${Failed.length} of ${batch.length} wake-ups were not taken`,
        );
    }
  },
});

const encodeWake = (wake: Due): string => JSON.stringify(wake);

const ENTRIES_MAX = 10;
const DELAY_SECONDS_MAX = 900;
