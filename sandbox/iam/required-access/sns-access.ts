/** What SNS's operations need: on the topic, also where a subscription is named. */
import { type AccessRow, type AccessRows, withoutResource } from './access-row.ts';

const onTopic =
  (action: string): AccessRow =>
  ({ TopicArn, TargetArn = '*' }: { readonly TopicArn?: string; readonly TargetArn?: string }) => [
    { action: `sns:${action}`, resource: TopicArn ?? TargetArn },
  ];

const onSubscription =
  (action: string): AccessRow =>
  ({ SubscriptionArn }: { readonly SubscriptionArn: string }) => [
    { action: `sns:${action}`, resource: SubscriptionArn.split(':').slice(0, TOPIC_ARN_PARTS).join(':') },
  ];

const TOPIC_ARN_PARTS = 6;

export const SNS_ACCESS: AccessRows = {
  ...withoutResource('sns', ['ListSubscriptions', 'ListTopics']),
  CreateTopic: ({ Name }: { readonly Name: string }, { account, region }) => [
    { action: 'sns:CreateTopic', resource: `arn:aws:sns:${region}:${account}:${Name}` },
  ],
  DeleteTopic: onTopic('DeleteTopic'),
  GetTopicAttributes: onTopic('GetTopicAttributes'),
  SetTopicAttributes: onTopic('SetTopicAttributes'),
  ListSubscriptionsByTopic: onTopic('ListSubscriptionsByTopic'),
  Publish: onTopic('Publish'),
  PublishBatch: onTopic('Publish'),
  Subscribe: (input: {
    readonly TopicArn: string;
    readonly Protocol: string;
    readonly Endpoint?: string;
  }) => [
    {
      action: 'sns:Subscribe',
      resource: input.TopicArn,
      context: {
        'sns:Protocol': input.Protocol,
        ...(input.Endpoint === undefined ? {} : { 'sns:Endpoint': input.Endpoint }),
      },
    },
  ],
  Unsubscribe: onSubscription('Unsubscribe'),
  GetSubscriptionAttributes: onSubscription('GetSubscriptionAttributes'),
  SetSubscriptionAttributes: onSubscription('SetSubscriptionAttributes'),
};
