/**
 * Deploys selfheal into the sandbox from the stacks it is deployed by everywhere: the hub's in one account and
 * Region, the member stack in every lane. Deploying again changes what has changed.
 */
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import type { ReportSettings } from '../infra/report-settings.ts';
import type { Settings } from '../infra/settings.ts';
import {
  COMPLIANCE_QUEUE,
  EXECUTIONS_QUEUE,
  REFUSED_QUEUE,
  SCHEDULED_QUEUE,
  WAKES_QUEUE,
} from '../infra/sqs/queues.ts';
import type { StackRecord } from './cloudformation/stack-store.ts';
import { readTemplateFiles } from './cloudformation/template-files.ts';
import { EXECUTOR_ROLE, EXTERNAL_ID, HUB_ACCOUNT, ORGANIZATION_ID } from './world/roles.ts';

export const HUB_REGION = 'us-east-1';
export const TABLE_NAME = 'selfheal';
export const EVENT_BUS_NAME = 'selfheal';

export interface DeployedQueue {
  readonly url: string;
  readonly arn: string;
}

export interface Deployment {
  readonly settings: Settings;
  readonly reports: ReportSettings;
  readonly queues: Readonly<
    Record<'compliance' | 'executions' | 'wakes' | 'scheduled' | 'refused', DeployedQueue>
  >;
}

export interface DeployOptions {
  /** Of the sandbox. */
  readonly url: string;
  /** Topics that the policy speaks of: names or ARNs. Those that no stack makes are made beside it. */
  readonly topics: readonly string[];
  readonly lanes: readonly { readonly account: string; readonly region: string }[];
}

/** In the sandbox an access key id that is an account's id is that account's. */
export const clientSettings = (endpoint: string, account: string, region: string) => ({
  endpoint,
  region,
  credentials: { accessKeyId: account, secretAccessKey: 'sandbox' },
});

/** For functions that run in one process, which acts as the hub account's administrator. */
export const deploy = async ({ url, topics, lanes }: DeployOptions): Promise<Deployment> => {
  const hub = await deployHub(url, { template: hubTemplate(), parameters: { ReportBucket: 'create' } });
  await deployTopics(url, topics);
  await deployMembers(url, lanes, [ADMINISTRATOR_ARN]);
  return deploymentOf(hub);
};

const ADMINISTRATOR_ARN = `arn:aws:iam::${HUB_ACCOUNT}:user/sandbox`;

export interface HubOrder {
  /** Its text. */
  readonly template: string;
  /** Where the code of each function in the template is, by its name. */
  readonly code?: Readonly<Record<string, string>>;
  /** Beside the organization and the external id. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** @throws Error in the sandbox's words when the template cannot be deployed */
export const deployHub = (url: string, { parameters, ...order }: HubOrder): Promise<StackRecord> =>
  post(url, 'stacks', {
    name: HUB_STACK,
    account: HUB_ACCOUNT,
    region: HUB_REGION,
    parameters: { OrganizationId: ORGANIZATION_ID, ExternalId: EXTERNAL_ID, ...parameters },
    ...order,
  }) as Promise<StackRecord>;

/** Deploys the member stack to these lanes, and has it deployed to those that come later. */
export const deployMembers = async (
  url: string,
  lanes: DeployOptions['lanes'],
  hubRoleArns: readonly string[],
): Promise<void> => {
  await post(url, 'stack-sets', {
    name: MEMBER_STACK,
    template: memberTemplate(),
    homeRegion: HUB_REGION,
    lanes,
    parameters: {
      HubAccountId: HUB_ACCOUNT,
      HubRegion: HUB_REGION,
      HubRoleArns: hubRoleArns.join(','),
      ExternalId: EXTERNAL_ID,
      OrganizationId: ORGANIZATION_ID,
      HomeRegion: HUB_REGION,
    },
  });
};

/** What functions and tests must know of a deployed hub. */
export const deploymentOf = ({ resources, outputs }: StackRecord): Deployment => {
  const queue = (name: string): DeployedQueue => {
    const found = resources.find(({ attributes }) => attributes.QueueName === name);
    if (found === undefined) throw new Error(`The hub stack makes no queue ${name}.`);
    return { url: found.ref, arn: found.attributes.Arn ?? '' };
  };
  const queues = {
    compliance: queue(COMPLIANCE_QUEUE),
    executions: queue(EXECUTIONS_QUEUE),
    wakes: queue(WAKES_QUEUE),
    scheduled: queue(SCHEDULED_QUEUE),
    refused: queue(REFUSED_QUEUE),
  };
  return {
    queues,
    reports: {
      topicArn: outputs.ReportsTopicArn ?? '',
      ...(outputs.ReportBucketName !== undefined && { bucket: outputs.ReportBucketName }),
    },
    settings: {
      region: HUB_REGION,
      hubAccount: HUB_ACCOUNT,
      tableName: TABLE_NAME,
      eventBusName: EVENT_BUS_NAME,
      wakeQueueUrl: queues.wakes.url,
      refusedQueueUrl: queues.refused.url,
      operationsTopicArn: outputs.OperationsTopicArn ?? '',
      executorRoleName: EXECUTOR_ROLE,
      externalId: EXTERNAL_ID,
    },
  };
};

/** Topics by name; those that a policy names by ARN are somebody else's. */
export const deployTopics = async (url: string, topics: readonly string[]): Promise<void> => {
  const sns = new SNSClient(clientSettings(url, HUB_ACCOUNT, HUB_REGION));
  for (const topic of topics)
    if (!topic.startsWith('arn:')) await sns.send(new CreateTopicCommand({ Name: topic }));
};

const hubTemplate = (): string => {
  const folder = stackPath('hub/');
  const fragments = readdirSync(folder).filter((name) => name.endsWith('.yml'));
  return readTemplateFiles(
    HUB_STACK,
    fragments.sort().map((name) => `${folder}${name}`),
  );
};

const memberTemplate = (): string => readTemplateFiles(MEMBER_STACK, [stackPath('member.yml')]);

const stackPath = (path: string): string => fileURLToPath(new URL(`../infra/stack/${path}`, import.meta.url));

const post = (url: string, route: string, body: unknown): Promise<unknown> =>
  new Promise((resolve, reject) => {
    // Not fetch: loading it takes longer than all that is asked here, and the SDK has this one loaded anyway.
    const sent = request(`${url}/_sandbox/${route}`, { method: 'POST' }, (answer) => {
      json(answer).then((told) => {
        if (answer.statusCode === 200) return resolve(told);
        const { error } = told as { readonly error?: string };
        reject(new Error(error ?? `The sandbox on ${url} answered ${answer.statusCode} to ${route}.`));
      }, reject);
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });

const HUB_STACK = 'selfheal';
const MEMBER_STACK = 'selfheal-member';
