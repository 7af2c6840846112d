/** What looks after selfheal itself, put together beside the engine: the doctor, and the dead letters. */
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import type { Lane } from '../domain/finding.ts';
import type { SweepSource } from '../domain/sweep/sweep-source.ts';
import type { AppBase, Connection } from './compose-ports.ts';
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
  { ports, catalog, policy, members }: AppBase,
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
        config: new ConfigServiceClient(aws),
        catalog,
        ...(connection && { endpoint: connection.endpoint }),
      },
      policy: policyState,
      ...(patience && { patience }),
    }),
    deadLetters: createDeadLetters({ sqs, place: settings }),
    planning: {
      source: createSweepSource({ config: new ConfigServiceClient(aws), members }),
      lanes: [{ account: settings.hubAccount, region: settings.region }, ...(settings.sweepLanes ?? [])],
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
