/** The hub's facts: what its stack made, whether it is as it should be, and what people did to it since. */
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { DescribeEventBusCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetTopicAttributesCommand, type SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { describeBreaker } from '../../domain/breaker.ts';
import {
  type HubFacts,
  OVERDUE_MINUTES,
  type PolicyFacts,
  type QueueFacts,
  type TableFacts,
  type TopicFacts,
} from '../../domain/doctor/judge-hub.ts';
import type { Reading } from '../../domain/doctor/reading.ts';
import type { PolicyBook } from '../../domain/engine/policy-book.ts';
import { laneId } from '../../domain/finding.ts';
import type { Ports } from '../../domain/ports.ts';
import { describeStop } from '../../domain/stop-switch.ts';
import { minuteMs, plusMs } from '../../domain/time.ts';
import { CLOSED_INDEX, DUE_INDEX, EXECUTION_INDEX, WAITING_INDEX } from '../dynamodb/table.ts';
import type { Settings } from '../settings.ts';
import { DEAD_LETTER_QUEUES, deadLetterQueueOf, queueUrl, WORK_QUEUES } from '../sqs/queues.ts';
import type { Ask } from './ask.ts';

export interface HubClients {
  readonly dynamodb: DynamoDBClient;
  readonly events: EventBridgeClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
}

/** The policy in force, and what was published and is not. */
export interface PolicyState {
  readonly book: PolicyBook;
  readonly refused: readonly string[];
}

export interface HubOptions {
  readonly clients: HubClients;
  readonly settings: Settings;
  readonly ports: Pick<Ports, 'cases' | 'controls' | 'clock'>;
  /** ARN of a topic that the policy names. */
  readonly topicArn: (topic: string) => string;
}

export const readHub = async (
  { clients, settings, ports, topicArn }: HubOptions,
  policy: Reading<PolicyState>,
  ask: Ask,
): Promise<HubFacts> => {
  const { tableName, eventBusName, operationsTopicArn } = settings;
  const named = policy.ok ? Object.values(policy.value.book.policy.topics).map(topicArn) : [];
  const [queues, topics, table, pointInTimeRecovery, buses, controls, overdue] = await Promise.all([
    Promise.all(
      [...WORK_QUEUES, ...DEAD_LETTER_QUEUES].map((name) => readQueue(clients.sqs, settings, name, ask)),
    ),
    Promise.all([...new Set([...named, operationsTopicArn])].map((arn) => readTopic(clients.sns, arn, ask))),
    readTable(clients.dynamodb, tableName, ask),
    readRecovery(clients.dynamodb, tableName, ask),
    Promise.all([eventBusName, INTAKE_BUS].map((name) => readBus(clients.events, name, ask))),
    ask('dynamodb:GetItem', () => ports.controls.read()),
    ask('dynamodb:Query', () => firstOverdue(ports)),
  ]);
  return {
    queues,
    topics,
    tableName,
    table,
    indexesWanted: [DUE_INDEX, WAITING_INDEX, EXECUTION_INDEX, CLOSED_INDEX],
    pointInTimeRecovery,
    buses,
    stops: controls.ok ? { ok: true, value: controls.value.stops.map(describeStop) } : controls,
    breakers: controls.ok
      ? controls.value.breakers.filter(({ state }) => state !== 'closed').map(describeBreaker)
      : [],
    overdue,
    policy: policy.ok ? { ok: true, value: policyFacts(policy.value) } : policy,
  };
};

const policyFacts = ({ book: { doubt }, refused }: PolicyState): PolicyFacts => ({
  refused,
  ...(doubt === undefined ? {} : { doubt }),
});

/** Where the accounts' events arrive, as the hub stack names it. */
const INTAKE_BUS = 'selfheal-intake';

const readQueue = async (sqs: SQSClient, settings: Settings, name: string, ask: Ask): Promise<QueueFacts> => {
  const queue = await ask('sqs:GetQueueAttributes', async (abortSignal) => {
    try {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: queueUrl(settings, name),
          AttributeNames: ['ApproximateNumberOfMessages', 'RedrivePolicy'],
        }),
        { abortSignal },
      );
      const deadLetterQueue = targetName(Attributes.RedrivePolicy);
      return {
        messages: Number(Attributes.ApproximateNumberOfMessages ?? 0),
        ...(deadLetterQueue === undefined ? {} : { deadLetterQueue }),
      };
    } catch (error) {
      return absentWhen(error, 'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue');
    }
  });
  return {
    name,
    queue,
    ...(WORK_QUEUES.includes(name) ? { deadLetterQueue: deadLetterQueueOf(name) } : {}),
  };
};

const targetName = (redrivePolicy: string | undefined): string | undefined => {
  if (redrivePolicy === undefined) return undefined;
  const { deadLetterTargetArn } = JSON.parse(redrivePolicy) as { readonly deadLetterTargetArn?: string };
  return deadLetterTargetArn?.split(':').at(-1);
};

const readTopic = async (sns: SNSClient, arn: string, ask: Ask): Promise<TopicFacts> => ({
  name: arn.split(':').at(-1) ?? arn,
  topic: await ask('sns:GetTopicAttributes', async (abortSignal) => {
    try {
      const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn: arn }), {
        abortSignal,
      });
      return {
        confirmed: Number(Attributes.SubscriptionsConfirmed ?? 0),
        pending: Number(Attributes.SubscriptionsPending ?? 0),
      };
    } catch (error) {
      return absentWhen(error, 'NotFound', 'NotFoundException');
    }
  }),
});

const readTable = (dynamodb: DynamoDBClient, tableName: string, ask: Ask): Promise<Reading<TableFacts>> =>
  ask('dynamodb:DescribeTable', async (abortSignal) => {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: tableName }), {
      abortSignal,
    });
    return {
      status: Table?.TableStatus ?? 'without a status',
      indexes: Object.fromEntries(
        (Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName = '', IndexStatus = 'without a status' }) => [
          IndexName,
          IndexStatus,
        ]),
      ),
    };
  });

const readRecovery = (
  dynamodb: DynamoDBClient,
  tableName: string,
  ask: Ask,
): Promise<Reading<boolean | undefined>> =>
  ask('dynamodb:DescribeContinuousBackups', async (abortSignal) => {
    try {
      const { ContinuousBackupsDescription: backups } = await dynamodb.send(
        new DescribeContinuousBackupsCommand({ TableName: tableName }),
        { abortSignal },
      );
      return backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED';
    } catch (error) {
      // The embedded store keeps no backups at all.
      return absentWhen(error, 'UnknownOperationException');
    }
  });

const readBus = async (
  events: EventBridgeClient,
  name: string,
  ask: Ask,
): Promise<HubFacts['buses'][number]> => ({
  name,
  bus: await ask('events:DescribeEventBus', async (abortSignal) => {
    try {
      await events.send(new DescribeEventBusCommand({ Name: name }), { abortSignal });
      return true;
    } catch (error) {
      return absentWhen(error, 'ResourceNotFoundException') ?? false;
    }
  }),
});

const firstOverdue = async ({ cases, clock }: HubOptions['ports']): Promise<string | undefined> => {
  for await (const due of cases.due(plusMs(clock.now(), -OVERDUE_MINUTES * minuteMs)))
    return 'caseId' in due
      ? `case ${due.caseId}`
      : 'batch' in due
        ? `batch ${due.batch}`
        : `lane ${laneId(due.lane)}`;
  return undefined;
};

const absentWhen = (error: unknown, ...codes: readonly string[]): undefined => {
  if (codes.includes((error as { name?: string }).name ?? '')) return undefined;
  throw error;
};
