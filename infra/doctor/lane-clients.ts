/**
 * Clients for one look at a lane, made for it and thrown away: entering the account is a check of its own, and a
 * doctor that waits as patiently as the engine would keep the person waiting too.
 */
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { Reading } from '../../domain/doctor/reading.ts';
import type { Lane } from '../../domain/finding.ts';
import { requestHandlerFor, SDK_SETTINGS, SHORT_PATIENCE } from '../sdk-settings.ts';
import type { Ask } from './ask.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** How the doctor's clients are made: they try twice, and do not wait long. */
export const doctorSettings = (endpoint?: string) => ({
  ...SDK_SETTINGS,
  requestHandler: requestHandlerFor(SHORT_PATIENCE),
  maxAttempts: 2,
  ...(endpoint === undefined ? {} : { endpoint }),
});

export interface EntryOptions {
  readonly sts: STSClient;
  readonly executorRoleArn: (account: string) => string;
  readonly externalId: string;
}

export const enter = (
  { sts, executorRoleArn, externalId }: EntryOptions,
  account: string,
  ask: Ask,
): Promise<Reading<Credentials>> =>
  ask('sts:AssumeRole', async (signal) => {
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: executorRoleArn(account),
        RoleSessionName: 'selfheal-doctor',
        ExternalId: externalId,
      }),
      { abortSignal: signal },
    );
    return {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
  });

export interface LaneClients {
  readonly config: ConfigServiceClient;
  readonly ssm: SSMClient;
  readonly events: EventBridgeClient;
  close(): void;
}

export const laneClients = ({ region }: Lane, credentials: Credentials, endpoint?: string): LaneClients => {
  const settings = { ...doctorSettings(endpoint), region, credentials };
  const clients = {
    config: new ConfigServiceClient(settings),
    ssm: new SSMClient(settings),
    events: new EventBridgeClient(settings),
  };
  return {
    ...clients,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
};
