/**
 * Deploys selfheal into the sandbox: the table, queues, topics, buses and rules that its stacks make in real
 * accounts, made here over the same APIs. Deploying again changes nothing.
 */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { tableDefinition } from '../infra/dynamodb/table.ts';
import { COMPLIANCE_CHANGE } from '../infra/eventbridge/decode-compliance-change.ts';
import { EXECUTION_STATUS_CHANGE } from '../infra/eventbridge/decode-execution-status.ts';
import type { Settings } from '../infra/settings.ts';
import { EXECUTOR_ROLE, EXTERNAL_ID, HUB_ACCOUNT } from './world/roles.ts';

export const HUB_REGION = 'us-east-1';

/** How SDK clients reach the sandbox. */
export interface SandboxEndpoints {
  readonly url: string;
  readonly dynamodbUrl: string;
}

export interface DeployedQueue {
  readonly url: string;
  readonly arn: string;
}

export interface Deployment {
  readonly settings: Settings;
  readonly queues: Readonly<Record<'compliance' | 'executions' | 'wakes' | 'deadLetters', DeployedQueue>>;
}

export interface DeployOptions extends SandboxEndpoints {
  /** Topics that the policy speaks of: names or ARNs. */
  readonly topics: readonly string[];
  readonly lanes: readonly { readonly account: string; readonly region: string }[];
}

/** In the sandbox an access key id that is an account's id is that account's. */
export const clientSettings = (endpoint: string, account: string, region: string) => ({
  endpoint,
  region,
  credentials: { accessKeyId: account, secretAccessKey: 'sandbox' },
});

export const deploy = async ({ url, dynamodbUrl, topics, lanes }: DeployOptions): Promise<Deployment> => {
  const hub = clientSettings(url, HUB_ACCOUNT, HUB_REGION);
  await createTable(new DynamoDBClient({ ...hub, endpoint: dynamodbUrl }));
  const queues = await createQueues(new SQSClient(hub));
  await deployTopics(url, [...topics, OPERATIONS_TOPIC]);
  await createHubRules(new EventBridgeClient(hub), queues);
  for (const lane of lanes) await deployLane(url, lane);
  return {
    queues,
    settings: {
      region: HUB_REGION,
      hubAccount: HUB_ACCOUNT,
      tableName: TABLE_NAME,
      eventBusName: EVENT_BUS_NAME,
      wakeQueueUrl: queues.wakes.url,
      refusedQueueUrl: queues.deadLetters.url,
      operationsTopicArn: `arn:aws:sns:${HUB_REGION}:${HUB_ACCOUNT}:${OPERATIONS_TOPIC}`,
      executorRoleName: EXECUTOR_ROLE,
      externalId: EXTERNAL_ID,
    },
  };
};

const createTable = async (dynamodb: DynamoDBClient): Promise<void> => {
  try {
    await dynamodb.send(new CreateTableCommand(tableDefinition(TABLE_NAME)));
  } catch (error) {
    if ((error as { name?: string }).name !== 'ResourceInUseException') throw error;
  }
};

const createQueues = async (sqs: SQSClient): Promise<Deployment['queues']> => {
  const deadLetters = await createQueue(sqs, 'selfheal-dead-letters', { MessageRetentionPeriod: '1209600' });
  const redrive = JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: RECEIVES_MAX });
  const withRedrive = { VisibilityTimeout: String(VISIBILITY_SECONDS), RedrivePolicy: redrive };
  return {
    deadLetters,
    compliance: await createQueue(sqs, 'selfheal-compliance', withRedrive),
    executions: await createQueue(sqs, 'selfheal-executions', withRedrive),
    wakes: await createQueue(sqs, 'selfheal-wakes', withRedrive),
  };
};

const createQueue = async (
  sqs: SQSClient,
  name: string,
  attributes: Record<string, string>,
): Promise<DeployedQueue> => {
  const { QueueUrl: url = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
  );
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return { url, arn: Attributes?.QueueArn ?? '' };
};

/** Topics by name; those that a policy names by ARN are somebody else's. */
export const deployTopics = async (url: string, topics: readonly string[]): Promise<void> => {
  const sns = new SNSClient(clientSettings(url, HUB_ACCOUNT, HUB_REGION));
  for (const topic of topics)
    if (!topic.startsWith('arn:')) await sns.send(new CreateTopicCommand({ Name: topic }));
};

const createHubRules = async (events: EventBridgeClient, queues: Deployment['queues']): Promise<void> => {
  await ignoringExisting(() => events.send(new CreateEventBusCommand({ Name: EVENT_BUS_NAME })));
  await putRule(events, 'selfheal-compliance-change', COMPLIANCE_PATTERN, queues.compliance.arn);
  await putRule(events, 'selfheal-execution-status', EXECUTION_PATTERN, queues.executions.arn);
};

/** Has a lane's events forwarded to the hub, which needs no forwarding for its own. */
export const deployLane = async (
  url: string,
  { account, region }: { readonly account: string; readonly region: string },
): Promise<void> => {
  if (account === HUB_ACCOUNT && region === HUB_REGION) return;
  await forwardToHub(new EventBridgeClient(clientSettings(url, account, region)));
};

/** In a member account: what the hub wants to know goes to the hub's bus. */
const forwardToHub = async (events: EventBridgeClient): Promise<void> => {
  const hubBus = `arn:aws:events:${HUB_REGION}:${HUB_ACCOUNT}:event-bus/default`;
  await putRule(events, 'selfheal-forward-compliance-change', COMPLIANCE_PATTERN, hubBus);
  await putRule(events, 'selfheal-forward-execution-status', EXECUTION_PATTERN, hubBus);
};

const putRule = async (
  events: EventBridgeClient,
  name: string,
  pattern: object,
  targetArn: string,
): Promise<void> => {
  await events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern) }));
  await events.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: 'selfheal', Arn: targetArn }] }));
};

const ignoringExisting = async (create: () => Promise<unknown>): Promise<void> => {
  try {
    await create();
  } catch (error) {
    if ((error as { name?: string }).name !== 'ResourceAlreadyExistsException') throw error;
  }
};

const COMPLIANCE_PATTERN = {
  source: ['aws.config'],
  'detail-type': [COMPLIANCE_CHANGE],
  detail: { messageType: ['ComplianceChangeNotification'] },
};

const EXECUTION_PATTERN = {
  source: ['aws.ssm'],
  'detail-type': [EXECUTION_STATUS_CHANGE],
  detail: { Status: [{ 'anything-but': ['Pending', 'InProgress', 'Waiting', 'RunbookInProgress'] }] },
};

export const TABLE_NAME = 'selfheal';
export const EVENT_BUS_NAME = 'selfheal';
const OPERATIONS_TOPIC = 'selfheal-operations';
/** Longer than a function may run: a message must not come again while it is at work. */
const VISIBILITY_SECONDS = 90;
const RECEIVES_MAX = 5;
