/** SQS operations on queues. */
import { AwsError, type CallContext, type Operation } from '../../service.ts';
import { findQueue, queueDoesNotExist } from './find-queue.ts';
import { invalidValue } from './message-check.ts';
import { type Attributes, checkAttributes, parseRedrivePolicy, tellAttributes } from './queue-attributes.ts';
import { type Queue, type QueueRecord, type QueueStore, queueArn, queueKey } from './queue-store.ts';

interface CreateQueueInput {
  readonly QueueName: string;
  readonly Attributes?: Attributes;
  readonly tags?: Attributes;
}

interface OfQueue {
  readonly QueueUrl: string;
}

const PAGE_MAX = 1_000;
const PURGE_PAUSE_MS = 60_000;

export const createQueueOperations = (
  store: QueueStore,
  baseUrl: () => string,
): Readonly<Record<string, Operation>> => {
  const purgedMs = new Map<string, number>();
  const urlOf = ({ account, name }: QueueRecord): string => `${baseUrl()}/${account}/${name}`;
  const page = (queues: readonly Queue[], max = PAGE_MAX, token?: string) => {
    const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString());
    const next =
      from + max < queues.length ? { NextToken: Buffer.from(String(from + max)).toString('base64') } : {};
    return { urls: queues.slice(from, from + max).map(({ record }) => urlOf(record)), next };
  };

  return {
    CreateQueue: (input: CreateQueueInput, context) => {
      checkName(input.QueueName);
      const attributes = input.Attributes ?? {};
      checkAttributes(attributes);
      const existing = store.get(queueKey(context.account, context.region, input.QueueName));
      if (existing !== undefined) return { QueueUrl: urlOf(sameQueue(existing, attributes)) };
      const { account, region, nowMs } = context;
      const times = { createdMs: nowMs, modifiedMs: nowMs };
      const queue = store.putQueue({
        account,
        region,
        name: input.QueueName,
        ...times,
        attributes,
        tags: input.tags ?? {},
      });
      return { QueueUrl: urlOf(queue.record) };
    },

    GetQueueUrl: (input: { QueueName: string; QueueOwnerAWSAccountId?: string }, context) => {
      const queue = store.get(
        queueKey(input.QueueOwnerAWSAccountId ?? context.account, context.region, input.QueueName),
      );
      if (queue === undefined) throw queueDoesNotExist();
      return { QueueUrl: urlOf(queue.record) };
    },

    ListQueues: (input: { QueueNamePrefix?: string; MaxResults?: number; NextToken?: string }, context) => {
      const queues = ofCaller(store, context).filter(({ record }) =>
        record.name.startsWith(input.QueueNamePrefix ?? ''),
      );
      const { urls, next } = page(queues, input.MaxResults, input.NextToken);
      return urls.length === 0 ? {} : { QueueUrls: urls, ...next };
    },

    GetQueueAttributes: (input: OfQueue & { AttributeNames?: readonly string[] }, context) => {
      const attributes = tellAttributes(
        findQueue(store, input.QueueUrl, context),
        input.AttributeNames ?? [],
        context.nowMs,
      );
      return attributes === undefined ? {} : { Attributes: attributes };
    },

    SetQueueAttributes: (input: OfQueue & { Attributes: Attributes }, context) => {
      const { record } = findQueue(store, input.QueueUrl, context);
      checkAttributes(input.Attributes);
      const attributes = { ...record.attributes, ...input.Attributes };
      // An empty policy takes the policy away.
      const kept = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ''));
      store.putQueue({ ...record, attributes: kept, modifiedMs: context.nowMs });
    },

    PurgeQueue: (input: OfQueue, context) => {
      const queue = findQueue(store, input.QueueUrl, context);
      if (context.nowMs - (purgedMs.get(queue.key) ?? Number.NEGATIVE_INFINITY) < PURGE_PAUSE_MS) {
        throw new AwsError(
          'PurgeQueueInProgress',
          `Only one PurgeQueue operation on ${queue.record.name} is allowed every 60 seconds.`,
          403,
        );
      }
      purgedMs.set(queue.key, context.nowMs);
      store.purge(queue);
    },

    DeleteQueue: (input: OfQueue, context) => store.deleteQueue(findQueue(store, input.QueueUrl, context)),

    ListDeadLetterSourceQueues: (input: OfQueue, context) => {
      const arn = queueArn(findQueue(store, input.QueueUrl, context).record);
      const sources = ofCaller(store, context).filter(
        ({ record }) => parseRedrivePolicy(record.attributes.RedrivePolicy)?.deadLetterTargetArn === arn,
      );
      return { queueUrls: sources.map(({ record }) => urlOf(record)) };
    },

    TagQueue: (input: OfQueue & { Tags: Attributes }, context) => {
      const { record } = findQueue(store, input.QueueUrl, context);
      store.putQueue({ ...record, tags: { ...record.tags, ...input.Tags } });
    },

    UntagQueue: (input: OfQueue & { TagKeys: readonly string[] }, context) => {
      const { record } = findQueue(store, input.QueueUrl, context);
      const tags = Object.entries(record.tags).filter(([key]) => !input.TagKeys.includes(key));
      store.putQueue({ ...record, tags: Object.fromEntries(tags) });
    },

    ListQueueTags: (input: OfQueue, context) => ({
      Tags: findQueue(store, input.QueueUrl, context).record.tags,
    }),
  };
};

const checkName = (name: string): void => {
  if (name.endsWith('.fifo'))
    throw new AwsError('UnsupportedOperation', 'The sandbox has standard queues only.');
  if (!/^[\w-]{1,80}$/.test(name)) {
    throw invalidValue(
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
};

/** Creating a queue again is allowed with the same attributes, and is no change. */
const sameQueue = ({ record }: Queue, attributes: Attributes): QueueRecord => {
  const other = Object.entries(attributes).find(([name, value]) => record.attributes[name] !== value);
  if (other === undefined) return record;
  throw new AwsError(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${other[0]}`,
  );
};

const ofCaller = (store: QueueStore, { account, region }: CallContext): Queue[] =>
  [...store.all()].filter(({ record }) => record.account === account && record.region === region);
