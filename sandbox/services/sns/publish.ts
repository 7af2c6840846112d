/** SNS Publish and PublishBatch: check, keep, deliver to the queues that subscribe and want it. */
import { randomUuid } from '../../core/random.ts';
import { authorizeService } from '../../iam/authorize.ts';
import { AwsError, type CallContext, type Operation } from '../../service.ts';
import type { Delivery } from '../sqs/sqs.ts';
import { wants } from './filter-policy.ts';
import { invalidParameter } from './invalid-parameter.ts';
import type { SnsDeps } from './sns.ts';
import { findTopic } from './topic-operations.ts';
import type { PublishedMessage, SnsAttribute, Subscription, TopicStore } from './topic-store.ts';

interface PublishInput {
  readonly TopicArn?: string;
  readonly TargetArn?: string;
  readonly PhoneNumber?: string;
  readonly Message: string;
  readonly Subject?: string;
  readonly MessageStructure?: string;
  readonly MessageAttributes?: Readonly<Record<string, SnsAttribute>>;
}

interface BatchEntry extends PublishInput {
  readonly Id: string;
}

const SNS_SERVICE = 'sns.amazonaws.com';
const MESSAGE_BYTES_MAX = 262_144;
const SUBJECT_CHARS_MAX = 100;
const BATCH_MAX = 10;

export const createPublishOperations = (
  store: TopicStore,
  { world, sqs, random, baseUrl }: SnsDeps,
): Readonly<Record<string, Operation>> => {
  /** Only the queue's own policy can let SNS in; a message that it refuses is not tried again. */
  const letsIn = (queueArn: string, topicArn: string): boolean =>
    authorizeService(world, {
      service: SNS_SERVICE,
      action: 'sqs:SendMessage',
      resource: queueArn,
      sourceArn: topicArn,
      sourceAccount: topicArn.split(':')[4] ?? '',
    }).allowed;

  const publish = (
    topicArn: string,
    input: PublishInput,
    { nowMs }: CallContext,
  ): { readonly MessageId: string } => {
    checkMessage(input);
    const texts = input.MessageStructure === undefined ? undefined : structuredTexts(input);
    const published = {
      messageId: randomUuid(random),
      topicArn,
      ...(input.Subject === undefined ? {} : { subject: input.Subject }),
      message: texts?.default ?? input.Message,
      ...(texts && { texts }),
      attributes: input.MessageAttributes ?? {},
      publishedMs: nowMs,
    };
    store.keep(published);
    for (const subscription of store.subscriptionsOf(topicArn)) {
      const text = texts?.[subscription.protocol] ?? published.message;
      if (subscription.protocol !== 'sqs' || !wants(subscription.attributes, text, published.attributes))
        continue;
      const delivery = deliveryOf({ ...published, message: text }, subscription, baseUrl());
      const endpoint = [subscription.endpoint, deadLetterArnOf(subscription)].find(
        (arn) => arn !== undefined && letsIn(arn, topicArn),
      );
      if (endpoint !== undefined) sqs.deliver(endpoint, delivery, nowMs);
    }
    return { MessageId: published.messageId };
  };

  return {
    Publish: (input: PublishInput, context) => {
      if (input.PhoneNumber !== undefined)
        throw invalidParameter('PhoneNumber Reason: the sandbox sends no text messages');
      const topicArn = input.TopicArn ?? input.TargetArn;
      if (topicArn === undefined)
        throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
      return publish(findTopic(store, topicArn).arn, input, context);
    },
    PublishBatch: (
      input: { TopicArn: string; PublishBatchRequestEntries: readonly BatchEntry[] },
      context,
    ) => {
      const { arn } = findTopic(store, input.TopicArn);
      const entries = input.PublishBatchRequestEntries;
      checkBatch(entries);
      const Successful: unknown[] = [];
      const Failed: unknown[] = [];
      for (const entry of entries) {
        try {
          Successful.push({ Id: entry.Id, ...publish(arn, entry, context) });
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true });
        }
      }
      return { Successful, Failed };
    },
  };
};

const checkMessage = (input: PublishInput): void => {
  if (input.Message === '') throw invalidParameter('Empty message');
  const attributesBytes = Object.entries(input.MessageAttributes ?? {}).reduce(
    (sum, [name, { DataType, StringValue, BinaryValue }]) =>
      sum + Buffer.byteLength(`${name}${DataType}${StringValue ?? BinaryValue ?? ''}`),
    0,
  );
  if (Buffer.byteLength(input.Message) + attributesBytes > MESSAGE_BYTES_MAX)
    throw invalidParameter('Message too long');
  for (const [name, attribute] of Object.entries(input.MessageAttributes ?? {}))
    checkAttribute(name, attribute);
  if (input.Subject !== undefined) checkSubject(input.Subject);
};

