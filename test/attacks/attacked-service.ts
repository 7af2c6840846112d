/**
 * selfheal as it runs on one's own machine, to be attacked: the real HTTP app behind a real socket, accounts with
 * two cases in them that wait for a decision, and the accounts' own identity provider. Time stands still unless it is
 * moved, so whatever is another afterwards was changed by a request.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { type ServerType, serve } from '@hono/node-server';
import { createHttpApp } from '../../console/create-http-app.ts';
import { csrfOf } from '../../console/identity/session.ts';
import { createSignIn, SESSION_COOKIE, type SignIn } from '../../console/identity/sign-in.ts';
import type { AwaitingApproval, Case } from '../../domain/case/case.ts';
import type { Links } from '../../domain/ports.ts';
import { epochMs, minuteMs } from '../../domain/time.ts';
import { createDocuments } from '../../infra/dynamodb/documents.ts';
import { createLinkKeyStore } from '../../infra/dynamodb/link-key-store.ts';
import { composeLinks } from '../../infra/links/compose-links.ts';
import type { LinkKey } from '../../infra/links/key-ring.ts';
import { createOperations } from '../../infra/operations.ts';
import { GROUPS_CLAIM, SCOPES } from '../../infra/people-settings.ts';
import { clientSettings, HUB_REGION } from '../../sandbox/deployment.ts';
import { breakResource } from '../../sandbox/world/admin.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import { type DrivenWorld, drivenWorld } from '../support/driven-world.ts';
import { openPayroll } from '../support/payroll.ts';
import { identityOf, tokenOf } from '../support/signed-in.ts';

export type Waiting = Case<AwaitingApproval>;

export interface AttackedService {
  readonly world: DrivenWorld;
  readonly url: string;
  /** Whoever is known by a token, as the service verifies it. */
  readonly signIn: SignIn;
  /** What links are signed with. */
  readonly linkKeys: () => Promise<readonly LinkKey[]>;
  /** Two cases that wait for people. */
  readonly cases: readonly [Waiting, Waiting];
  /** Makes links as messages carry them. */
  readonly links: Links;
  /** The token of a link to the case's decision. */
  linkTo(about: Waiting): Promise<string>;
  /** A token in somebody's name. */
  token(sub: string, claims?: Readonly<Record<string, unknown>>): string;
  /** Headers of a browser in which somebody has signed in, on a page of ours. */
  visit(token: string): { readonly headers: Record<string, string>; readonly csrf: string };
  /** Over a connection that is kept; nothing is followed. */
  ask(method: string, path: string, more?: Sent): Promise<Answered>;
  /** Of everything that is kept: selfheal's table, and the whole of the accounts. */
  state(): Promise<string>;
  close(): Promise<void>;
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export const attackedService = async (policyChanged?: (text: string) => string): Promise<AttackedService> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'selfheal-attacked-'));
  const world = await drivenWorld({ dataDir, ...(policyChanged && { policyChanged }) });
  openPayroll(world);
  breakResource(world.sandbox.world, 'shop-prod-exports-us-east-1', {
    account: '222222222222',
    region: 'us-east-1',
    rule: 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED',
    nowMs: world.sandbox.clock.nowMs(),
  });
  world.sandbox.wake();
  await world.until(() => world.told('awaiting-approval') === 2, minuteMs);
  const cases = (await world.cases({ status: 'awaiting-approval' })) as readonly Case[] as [Waiting, Waiting];

  const { settings } = world.deployment;
  const connection = {
    ...clientSettings(world.sandbox.url, HUB_ACCOUNT, HUB_REGION),
    dynamodbEndpoint: world.sandbox.dynamodbEndpoint,
  };
  const identity = identityOf(world.sandbox.identity);
  const nowMs = () => epochMs(world.now());
  const http = createHttpApp({
    app: world.app,
    operations: createOperations(settings, world.app, { connection }),
    sandboxUrl: world.sandbox.url,
    identity,
    nowMs,
  });
  const { server, url } = await listening(http.fetch);
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });

  const dynamodb = new DynamoDBClient({ ...connection, endpoint: world.sandbox.dynamodbEndpoint });
  const client = createDocuments(dynamodb);
  const links = composeLinks({ settings: { ...settings, consoleUrl: url }, client, now: world.now });

  const service: AttackedService = {
    world,
    url,
    signIn: createSignIn({
      settings: { ...identity, scopes: SCOPES },
      nowMs,
      log: world.app.ports.log,
      groupsClaim: GROUPS_CLAIM,
    }),
    linkKeys: async () =>
      (await createLinkKeyStore({ client, tableName: settings.tableName }).read())?.keys ?? [],
    cases,
    links,
    linkTo: async ({ id, state: { planHash, expiresAt } }) =>
      (await links.toDecision(id, planHash, expiresAt))?.slice(`${url}/decide/`.length) ?? '',
    token: (sub, claims) => tokenOf(world.sandbox.identity, sub, world.sandbox.clock.nowMs(), claims),
    visit: (token) => ({
      csrf: csrfOf(token),
      headers: {
        cookie: `${SESSION_COOKIE}=${token}`,
        'content-type': 'application/x-www-form-urlencoded',
        origin: url,
        'sec-fetch-site': 'same-origin',
      },
    }),
    ask: (method, path, sent) => asked(agent, url, method, path, sent),
    state: async () => {
      const hash = createHash('sha256');
      for (const name of await tablesOf(dynamodb)) hash.update(JSON.stringify(await itemsOf(dynamodb, name)));
      // Every change of the accounts is a line of their journal: runbooks started, messages sent, queues, resources.
      hash.update(readFileSync(join(dataDir, 'world.jsonl')));
      return hash.digest('hex');
    },
    close: async () => {
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
      dynamodb.destroy();
      await world.close();
      rmSync(dataDir, { recursive: true });
    },
  };
  return service;
};

const listening = (fetch: Parameters<typeof serve>[0]['fetch']) =>
  new Promise<{ readonly server: ServerType; readonly url: string }>((resolve) => {
    const server = serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ server, url: `http://127.0.0.1:${port}` }),
    );
  });

/** What `fetch` would tidy up or forbid must be sent too: paths as they are, methods and headers of any kind. */
const asked = (
  agent: Agent,
  url: string,
  method: string,
  path: string,
  { headers = {}, body }: Sent = {},
): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = httpRequest(
      { agent, hostname, port, method, path, headers: { ...length, ...headers } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(parts).toString(),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });

const tablesOf = async (client: DynamoDBClient): Promise<readonly string[]> =>
  (await client.send(new ListTablesCommand({}))).TableNames ?? [];

/** In the order of their keys. */
const itemsOf = async (client: DynamoDBClient, TableName: string): Promise<readonly string[]> => {
  const items: string[] = [];
  let from: Record<string, never> | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName, ExclusiveStartKey: from }));
    items.push(...(page.Items ?? []).map((item) => JSON.stringify(item)));
    from = page.LastEvaluatedKey as typeof from;
  } while (from !== undefined);
  return items.sort();
};
