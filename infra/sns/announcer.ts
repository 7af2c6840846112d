/** Messages to people over SNS. */
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Announcer } from '../../domain/ports.ts';
import { calling } from '../aws-errors.ts';

export interface AnnouncerOptions {
  readonly sns: SNSClient;
  /** From the name that a policy uses to the topic's ARN. */
  readonly topicArn: (name: string) => string;
}

export const createAnnouncer = ({ sns, topicArn }: AnnouncerOptions): Announcer => ({
  announce: async (topics, { subject, text, attributes }) => {
    for (const arn of new Set(topics.map(topicArn)))
      await calling('sns:Publish', () =>
        sns.send(
          new PublishCommand({
            TopicArn: arn,
            Subject: subject,
            Message: text,
            MessageAttributes: Object.fromEntries(
              Object.entries(attributes).map(([name, value]) => [
                name,
                { DataType: 'String', StringValue: value },
              ]),
            ),
          }),
        ),
      );
  },
});
