/** A role in a test's sandbox, and SDK clients that act in a session of it. */
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { onTestFinished } from 'vitest';
import { accessKeyIdFor, writeSessionToken } from '../../../sandbox/core/session.ts';
import type { PolicyStatement } from '../../../sandbox/iam/policy-document.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { putRole } from '../../../sandbox/world/roles.ts';
import { HUB, START_MS } from '../core/with-sandbox.ts';

export const TRUSTS_LAMBDA = {
  Statement: [
    { Effect: 'Allow' as const, Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
};

export const giveRole = (
  { world }: Pick<Sandbox, 'world'>,
  name: string,
  statements: readonly PolicyStatement[],
  account = HUB,
): void =>
  putRole(world, { account, name, trust: TRUSTS_LAMBDA, policies: { own: { Statement: statements } } });

export const sessionArn = (role: string, account = HUB): string =>
  `arn:aws:sts::${account}:assumed-role/${role}/test`;

export const clientsAs = (
  sandbox: Pick<Sandbox, 'url'>,
  role: string,
  account = HUB,
  region = 'us-east-1',
) => {
  const config = {
    endpoint: sandbox.url,
    region,
    credentials: {
      accessKeyId: accessKeyIdFor(account, 'TEST'),
      secretAccessKey: 'not-checked',
      sessionToken: writeSessionToken({
        principalArn: sessionArn(role, account),
        expiresMs: START_MS + 365 * 86_400_000,
      }),
    },
    maxAttempts: 1,
  };
  const clients = {
    config: new ConfigServiceClient(config),
    dynamodb: new DynamoDBClient(config),
    events: new EventBridgeClient(config),
    sns: new SNSClient(config),
    sqs: new SQSClient(config),
    ssm: new SSMClient(config),
    sts: new STSClient(config),
  };
  onTestFinished(() => {
    for (const client of Object.values(clients)) client.destroy();
  });
  return clients;
};
