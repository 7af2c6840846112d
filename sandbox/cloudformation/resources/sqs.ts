/** SQS queues and their policies. */
import * as z from 'zod';
import {
  aFlag,
  aNumber,
  anything,
  aPolicy,
  generatedName,
  type ResourcePlace,
  type ResourceTypes,
  resourceType,
  unnamed,
} from '../resource-type.ts';

const queueSchema = z.strictObject({
  QueueName: z.string().optional(),
  VisibilityTimeout: aNumber.optional(),
  MessageRetentionPeriod: aNumber.optional(),
  MaximumMessageSize: aNumber.optional(),
  DelaySeconds: aNumber.optional(),
  ReceiveMessageWaitTimeSeconds: aNumber.optional(),
  RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: aNumber }).optional(),
  RedriveAllowPolicy: z
    .strictObject({ redrivePermission: z.string(), sourceQueueArns: z.array(z.string()).optional() })
    .optional(),
  KmsMasterKeyId: z.string().optional(),
  KmsDataKeyReusePeriodSeconds: aNumber.optional(),
  SqsManagedSseEnabled: aFlag.optional(),
  Tags: anything,
});

type Queue = z.infer<typeof queueSchema>;

const policySchema = z.strictObject({ Queues: z.array(z.string()), PolicyDocument: aPolicy });

export const sqsTypes: ResourceTypes = {
  'AWS::SQS::Queue': resourceType({
    schema: queueSchema,
    put: async (queue, place) => {
      const known = await urlOf(nameOf(queue, place), place);
      if (known === undefined)
        await place.call('sqs', 'CreateQueue', {
          QueueName: nameOf(queue, place),
          Attributes: attributesOf(queue),
        });
      else
        await place.call('sqs', 'SetQueueAttributes', {
          QueueUrl: known,
          Attributes: { ...UNSET, ...attributesOf(queue) },
        });
    },
    identify: async (queue, place) => {
      const name = nameOf(queue, place);
      const url = (await urlOf(name, place)) ?? '';
      return {
        ref: url,
        attributes: {
          Arn: `arn:aws:sqs:${place.region}:${place.account}:${name}`,
          QueueName: name,
          QueueUrl: url,
        },
      };
    },
    remove: async ({ ref }, place) => {
      await place.call('sqs', 'DeleteQueue', { QueueUrl: ref });
    },
  }),
  'AWS::SQS::QueuePolicy': resourceType({
    schema: policySchema,
    put: async ({ Queues, PolicyDocument }, place) => {
      for (const url of Queues)
        await place.call('sqs', 'SetQueueAttributes', {
          QueueUrl: url,
          Attributes: { Policy: JSON.stringify(PolicyDocument) },
        });
    },
    identify: ({ Queues }, place) => ({ ref: unnamed(place).ref, attributes: { Queues: Queues.join(' ') } }),
    remove: async ({ attributes: { Queues = '' } }, place) => {
      for (const url of Queues.split(' '))
        if ((await urlOf(url.split('/').at(-1) ?? '', place)) !== undefined)
          await place.call('sqs', 'SetQueueAttributes', { QueueUrl: url, Attributes: { Policy: '' } });
    },
  }),
};

const nameOf = ({ QueueName }: Queue, place: ResourcePlace): string => QueueName ?? generatedName(place, 80);

const urlOf = async (name: string, { call }: ResourcePlace): Promise<string | undefined> => {
  const { QueueUrls = [] } = (await call('sqs', 'ListQueues', { QueueNamePrefix: name })) as {
    QueueUrls?: readonly string[];
  };
  return QueueUrls.find((url) => url.endsWith(`/${name}`));
};

const attributesOf = ({ QueueName: _name, Tags: _tags, ...attributes }: Queue): Record<string, string> =>
  Object.fromEntries(
    Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  );

/** What a template no longer says goes back to the default. */
const UNSET: Readonly<Record<string, string>> = {
  VisibilityTimeout: '30',
  MessageRetentionPeriod: '345600',
  MaximumMessageSize: '262144',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
  RedrivePolicy: '',
  RedriveAllowPolicy: '',
  KmsMasterKeyId: '',
};
