/**
 * SDK clients that act in a member account and Region, under selfheal's executor role there. Clients and
 * the credentials behind them are made once and kept while the process lives; the SDK fetches new
 * credentials before the old ones run out.
 */
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { type Lane, laneId } from '../../domain/finding.ts';
import { epochMs, type Instant, minuteMs } from '../../domain/time.ts';
import { calling } from '../aws-errors.ts';
import { PATIENCE, type Patience, requestHandlerFor, SDK_SETTINGS, SHORT_PATIENCE } from '../sdk-settings.ts';

export interface MemberClientsOptions {
  readonly sts: STSClient;
  readonly executorRoleArn: (account: string) => string;
  readonly externalId: string;
  /** The time that credentials run out by. */
  readonly now: () => Instant;
  /** Another place than AWS itself. */
  readonly endpoint?: string;
  /** Default: a start 2 s, everything else 5 s. */
  readonly patience?: Patience;
}

export interface MemberClients {
  ssm(lane: Lane): SSMClient;
  /** For StartAutomationExecution: a retry inside the SDK would step over the start slots. */
  ssmOnce(lane: Lane): SSMClient;
  config(lane: Lane): ConfigServiceClient;
  /** For StartConfigRulesEvaluation: the SDK takes its LimitExceededException for throttling and would wait it out. */
  configOnce(lane: Lane): ConfigServiceClient;
}

export const createMemberClients = ({
  sts,
  executorRoleArn,
  externalId,
  now,
  endpoint,
  patience,
}: MemberClientsOptions): MemberClients => {
  const credentialsFor = memoized((account: string) => async () => {
    const { Credentials } = await calling('sts:AssumeRole', () =>
      sts.send(
        new AssumeRoleCommand({
          RoleArn: executorRoleArn(account),
          RoleSessionName: 'selfheal',
          ExternalId: externalId,
        }),
      ),
    );
    return {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
      ...(Credentials?.Expiration ? { expiration: Credentials.Expiration } : {}),
    };
  });
  const provider = memoized((account: string) =>
    cachedCredentials(credentialsFor(account), () => epochMs(now())),
  );
  const settings = ({ account, region }: Lane, maxAttempts: number, usual = PATIENCE) => ({
    region,
    credentials: provider(account),
    maxAttempts,
    ...SDK_SETTINGS,
    requestHandler: requestHandlerFor(patience ?? usual),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  return {
    ssm: perLane((lane) => new SSMClient(settings(lane, 3))),
    ssmOnce: perLane((lane) => new SSMClient(settings(lane, 1, SHORT_PATIENCE))),
    config: perLane((lane) => new ConfigServiceClient({ ...settings(lane, 3), retryMode: 'adaptive' })),
    configOnce: perLane((lane) => new ConfigServiceClient(settings(lane, 1))),
  };
};

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration?: Date;
}

/**
 * One AssumeRole an account, whatever number of clients share it. The SDK would cache too, by the clock of
 * the wall; told that what it gets has run out already, it asks here every time, where our own clock counts.
 */
const cachedCredentials = (
  fetch: () => Promise<Credentials>,
  nowMs: () => number,
): (() => Promise<Credentials>) => {
  let current: Promise<Credentials> | undefined;
  let freshUntilMs = 0;
  const refresh = async (): Promise<Credentials> => {
    try {
      const credentials = await fetch();
      freshUntilMs = (credentials.expiration?.getTime() ?? nowMs()) - REFRESH_BEFORE_MS;
      return { ...credentials, expiration: new Date(0) };
    } catch (error) {
      current = undefined;
      throw error;
    }
  };
  return () => {
    if (current === undefined || nowMs() >= freshUntilMs) {
      freshUntilMs = Number.POSITIVE_INFINITY;
      current = refresh();
    }
    return current;
  };
};

const memoized = <T>(make: (key: string) => T): ((key: string) => T) => {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(key);
    made.set(key, fresh);
    return fresh;
  };
};

const perLane = <T>(make: (lane: Lane) => T): ((lane: Lane) => T) => {
  const byId = memoized((id) => {
    const [account = '', region = ''] = id.split('/');
    return make({ account, region });
  });
  return (lane) => byId(laneId(lane));
};

const REFRESH_BEFORE_MS = 5 * minuteMs;
