/** SNS operations on subscriptions. Queues are confirmed at once; addresses wait for ever. */
import { randomUuid } from '../../core/random.ts';
import { AwsError, type Operation } from '../../service.ts';
import { compileFilterPolicy } from './filter-policy.ts';
import { invalidParameter } from './invalid-parameter.ts';
import { snsPage } from './sns-page.ts';
import { findTopic } from './topic-operations.ts';
import type { Subscription, TopicStore } from './topic-store.ts';

interface SubscribeInput {
  readonly TopicArn: string;
  readonly Protocol: string;
  readonly Endpoint?: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly ReturnSubscriptionArn?: boolean;
}

const PENDING = 'PendingConfirmation';
const SETTABLE: ReadonlySet<string> = new Set([
  'FilterPolicy',
  'FilterPolicyScope',
  'RawMessageDelivery',
  'RedrivePolicy',
]);

export const createSubscriptionOperations = (
  store: TopicStore,
  random: () => number,
): Readonly<Record<string, Operation>> => {
  const find = (arn: string): Subscription => {
    const found = store.subscriptions.get(arn);
    if (found === undefined) throw new AwsError('NotFound', 'Subscription does not exist', 404);
    return found;
  };
  const listed = (all: readonly Subscription[], nextToken: string | undefined): unknown => {
    const { items, next } = snsPage(all, nextToken);
    return { Subscriptions: items.map(tell), ...next };
  };

  return {
    Subscribe: (input: SubscribeInput, { account }) => {
      findTopic(store, input.TopicArn);
      const { protocol, endpoint } = checkEndpoint(input);
      const attributes = input.Attributes ?? {};
      for (const [name, value] of Object.entries(attributes)) checkAttribute(name, value);
      const existing = store
        .subscriptionsOf(input.TopicArn)
        .find((other) => other.protocol === protocol && other.endpoint === endpoint);
      const arn = existing?.arn ?? `${input.TopicArn}:${randomUuid(random)}`;
      const pending = protocol === 'email';
      if (existing === undefined) {
        store.subscriptions.put(arn, {
          arn,
          topicArn: input.TopicArn,
          owner: account,
          protocol,
          endpoint,
          pending,
          attributes,
        });
      }
      return {
        SubscriptionArn: pending && input.ReturnSubscriptionArn !== true ? 'pending confirmation' : arn,
      };
    },
    Unsubscribe: ({ SubscriptionArn }: { SubscriptionArn: string }) =>
      store.subscriptions.delete(SubscriptionArn),
    ListSubscriptions: (input: { NextToken?: string }, { account }) =>
      listed(
        [...store.subscriptions.values()].filter(({ owner }) => owner === account),
        input.NextToken,
      ),
    ListSubscriptionsByTopic: (input: { TopicArn: string; NextToken?: string }) => {
      findTopic(store, input.TopicArn);
      return listed(store.subscriptionsOf(input.TopicArn), input.NextToken);
    },
    GetSubscriptionAttributes: ({ SubscriptionArn }: { SubscriptionArn: string }) => {
      const found = find(SubscriptionArn);
      return {
        Attributes: {
          SubscriptionArn: found.arn,
          TopicArn: found.topicArn,
          Owner: found.owner,
          Protocol: found.protocol,
          Endpoint: found.endpoint,
          PendingConfirmation: String(found.pending),
          RawMessageDelivery: 'false',
          ...found.attributes,
        },
      };
    },
    SetSubscriptionAttributes: (input: {
      SubscriptionArn: string;
      AttributeName: string;
      AttributeValue?: string;
    }) => {
      const found = find(input.SubscriptionArn);
      const { AttributeName: name, AttributeValue: value = '' } = input;
      checkAttribute(name, value);
      const { [name]: _, ...others } = found.attributes;
      store.subscriptions.put(found.arn, {
        ...found,
        attributes: value === '' ? others : { ...others, [name]: value },
      });
    },
  };
};

const tell = ({ arn, owner, protocol, endpoint, topicArn, pending }: Subscription): unknown => ({
  SubscriptionArn: pending ? PENDING : arn,
  Owner: owner,
  Protocol: protocol,
  Endpoint: endpoint,
  TopicArn: topicArn,
});

const checkEndpoint = ({
  Protocol,
  Endpoint = '',
}: SubscribeInput): Pick<Subscription, 'protocol' | 'endpoint'> => {
  if (Protocol === 'sqs') {
    if (!/^arn:[\w-]+:sqs:[^:]+:\d{12}:[\w-]+$/.test(Endpoint)) throw invalidParameter('SQS endpoint ARN');
    return { protocol: 'sqs', endpoint: Endpoint };
  }
  if (Protocol === 'email') {
    if (!/^[^@\s]+@[^@\s]+$/.test(Endpoint)) throw invalidParameter('Email address');
    return { protocol: 'email', endpoint: Endpoint };
  }
  throw invalidParameter(`Does not support this protocol string: ${Protocol}`);
};

const checkAttribute = (name: string, value: string): void => {
  if (!SETTABLE.has(name)) throw invalidParameter('AttributeName');
  if (name === 'RawMessageDelivery' && value !== 'true' && value !== 'false') {
    throw invalidParameter('RawMessageDelivery: Must be true or false');
  }
  if (name === 'FilterPolicyScope' && value !== 'MessageAttributes' && value !== 'MessageBody') {
    throw invalidParameter('FilterPolicyScope: Must be MessageAttributes or MessageBody');
  }
  if (name === 'FilterPolicy' && value !== '') compileFilterPolicy(value);
  if (name === 'RedrivePolicy' && value !== '' && !/"deadLetterTargetArn"\s*:\s*"arn:/.test(value))
    throw invalidParameter('RedrivePolicy: deadLetterTargetArn must be the ARN of a queue');
};
