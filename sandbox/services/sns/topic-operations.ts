/** SNS operations on topics. */
import { parseResourcePolicy } from '../../iam/resource-policy.ts';
import { UnsupportedPolicy } from '../../iam/unsupported-policy.ts';
import { AwsError, type Operation } from '../../service.ts';
import { invalidParameter } from './invalid-parameter.ts';
import { snsPage } from './sns-page.ts';
import type { Topic, TopicStore } from './topic-store.ts';

const SETTABLE: ReadonlySet<string> = new Set([
  'DisplayName',
  'Policy',
  'DeliveryPolicy',
  'KmsMasterKeyId',
  'TracingConfig',
  'SignatureVersion',
]);

export const createTopicOperations = (store: TopicStore): Readonly<Record<string, Operation>> => ({
  CreateTopic: (
    input: { Name: string; Attributes?: Readonly<Record<string, string>> },
    { account, region },
  ) => {
    if (input.Name.endsWith('.fifo')) throw invalidParameter('The sandbox has standard topics only');
    if (!/^[\w-]{1,256}$/.test(input.Name)) throw invalidParameter('Topic Name');
    const attributes = input.Attributes ?? {};
    for (const [name, value] of Object.entries(attributes)) checkAttribute(name, value);
    const arn = `arn:aws:sns:${region}:${account}:${input.Name}`;
    const existing = store.topics.get(arn);
    const isOther = Object.entries(attributes).some(([name, value]) => existing?.attributes[name] !== value);
    if (existing !== undefined && isOther) {
      throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
    }
    if (existing === undefined) store.topics.put(arn, { arn, account, region, attributes });
    return { TopicArn: arn };
  },
  DeleteTopic: ({ TopicArn }: { TopicArn: string }) => {
    for (const { arn } of store.subscriptionsOf(TopicArn)) store.subscriptions.delete(arn);
    store.topics.delete(TopicArn);
  },
  ListTopics: (input: { NextToken?: string }, { account, region }) => {
    const own = [...store.topics.values()].filter(
      (topic) => topic.account === account && topic.region === region,
    );
    const { items, next } = snsPage(own, input.NextToken);
    return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), ...next };
  },
  GetTopicAttributes: ({ TopicArn }: { TopicArn: string }) => {
    const topic = findTopic(store, TopicArn);
    const subscriptions = store.subscriptionsOf(TopicArn);
    const pending = subscriptions.filter((subscription) => subscription.pending).length;
    return {
      Attributes: {
        TopicArn,
        Owner: topic.account,
        DisplayName: '',
        SubscriptionsConfirmed: String(subscriptions.length - pending),
        SubscriptionsPending: String(pending),
        SubscriptionsDeleted: '0',
        ...topic.attributes,
      },
    };
  },
  SetTopicAttributes: (input: { TopicArn: string; AttributeName: string; AttributeValue?: string }) => {
    const topic = findTopic(store, input.TopicArn);
    const { AttributeName: name, AttributeValue: value = '' } = input;
    checkAttribute(name, value);
    const attributes = { ...topic.attributes, [name]: value };
    store.topics.put(topic.arn, { ...topic, attributes });
  },
});

const checkAttribute = (name: string, value: string): void => {
  if (!SETTABLE.has(name)) throw invalidParameter(`AttributeName Reason: ${name} is not known`);
  if (name === 'Policy' && value !== '') checkPolicy(value);
};

const checkPolicy = (policy: string): void => {
  try {
    parseResourcePolicy(policy);
  } catch (error) {
    if (!(error instanceof UnsupportedPolicy)) throw error;
    throw invalidParameter(`Policy Error: ${error.message}`);
  }
};

export const findTopic = (store: TopicStore, arn: string): Topic => {
  if (!/^arn:[\w-]+:sns:[^:]+:\d{12}:[\w-]+$/.test(arn)) throw invalidParameter('TopicArn');
  const topic = store.topics.get(arn);
  if (topic === undefined) throw new AwsError('NotFound', 'Topic does not exist', 404);
  return topic;
};