/** ASCII without line breaks or control characters, beginning with neither a space nor nothing. */
const checkSubject = (subject: string): void => {
  const isFine = subject.length <= SUBJECT_CHARS_MAX && /^[\x21-\x7e][\x20-\x7e]*$/.test(subject);
  if (!isFine) throw invalidParameter('Subject');
};

const checkAttribute = (name: string, { DataType, StringValue, BinaryValue }: SnsAttribute): void => {
  const isKnown = /^(?:String|Number|Binary|String\.Array)(?:\..+)?$/.test(DataType);
  const value = DataType.startsWith('Binary') ? BinaryValue : StringValue;
  if (!isKnown || value === undefined || value === '' || !/^[\w.-]{1,256}$/.test(name)) {
    throw new AwsError(
      'ParameterValueInvalid',
      `The message attribute '${name}' must have a name, a type and a value of that type.`,
    );
  }
};

/** What a structured message may name; every other key is ignored, as is a value that is no text. */
const PROTOCOLS: ReadonlySet<string> = new Set([
  'default',
  'http',
  'https',
  'email',
  'email-json',
  'sms',
  'sqs',
  'application',
  'lambda',
  'firehose',
]);

/** With `MessageStructure: json` the message holds a text for each protocol, and one for all others. */
const structuredTexts = ({
  MessageStructure,
  Message,
}: PublishInput): { readonly default: string } & Readonly<Record<string, string>> => {
  if (MessageStructure !== 'json') throw invalidParameter('MessageStructure');
  const parsed = parseStructure(Message);
  const texts = Object.fromEntries(
    Object.entries(parsed).filter(([key, value]) => PROTOCOLS.has(key) && typeof value === 'string'),
  ) as Readonly<Record<string, string>>;
  if (texts.default === undefined)
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  return { ...texts, default: texts.default };
};

const parseStructure = (message: string): object => {
  const failed = invalidParameter('Message Structure - JSON message body failed to parse');
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    throw failed;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed) || hasDoubleKey(message))
    throw failed;
  return parsed;
};

/** JSON.parse takes the last of two, SNS takes neither. Only the keys of the outermost object count. */
const hasDoubleKey = (json: string): boolean => {
  const seen = new Set<string>();
  let depth = 0;
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && /^\s*:/.test(json.slice(index + token.length, index + token.length + 50))) {
      const key: string = JSON.parse(token);
      if (seen.has(key)) return true;
      seen.add(key);
    }
  }
  return false;
};

const checkBatch = (entries: readonly BatchEntry[]): void => {
  if (entries.length === 0)
    throw new AwsError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  if (entries.length > BATCH_MAX)
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      'The batch request contains more entries than permissible.',
    );
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw new AwsError(
      'BatchEntryIdsNotDistinct',
      'Two or more batch entries in the request have the same Id.',
    );
  }
};

const deadLetterArnOf = ({ attributes }: Subscription): string | undefined =>
  attributes.RedrivePolicy === undefined
    ? undefined
    : JSON.parse(attributes.RedrivePolicy).deadLetterTargetArn;

const deliveryOf = (
  message: Omit<PublishedMessage, 'number'>,
  subscription: Subscription,
  baseUrl: string,
): Delivery => {
  const senderId = SNS_SERVICE;
  if (subscription.attributes.RawMessageDelivery === 'true') {
    const raw = { body: message.message, senderId };
    return Object.keys(message.attributes).length === 0 ? raw : { ...raw, attributes: message.attributes };
  }
  return { body: JSON.stringify(envelope(message, subscription, baseUrl)), senderId };
};

/** What a queue gets unless it asked for the bare message. Nothing here is signed, and it says so. */
const envelope = (
  message: Omit<PublishedMessage, 'number'>,
  { arn }: Subscription,
  baseUrl: string,
): unknown => ({
  Type: 'Notification',
  MessageId: message.messageId,
  TopicArn: message.topicArn,
  ...(message.subject === undefined ? {} : { Subject: message.subject }),
  Message: message.message,
  Timestamp: new Date(message.publishedMs).toISOString(),
  SignatureVersion: '1',
  Signature: 'UNSIGNED-SANDBOX',
  SigningCertURL: `${baseUrl}/unsigned.pem`,
  UnsubscribeURL: `${baseUrl}/?Action=Unsubscribe&SubscriptionArn=${arn}`,
  ...(Object.keys(message.attributes).length === 0
    ? {}
    : {
        MessageAttributes: Object.fromEntries(
          Object.entries(message.attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
            name,
            { Type: DataType, Value: StringValue ?? BinaryValue },
          ]),
        ),
      }),
});
