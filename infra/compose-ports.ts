/**
 * The adapters put together, without the engine: what shows and looks after selfheal needs no more, and its
 * functions stay small.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { automationRoleName } from '../domain/automation-role.ts';
import type { Catalog } from '../domain/catalog/catalog.ts';
import type { PolicyBook } from '../domain/engine/policy-book.ts';
import { accountName } from '../domain/policy/account-name.ts';
import type { Clock, Exempting, Log, Metrics, Ports, Roles } from '../domain/ports.ts';
import type { SweepStore } from '../domain/sweep/sweep-store.ts';
import { createCompliance } from './config/compliance.ts';
import { createRuleResources } from './config/rule-resources.ts';
import { createBatchStore } from './dynamodb/batch-store.ts';
import { createCaseStore } from './dynamodb/case-store.ts';
import { createControlStore } from './dynamodb/control-store.ts';
import { createDocuments, type Documents } from './dynamodb/documents.ts';
import { createExemptionStore } from './dynamodb/exemption-store.ts';
import { createHealthStore } from './dynamodb/health-store.ts';
import { createPermitStore } from './dynamodb/permit-store.ts';
import { createSweepStore } from './dynamodb/sweep-store.ts';
import { createCaseEvents } from './eventbridge/case-events.ts';
import { requestHandlerFor, SDK_SETTINGS, SHORT_PATIENCE } from './sdk-settings.ts';
import type { Settings } from './settings.ts';
import { topicArn } from './sns/topic-arn.ts';
import { createWakes } from './sqs/wakes.ts';
import { createRunbooks } from './ssm/runbooks.ts';
import { createMemberClients, type MemberClients } from './sts/member-clients.ts';
import type { TellingParts, Told } from './telling.ts';
import { tellsNobody } from './tells-nobody.ts';

/** Reads and writes all that there is, and does nothing by itself. */
export interface AppBase {
  readonly ports: Ports;
  readonly catalog: Catalog;
  readonly policy: () => PolicyBook;
  /** The reports of sweeps. */
  readonly sweeps: SweepStore;
  /** For whatever else looks into the accounts. */
  readonly members: MemberClients;
}

/** Another place than AWS itself to send calls to. */
export interface Connection {
  readonly endpoint: string;
  readonly dynamodbEndpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** What a process brings along: the rest is the same everywhere. */
export interface Surroundings {
  /** Absent on AWS: the SDK finds its endpoints and credentials itself. */
  readonly connection?: Connection;
  /** The client of the table, where there is one already: connections are dear at cold start. */
  readonly documents?: Documents;
  /** Denials may make exemptions; absent where nobody decides. */
  readonly exempting?: (ports: Pick<Ports, 'exemptions' | 'clock'>) => Exempting;
  /** How people are told; absent where nobody is told anything. */
  readonly telling?: (parts: TellingParts) => Told;
  /** Lays something around the ports: a listener, or the faults of a test. */
  readonly decorate?: (ports: Ports) => Ports;
  readonly catalog: Catalog;
  readonly policy: () => PolicyBook;
  /** Where policies are published: see `Assessor`. */
  readonly policyUpTo?: (sequence: number) => Promise<void>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

export const composePorts = (settings: Settings, surroundings: Surroundings): AppBase => {
  const { catalog, policy, clock, random, log, metrics } = surroundings;
  const { tableName } = settings;
  const { connection, telling = tellsNobody, decorate = (ports) => ports } = surroundings;
  const aws = clientSettingsOf(settings, connection);
  const client = surroundings.documents ?? documentsOf(settings, connection);
  const sqs = new SQSClient(aws);
  const roles = rolesOf(settings);
  const clients = createMemberClients({
    sts: new STSClient({ ...aws, requestHandler: requestHandlerFor(SHORT_PATIENCE) }),
    executorRoleArn: roles.executorRoleArn,
    externalId: settings.externalId,
    now: clock.now,
    ...(connection && { endpoint: connection.endpoint }),
  });
  const exemptions = createExemptionStore({ client, tableName });
  const cases = createCaseStore({ client, tableName, now: clock.now });
  const ports = decorate({
    cases,
    batches: createBatchStore({ client, tableName }),
    ruleResources: createRuleResources({ client, tableName, clients, now: clock.now }),
    permits: createPermitStore({ client, tableName }),
    controls: createControlStore({ client, tableName }),
    exemptions,
    ...(surroundings.exempting && { exempting: surroundings.exempting({ exemptions, clock }) }),
    health: createHealthStore({ client, tableName }),
    runbooks: createRunbooks(clients, clock.now),
    compliance: createCompliance(clients, clock.now),
    ...telling({
      settings,
      client,
      now: clock.now,
      aws,
      topicArn: topicArnOf(settings, policy),
      catalog,
      ports: { cases, clock, log },
      accountName: (account) => accountName(policy().policy, account),
    }),
    events: createCaseEvents({ events: new EventBridgeClient(aws), busName: settings.eventBusName }),
    wakes: createWakes({ sqs, queueUrl: settings.wakeQueueUrl }),
    clock,
    random,
    roles,
    log,
    metrics,
  });
  const sweeps = createSweepStore({ client, tableName });
  return { ports, catalog, policy, sweeps, members: clients };
};

/** The client of the table. */
export const documentsOf = (settings: Settings, connection?: Connection): Documents =>
  createDocuments(
    new DynamoDBClient({
      ...clientSettingsOf(settings, connection),
      ...(connection && { endpoint: connection.dynamodbEndpoint }),
    }),
  );

export const clientSettingsOf = ({ region }: Settings, connection: Connection | undefined) => ({
  region,
  ...SDK_SETTINGS,
  ...(connection && { endpoint: connection.endpoint, credentials: connection.credentials }),
});

const rolesOf = ({ executorRoleName }: Settings): Roles => ({
  executorRoleArn: (account) => `arn:aws:iam::${account}:role/${executorRoleName}`,
  automationRoleArn: (account, document) => `arn:aws:iam::${account}:role/${automationRoleName(document)}`,
});

/** A policy names a topic by its own word for it; behind the word stands the topic. */
const topicArnOf =
  (settings: Settings, policy: () => PolicyBook) =>
  (name: string): string =>
    topicArn(settings, policy().policy.topics[name] ?? name);
