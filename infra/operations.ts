/** What looks around beside the engine: the doctor, the dead letters, what a plan is made from, and compliance. */
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import type { ComplianceSource } from '../domain/compliance/compliance-source.ts';
import type { RecordedFacts } from '../domain/compliance/entries-served.ts';
import type { Lane } from '../domain/finding.ts';
import type { CaseRows } from '../domain/report/report-ports.ts';
import { coveredLanes, rememberedLanes } from '../domain/sweep/covered-lanes.ts';
import type { SweepSource } from '../domain/sweep/sweep-source.ts';
import { NO_SWEEP_YET } from '../domain/sweep/sweep-store.ts';
import { type AppBase, type Connection, clientSettingsOf, documentsOf } from './compose-ports.ts';
import type { ComplianceSourceOptions } from './config/compliance-source.ts';
import { createSweepSource } from './config/sweep-source.ts';
import type { Doctor, DoctorOptions } from './doctor/create-doctor.ts';
import { doctorSettings } from './doctor/lane-clients.ts';
import type { DoctorPatience } from './doctor/look.ts';
import type { PolicyState } from './doctor/read-hub.ts';
import type { Settings } from './settings.ts';
import { topicArn } from './sns/topic-arn.ts';
import { createDeadLetters, type DeadLetters } from './sqs/dead-letters.ts';

export interface Operations {
  readonly doctor: Doctor;
  readonly deadLetters: DeadLetters;
  /** What a plan is made from. */
  readonly planning: Planning;
  /** What Config says of every rule, counted to the last result. */
  readonly compliance: ComplianceSource;
  /** Cases as reports count them. */
  readonly rows: CaseRows;
  /** What Config records and evaluates in a lane. */
  readonly recorded: (lane: Lane) => Promise<RecordedFacts>;
}

export interface Planning {
  readonly source: SweepSource;
  /** Looked at whatever else is known: the hub's own, and those that settings name. */
  readonly lanes: readonly Lane[];
}

export interface OperationsOptions {
  /** Absent on AWS. */
  readonly connection?: Connection;
  readonly patience?: DoctorPatience;
  /** Default: the policy in force as it is known, where none is published. */
  readonly policyState?: () => Promise<PolicyState>;
}

export const createOperations = (
  settings: Settings,
  { ports, catalog, policy, members, sweeps }: AppBase,
  {
    connection,
    patience,
    policyState = async () => ({ book: policy(), refused: [] }),
  }: OperationsOptions = {},
): Operations => {
  const aws = {
    region: settings.region,
    ...doctorSettings(connection?.endpoint),
    ...(connection && { credentials: connection.credentials }),
  };
  const sqs = new SQSClient(aws);
  const config = new ConfigServiceClient(aws);
  // Not the doctor's, who does not wait: a report is worth a second try.
  const patient = new ConfigServiceClient({
    ...clientSettingsOf(settings, connection),
    retryMode: 'adaptive',
  });
  const source = createSweepSource({ config, members });
  const lanes = [{ account: settings.hubAccount, region: settings.region }, ...(settings.sweepLanes ?? [])];
  return {
    doctor: calledFor({
      hub: {
        clients: {
          dynamodb: new DynamoDBClient({
            ...aws,
            ...(connection && { endpoint: connection.dynamodbEndpoint }),
          }),
          events: new EventBridgeClient(aws),
          sns: new SNSClient(aws),
          sqs,
        },
        settings,
        ports,
        topicArn: (topic) => topicArn(settings, topic),
      },
      lanes: {
        entry: {
          sts: new STSClient(aws),
          executorRoleArn: ports.roles.executorRoleArn,
          externalId: settings.externalId,
        },
        config,
        others: async () => [...lanes, ...rememberedLanes((await sweeps.read('everything')) ?? NO_SWEEP_YET)],
        catalog,
        ...(connection && { endpoint: connection.endpoint }),
      },
      policy: policyState,
      ...(patience && { patience }),
    }),
    deadLetters: createDeadLetters({ sqs, place: settings }),
    planning: { source, lanes },
    compliance: complianceAskedFor({
      config: patient,
      members,
      catalog,
      covered: () => coveredLanes({ source: createSweepSource({ config: patient, members }), sweeps, lanes }),
      now: ports.clock.now,
    }),
    rows: {
      rows: async function* (since) {
        const { createCaseRows } = await import('./dynamodb/case-rows.ts');
        const client = documentsOf(settings, connection);
        yield* createCaseRows({ client, tableName: settings.tableName, now: ports.clock.now }).rows(since);
      },
    },
    recorded: async (lane) => {
      const { createRecordedReader } = await import('./config/lane-recorded.ts');
      return createRecordedReader({ members, now: ports.clock.now })(lane);
    },
  };
};

/** A doctor who comes when asked: what looks into every corner is a large part, and rarely needed. */
const calledFor = (options: DoctorOptions): Doctor => ({
  examine: async (lanes) => {
    const { createDoctor } = await import('./doctor/create-doctor.ts');
    return createDoctor(options).examine(lanes);
  },
});

/** Read in full by those who ask for a report, and by nobody else. */
const complianceAskedFor = (options: Omit<ComplianceSourceOptions, 'recorder'>): ComplianceSource => {
  const made = async (): Promise<ComplianceSource> => {
    const [{ createComplianceSource }, { createRecorderSource }] = await Promise.all([
      import('./config/compliance-source.ts'),
      import('./config/recorder-health.ts'),
    ]);
    const { read } = createRecorderSource({ members: options.members, lanes: options.covered });
    return createComplianceSource({ ...options, recorder: read });
  };
  return {
    lanes: async () => (await made()).lanes(),
    read: async (lane, rules) => (await made()).read(lane, rules),
  };
};
