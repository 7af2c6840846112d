/** A queue's settings: defaults, limits, and what GetQueueAttributes tells. */
import { parseResourcePolicy } from '../../iam/resource-policy.ts';
import { UnsupportedPolicy } from '../../iam/unsupported-policy.ts';
import { AwsError } from '../../service.ts';
import { type Queue, type QueueRecord, queueArn } from './queue-store.ts';

const DEFAULTS: Readonly<Record<string, string>> = {
  VisibilityTimeout: '30',
  MaximumMessageSize: '262144',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
};

const RANGES: Readonly<Record<string, readonly [min: number, max: number]>> = {
  VisibilityTimeout: [0, 43_200],
  MaximumMessageSize: [1_024, 262_144],
  MessageRetentionPeriod: [60, 1_209_600],
  DelaySeconds: [0, 900],
  ReceiveMessageWaitTimeSeconds: [0, 20],
};

const SETTABLE: ReadonlySet<string> = new Set([
  ...Object.keys(RANGES),
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
]);

export type Attributes = Readonly<Record<string, string>>;

export const checkAttributes = (attributes: Attributes): void => {
  for (const [name, value] of Object.entries(attributes)) {
    if (!SETTABLE.has(name)) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    const range = RANGES[name];
    const isInRange =
      range === undefined || (/^\d+$/.test(value) && Number(value) >= range[0] && Number(value) <= range[1]);
    if (!isInRange) throw invalidAttribute(name);
  }
  const { Policy, RedrivePolicy } = attributes;
  if (Policy !== undefined && Policy !== '') checkPolicy(Policy);
  if (
    RedrivePolicy !== undefined &&
    RedrivePolicy !== '' &&
    parseRedrivePolicy(RedrivePolicy) === undefined
  ) {
    throw invalidAttribute('RedrivePolicy');
  }
};

const checkPolicy = (policy: string): void => {
  try {
    parseResourcePolicy(policy);
  } catch (error) {
    if (!(error instanceof UnsupportedPolicy)) throw error;
    throw new AwsError('InvalidAttributeValue', `Invalid value for the parameter Policy. ${error.message}`);
  }
};

const invalidAttribute = (name: string): AwsError =>
  new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export const parseRedrivePolicy = (text: string | undefined): RedrivePolicy | undefined => {
  try {
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text ?? '');
    const countMax = Number(maxReceiveCount);
    const isValid =
      typeof deadLetterTargetArn === 'string' &&
      Number.isInteger(countMax) &&
      countMax >= 1 &&
      countMax <= 1_000;
    return isValid ? { deadLetterTargetArn, maxReceiveCount: countMax } : undefined;
  } catch {
    return undefined;
  }
};

export const numberSetting = (record: QueueRecord, name: string): number =>
  Number(record.attributes[name] ?? DEFAULTS[name]);

/** `names` may hold `All`. */
export const tellAttributes = (
  queue: Queue,
  names: readonly string[],
  nowMs: number,
): Attributes | undefined => {
  const { record } = queue;
  let delayed = 0;
  let inFlight = 0;
  for (const { visibleMs, receiveCount } of queue.messages.values()) {
    if (visibleMs <= nowMs) continue;
    if (receiveCount > 0) inFlight += 1;
    else delayed += 1;
  }
  const told: Record<string, string> = {
    QueueArn: queueArn(record),
    ApproximateNumberOfMessages: String(queue.messages.size - delayed - inFlight),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(record.createdMs / 1_000)),
    LastModifiedTimestamp: String(Math.floor(record.modifiedMs / 1_000)),
    SqsManagedSseEnabled: 'true',
    ...DEFAULTS,
    ...record.attributes,
  };
  const wanted = names.includes('All') ? Object.keys(told) : names.filter((name) => told[name] !== undefined);
  return wanted.length === 0 ? undefined : Object.fromEntries(wanted.map((name) => [name, told[name] ?? '']));
};
