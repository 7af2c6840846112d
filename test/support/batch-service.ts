/** selfheal's HTTP API over a table in memory in which cases wait in one batch; time stands still unless it is moved. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono/tiny';
import { deciding } from '../../console/groups/deciding.ts';
import { reading } from '../../console/groups/reading.ts';
import type { DecidingDeps, ReadingDeps } from '../../console/http-deps.ts';
import { httpFrame } from '../../console/http-frame.ts';
import { bearer } from '../../console/identity/bearer.ts';
import { noSessions } from '../../console/identity/session.ts';
import { createSignIn } from '../../console/identity/sign-in.ts';
import { writesBySomebody } from '../../console/who-is.ts';
import { askedIn } from '../../domain/batch-id.ts';
import type { Case } from '../../domain/case/case.ts';
import { createEngine } from '../../domain/engine/engine.ts';
import { policyBook } from '../../domain/engine/policy-book.ts';
import { caseId, findingId } from '../../domain/finding.ts';
import { parsePolicy } from '../../domain/policy/parse-policy.ts';
import type { Ports } from '../../domain/ports.ts';
import { epochMs, hourMs, plusMs } from '../../domain/time.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { createBatchStore } from '../../infra/dynamodb/batch-store.ts';
import { exemptingOnDemand } from '../../infra/exempting-on-demand.ts';
import { tableClient } from '../simulation/memory-table.ts';
import { aCase, finding, NOW } from './cases.ts';
import { memoryPorts } from './memory-engine.ts';
import { type People, startPeople } from './signed-in.ts';

export const ASKED = askedIn('backlog', 'S3_BUCKET_VERSIONING_ENABLED', NOW);

export interface BatchService {
  readonly url: string;
  readonly ports: Ports;
  readonly people: People;
  /** Cases of these resources begin to wait in the batch, for an hour. */
  join(...resourceIds: readonly string[]): Promise<void>;
  /** They wait no more: the resource healed by itself. */
  leave(resourceId: string): Promise<void>;
  later(ms: number): Promise<void>;
  close(): Promise<void>;
}

export const batchService = async (): Promise<BatchService> => {
  const { ports: some, table } = memoryPorts();
  const client = tableClient(async (command) => table.execute(command));
  const ports: Ports = {
    ...some,
    batches: createBatchStore({ client, tableName: 'cases' }),
    exempting: exemptingOnDemand(some),
  };
  const selfheal = createEngine({ ports, catalog: CATALOG, policy, globalLaneRegion: 'us-east-1' });
  const app = { ports, catalog: CATALOG, policy, selfheal } as unknown as (DecidingDeps & ReadingDeps)['app'];
  const nowMs = () => epochMs(ports.clock.now());
  const people = await startPeople(nowMs);
  const names = { groupsClaim: 'groups' };
  const signIn = createSignIn({
    settings: { ...people.identity, scopes: 'openid' },
    nowMs,
    log: ports.log,
    ...names,
  });
  const deps: DecidingDeps & ReadingDeps = {
    app,
    nowMs,
    whoIs: bearer({ verify: async (token) => (await signIn.oidc()).verify(token), log: ports.log, ...names }),
    sessionOf: noSessions,
    globalLaneRegion: 'us-east-1',
  };
  const routes = new Hono()
    .use('/api/*', writesBySomebody(deps))
    .route('/', reading(deps))
    .route('/', deciding(deps));
  const http = httpFrame(ports.log, routes, []);
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const made = serve({ fetch: http.fetch, hostname: '127.0.0.1', port: 0 }, () => resolve(made));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    ports,
    people,
    join: async (...resourceIds) => {
      const now = ports.clock.now();
      await ports.batches.join(ASKED, now);
      for (const resourceId of resourceIds) await ports.cases.open(memberOf(resourceId, now));
    },
    leave: async (resourceId) => {
      const about = memberOf(resourceId, ports.clock.now());
      await ports.cases.replace({ ...about, version: 2, state: aCase('self-resolved').state });
    },
    later: (ms) => ports.clock.sleep(ms),
    close: async () => {
      server.close();
      await people.close();
    },
  };
};

const CATALOG = loadCatalog();
const POLICY = parsePolicy('version: 1\nentries: []\n', 'policy.yml');
const policy = () => {
  if (!POLICY.ok) throw new Error(JSON.stringify(POLICY.problems));
  return policyBook(POLICY.policy);
};

const memberOf = (resourceId: string, now: string): Case => {
  const about = { ...finding, resourceId };
  return aCase(
    'awaiting-approval',
    { batch: ASKED.id, requestedAt: now, expiresAt: plusMs(now, hourMs) },
    { id: caseId(about, 1), finding: about, findingId: findingId(about) },
  );
};
