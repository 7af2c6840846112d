/**
 * Messages to people over SNS. Every topic is tried, whatever becomes of the others. A topic that will never
 * take a message does not keep a message alive that another topic took: it would be told there again and again.
 */
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Message } from '../../domain/message.ts';
import { type Announcer, PortError } from '../../domain/ports.ts';
import { calling } from '../aws-errors.ts';

export interface AnnouncerOptions {
  readonly sns: Pick<SNSClient, 'send'>;
  /** From the name that a policy uses to the topic's ARN. */
  readonly topicArn: (name: string) => string;
}

export const createAnnouncer = ({ sns, topicArn }: AnnouncerOptions): Announcer => ({
  announce: async (topics, message) => {
    const arns = [...new Set(topics.map(topicArn))];
    const failures: Failure[] = [];
    const structured = await structuredOf(message);
    for (const arn of arns)
      await publish(sns, arn, message, structured).catch((error: PortError) => failures.push({ arn, error }));
    const isTransient = failures.some(({ error }) => error.errorClass !== 'terminal');
    if (failures.length > 0 && (isTransient || failures.length === arns.length)) throw notTold(failures);
  },
});

/** A text for each protocol, in one publication: whoever subscribes gets what they can read. */
const structuredOf = async (message: Message): Promise<string> => {
  const { variantsOf } = await import('../../domain/message/variants.ts');
  return JSON.stringify(variantsOf(message));
};

interface Failure {
  readonly arn: string;
  readonly error: PortError;
}

const publish = async (
  sns: AnnouncerOptions['sns'],
  arn: string,
  { subject, attributes }: Message,
  structured: string,
): Promise<void> => {
  await calling('sns:Publish', () =>
    sns.send(
      new PublishCommand({
        TopicArn: arn,
        Subject: subject,
        Message: structured,
        MessageStructure: 'json',
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [
            name,
            { DataType: 'String', StringValue: value },
          ]),
        ),
      }),
    ),
  );
};

/** Also when no topic will ever take it: topics are put right by people, and the message still counts then. */
const notTold = (failures: readonly Failure[]): PortError =>
  new PortError(
    'transient',
    failures[0]?.error.code ?? 'NotTold',
    'sns:Publish',
    failures.map(({ arn, error }) => `${arn} took no message: ${error.code}, ${error.message}`).join('; '),
    { cause: failures[0]?.error },
  );
