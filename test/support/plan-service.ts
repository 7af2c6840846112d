/** A driven world's selfheal over HTTP, as the command line asks it, and a hash of everything there is in that world. */
import { createHash } from 'node:crypto';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { serve } from '@hono/node-server';
import { createHttpApp } from '../../console/create-http-app.ts';
import type { PolicyBook } from '../../domain/engine/policy-book.ts';
import { epochMs } from '../../domain/time.ts';
import { createOperations } from '../../infra/operations.ts';
import { clientSettings, HUB_REGION, TABLE_NAME } from '../../sandbox/deployment.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import type { DrivenWorld } from './driven-world.ts';
import { identityOf, tokenOf } from './signed-in.ts';

export interface PlanService {
  readonly url: string;
  /** Ada's. */
  readonly token: string;
  /** Of the table and of the sandbox's accounts: equal when nothing whatever was changed. */
  everything(): Promise<string>;
  close(): void;
}

/** @param policy in force as far as plans go; default: the world's own */
export const planService = async (world: DrivenWorld, policy?: () => PolicyBook): Promise<PlanService> => {
  const { sandbox, app, deployment } = world;
  const connection = {
    ...clientSettings(sandbox.url, HUB_ACCOUNT, HUB_REGION),
    dynamodbEndpoint: sandbox.dynamodbEndpoint,
  };
  const http = createHttpApp({
    app: { ...app, ...(policy && { policy }) },
    operations: createOperations(deployment.settings, app, { connection }),
    sandboxUrl: sandbox.url,
    identity: identityOf(sandbox.identity),
    nowMs: () => epochMs(world.now()),
    globalLaneRegion: HUB_REGION,
  });
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const made = serve({ fetch: http.fetch, hostname: '127.0.0.1', port: 0 }, () => resolve(made));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const table = new DynamoDBClient({
    ...clientSettings(sandbox.url, HUB_ACCOUNT, HUB_REGION),
    endpoint: sandbox.dynamodbEndpoint,
  });
  return {
    url: `http://127.0.0.1:${port}`,
    token: tokenOf(sandbox.identity, 'ada', epochMs(world.now())),
    everything: async () => {
      const items: string[] = [];
      for await (const page of paginateScan({ client: table }, { TableName: TABLE_NAME }))
        items.push(...(page.Items ?? []).map((item) => JSON.stringify(item)));
      return createHash('sha256').update(items.sort().join('\n')).update(worldText(world)).digest('hex');
    },
    close: () => {
      server.close();
      table.destroy();
    },
  };
};

const TABLES = [
  'resources',
  'config:evaluations',
  'config:evaluation-requests',
  'config:requested-runs',
  'config:exceptions',
  'ssm:executions',
  'ssm:client-tokens',
  'sqs-messages',
  'sns-messages',
  'events-deliveries',
];

const worldText = ({ sandbox }: DrivenWorld): string =>
  JSON.stringify(TABLES.map((name) => [...sandbox.world.table(name).entries()]));
