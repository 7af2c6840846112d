/** A sandbox for a test, and real SDK clients that talk to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { afterEach } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/sandbox.ts';

export const START_MS = Date.parse('2026-01-01T00:00:00Z');
export const HUB = '222222222222';
export const MEMBER = '111111111111';

interface Closable {
  close(): Promise<void>;
}

const open: Closable[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** Removed after the test, when the sandboxes in it are closed. */
export const temporaryDir = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
  open.push({ close: async () => rmSync(directory, { recursive: true, force: true }) });
  return directory;
};

/** Closed after the test, whatever becomes of it. */
export const openSandbox = async (options: Partial<SandboxOptions> = {}): Promise<Sandbox> => {
  const sandbox = await startSandbox({ clock: { kind: 'driven', startMs: START_MS }, ...options });
  open.push(sandbox);
  return sandbox;
};

export const clientsOf = (sandbox: { readonly url: string }, account = HUB, region = 'us-east-1') => {
  const config = {
    endpoint: sandbox.url,
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'not-checked' },
    maxAttempts: 1,
  };
  const clients = {
    sqs: new SQSClient(config),
    sns: new SNSClient(config),
    events: new EventBridgeClient(config),
    sts: new STSClient(config),
    dynamodb: new DynamoDBClient(config),
  };
  open.push({
    close: async () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  });
  return clients;
};

export const askSandbox = async (sandbox: Sandbox, method: string, path: string, body?: unknown) => {
  const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

/** The error a promise ends in. */
export const refusal = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('It was not refused.');
};
