/** SNS topics, their policies and subscriptions. */
import * as z from 'zod';
import {
  aFlag,
  anything,
  aPolicy,
  generatedName,
  type ResourcePlace,
  type ResourceTypes,
  resourceType,
  unnamed,
} from '../resource-type.ts';

const topicSchema = z.strictObject({
  TopicName: z.string().optional(),
  DisplayName: z.string().optional(),
  KmsMasterKeyId: z.string().optional(),
  SignatureVersion: z.string().optional(),
  TracingConfig: z.string().optional(),
  Tags: anything,
});

const subscriptionSchema = z.strictObject({
  TopicArn: z.string(),
  Protocol: z.string(),
  Endpoint: z.string(),
  FilterPolicy: z.record(z.string(), z.unknown()).optional(),
  FilterPolicyScope: z.string().optional(),
  RawMessageDelivery: aFlag.optional(),
});

type Subscription = z.infer<typeof subscriptionSchema>;

const policySchema = z.strictObject({ Topics: z.array(z.string()), PolicyDocument: aPolicy });

export const snsTypes: ResourceTypes = {
  'AWS::SNS::Topic': resourceType({
    schema: topicSchema,
    put: async ({ TopicName: _name, Tags: _tags, ...attributes }, place) => {
      const { TopicArn } = (await place.call('sns', 'CreateTopic', { Name: nameOf(_name, place) })) as {
        TopicArn: string;
      };
      for (const name of ATTRIBUTES) {
        const AttributeValue = attributes[name] ?? '';
        await place.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: name, AttributeValue });
      }
    },
    identify: ({ TopicName }, place) => {
      const name = nameOf(TopicName, place);
      const arn = `arn:aws:sns:${place.region}:${place.account}:${name}`;
      return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
    },
    remove: async ({ ref }, place) => {
      await place.call('sns', 'DeleteTopic', { TopicArn: ref });
    },
  }),
  'AWS::SNS::TopicPolicy': resourceType({
    schema: policySchema,
    put: ({ Topics, PolicyDocument }, place) => setPolicies(Topics, JSON.stringify(PolicyDocument), place),
    identify: ({ Topics }, place) => ({ ...unnamed(place), attributes: { Topics: Topics.join(' ') } }),
  }),
  'AWS::SNS::Subscription': resourceType({
    schema: subscriptionSchema,
    put: async (subscription, place) => {
      const { TopicArn, Protocol, Endpoint } = subscription;
      await place.call('sns', 'Subscribe', { TopicArn, Protocol, Endpoint });
      const { ref } = await find(subscription, place);
      for (const [AttributeName, AttributeValue] of Object.entries(subscriptionAttributes(subscription)))
        await place.call('sns', 'SetSubscriptionAttributes', {
          SubscriptionArn: ref,
          AttributeName,
          AttributeValue,
        });
    },
    identify: async (subscription, place) => find(subscription, place),
    remove: async ({ ref }, place) => {
      await place.call('sns', 'Unsubscribe', { SubscriptionArn: ref });
    },
  }),
};

const ATTRIBUTES = ['DisplayName', 'KmsMasterKeyId', 'SignatureVersion', 'TracingConfig'] as const;

const nameOf = (name: string | undefined, place: ResourcePlace): string => name ?? generatedName(place, 256);

const setPolicies = async (topics: readonly string[], policy: string, { call }: ResourcePlace) => {
  for (const TopicArn of topics)
    await call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue: policy });
};

/** The ARN is not told while an address has not confirmed; the world knows it all the same. */
const find = async ({ TopicArn, Protocol, Endpoint }: Subscription, { call }: ResourcePlace) => {
  const { SubscriptionArn: ref } = (await call('sns', 'Subscribe', {
    TopicArn,
    Protocol,
    Endpoint,
    ReturnSubscriptionArn: true,
  })) as { SubscriptionArn: string };
  return { ref, attributes: { Arn: ref } };
};

const subscriptionAttributes = ({
  FilterPolicy,
  FilterPolicyScope,
  RawMessageDelivery,
}: Subscription): Readonly<Record<string, string>> => ({
  ...(FilterPolicyScope === undefined ? {} : { FilterPolicyScope }),
  ...(RawMessageDelivery === undefined ? {} : { RawMessageDelivery: String(RawMessageDelivery) }),
  FilterPolicy: FilterPolicy === undefined ? '' : JSON.stringify(FilterPolicy),
});
