/** An AWS that takes a call and never answers does not hold us. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeConfigRulesCommand } from '@aws-sdk/client-config-service';
import { GetAutomationExecutionCommand } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { instant } from '../../../domain/time.ts';
import { calling } from '../../../infra/aws-errors.ts';
import { requestHandlerFor, SDK_SETTINGS } from '../../../infra/sdk-settings.ts';
import { createMemberClients } from '../../../infra/sts/member-clients.ts';

const LANE = { account: '222222222222', region: 'us-east-1' };
const PATIENCE = { connectionMsMax: 200, answerMsMax: 200 };
const TIMED_OUT = { errorClass: 'transient', code: 'TimeoutError' };

let server: Server;
let endpoint: string;
let calls: number;

beforeEach(async () => {
  calls = 0;
  server = createServer(() => {
    calls += 1;
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const clients = (sts: unknown) =>
  createMemberClients({
    sts: sts as STSClient,
    executorRoleArn: (account) => `arn:aws:iam::${account}:role/executor`,
    externalId: 'x',
    now: () => instant(0),
    endpoint,
    patience: PATIENCE,
  });
const grants = {
  send: async () => ({ Credentials: { AccessKeyId: 'a', SecretAccessKey: 's', SessionToken: 't' } }),
};
const READ = new GetAutomationExecutionCommand({
  AutomationExecutionId: '11111111-2222-4333-8444-555555555555',
});

it('a start is tried once, and its silence is transient', async () => {
  const { ssmOnce } = clients(grants);
  await expect(calling('ssm:any', () => ssmOnce(LANE).send(READ))).rejects.toMatchObject(TIMED_OUT);
  expect(calls).toBe(1);
});

it('silence is transient for every other client', async () => {
  const { ssm, configOnce } = clients(grants);
  await expect(calling('ssm:any', () => ssm(LANE).send(READ))).rejects.toMatchObject(TIMED_OUT);
  await expect(
    calling('config:any', () => configOnce(LANE).send(new DescribeConfigRulesCommand({}))),
  ).rejects.toMatchObject(TIMED_OUT);
});

it('credentials that never come are transient', async () => {
  const sts = new STSClient({
    ...SDK_SETTINGS,
    region: LANE.region,
    endpoint,
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    maxAttempts: 1,
    requestHandler: requestHandlerFor(PATIENCE),
  });
  await expect(calling('ssm:any', () => clients(sts).ssm(LANE).send(READ))).rejects.toMatchObject(TIMED_OUT);
});
