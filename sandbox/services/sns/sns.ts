/** SNS: topics, subscriptions, and messages that are delivered to queues and kept to be looked at. */
import type { AwsService, World } from '../../service.ts';
import type { SqsService } from '../sqs/sqs.ts';
import { createPublishOperations } from './publish.ts';
import { createSubscriptionOperations } from './subscription-operations.ts';
import { createTopicOperations } from './topic-operations.ts';
import { type PublishedMessage, TopicStore } from './topic-store.ts';

export type { PublishedMessage } from './topic-store.ts';

export interface SnsDeps {
  readonly world: World;
  readonly sqs: SqsService;
  readonly random: () => number;
  readonly baseUrl: () => string;
}

export interface SnsService extends AwsService {
  /** The last 1,000 messages of a topic, or of every topic, in the order of publishing. */
  readonly messages: (topicArn?: string) => readonly PublishedMessage[];
  /** For another service, which has made sure that the topic lets it. */
  readonly publish: (service: string, topicArn: string, message: ServiceMessage) => void;
}

export interface ServiceMessage {
  readonly subject: string;
  readonly text: string;
  readonly nowMs: number;
}

export const createSnsService = (deps: SnsDeps): SnsService => {
  const store = new TopicStore(deps.world);
  const publishing = createPublishOperations(store, deps);
  return {
    name: 'sns',
    operations: {
      ...createTopicOperations(store),
      ...createSubscriptionOperations(store, deps.random),
      ...publishing,
    },
    dueAt: () => undefined,
    runDue: () => {},
    messages: (topicArn) => store.messages(topicArn),
    publish: (principalArn, topicArn, { subject, text, nowMs }) => {
      const [, , , region = '', account = ''] = topicArn.split(':');
      const input = { TopicArn: topicArn, Subject: subject, Message: text };
      void publishing.Publish?.(input, { account, region, principalArn, nowMs });
    },
  };
};
