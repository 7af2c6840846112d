/**
 * selfheal's pages over a table in memory: the real guards, routes, engine and links; time stands still unless it is
 * moved. Whoever brings the cookie `visit=NAME` has signed in by that name, in the groups that a test says: how one
 * signs in is tested where that is.
 */
import type { Hono } from 'hono/tiny';
import { Hono as Routes } from 'hono/tiny';
import { deciding } from '../../console/groups/deciding.ts';
import { reading } from '../../console/groups/reading.ts';
import type { DecidingDeps, ReadingDeps } from '../../console/http-deps.ts';
import { httpFrame } from '../../console/http-frame.ts';
import { csrfOf } from '../../console/identity/session.ts';
import type { Case } from '../../domain/case/case.ts';
import { createEngine } from '../../domain/engine/engine.ts';
import { policyBook } from '../../domain/engine/policy-book.ts';
import { parsePolicy } from '../../domain/policy/parse-policy.ts';
import type { Ports } from '../../domain/ports.ts';
import type { WeeklyReport } from '../../domain/report/weekly-report.ts';
import { epochMs, hourMs, plusMs } from '../../domain/time.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { createReportStore } from '../../infra/dynamodb/report-store.ts';
import { createKeyRing } from '../../infra/links/key-ring.ts';
import { createLinkReader } from '../../infra/links/link-reader.ts';
import { audienceOf, createLinks } from '../../infra/links/links.ts';
import { reportingOnDemand } from '../../infra/report/reporting-on-demand.ts';
import { MemoryLinkKeys } from '../infra/links/memory-link-keys.ts';
import { tableClient } from '../simulation/memory-table.ts';
import { memoryPorts } from './memory-engine.ts';

export const ORIGIN = 'http://selfheal.example';

export interface PageService {
  readonly http: Hono;
  readonly ports: Ports;
  readonly keys: MemoryLinkKeys;
  /** What the table holds, to see whether anything has changed. */
  state(): string;
  /** The path of a link to the case's decision. */
  linkTo(about: Pick<Case, 'id'>, planHash: string): Promise<string>;
  get(path: string, who?: string, method?: string): Promise<Page>;
  /** Sends the form as a browser does; what a test changes of it comes last. */
  send(
    about: Pick<Case, 'id'>,
    fields: Readonly<Record<string, string>>,
    more?: {
      readonly who?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    },
  ): Promise<Page>;
}

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
}

export interface PageServiceOptions {
  readonly policy?: string;
  /** Name -> values of the groups claim. */
  readonly claims?: Readonly<Record<string, readonly string[]>>;
  /** Cases that are there from the start. */
  readonly cases?: readonly Case[];
  /** Stored when their week was over. */
  readonly reports?: readonly WeeklyReport[];
  readonly openToRead?: boolean;
  readonly now?: string;
  readonly decorate?: (ports: Ports) => Ports;
}

export const pageService = async ({
  policy: text = POLICY,
  claims = {},
  cases = [],
  reports = [],
  openToRead = true,
  now,
  decorate = (ports) => ports,
}: PageServiceOptions = {}): Promise<PageService> => {
  const { ports: inMemory, table } = memoryPorts(now === undefined ? {} : { now });
  for (const about of cases) await inMemory.cases.open(about);
  const ports = decorate(inMemory);
  const parsed = parsePolicy(text, 'policy.yml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const book = policyBook(parsed.policy);
  const policy = () => book;
  const keys = new MemoryLinkKeys();
  const links = {
    keys: createKeyRing({ store: keys, now: ports.clock.now }),
    now: ports.clock.now,
    audience: audienceOf({ hubAccount: '111111111111', region: 'us-east-1' }),
  };
  const selfheal = createEngine({ ports, catalog, policy, globalLaneRegion: 'us-east-1' });
  const inTable = { client: tableClient(async (command) => table.execute(command)), tableName: 'cases' };
  for (const report of reports)
    await createReportStore(inTable).put({ report, digests: new Map(), madeAt: report.madeAt });
  const app = {
    ports,
    catalog,
    policy,
    selfheal,
    linkReader: createLinkReader(links),
    reporting: reportingOnDemand({ ...inTable, settings: inTable, app: { ports, catalog, policy } }),
  };
  const deps: DecidingDeps & ReadingDeps = {
    // The rest of it is not for the pages.
    app: app as unknown as (DecidingDeps & ReadingDeps)['app'],
    nowMs: () => epochMs(ports.clock.now()),
    whoIs: async () => undefined,
    sessionOf: async ({ req }) => {
      const name = /^visit=(\w+)$/.exec(req.header('cookie') ?? '')?.[1];
      return name === undefined
        ? undefined
        : { identity: { name, claims: claims[name] ?? [] }, csrf: csrfFor(name) };
    },
    ...(openToRead && { openToRead }),
    globalLaneRegion: 'us-east-1',
  };
  const routes = new Routes().route('/', reading(deps)).route('/', deciding(deps));
  const http = httpFrame(ports.log, routes);
  const ask = async (path: string, init: RequestInit): Promise<Page> => {
    const answer = await http.request(`${ORIGIN}${path}`, init);
    return { status: answer.status, headers: answer.headers, html: await answer.text() };
  };
  const { toDecision } = createLinks(links, ORIGIN);
  return {
    http,
    ports,
    keys,
    state: () => JSON.stringify(table.items()),
    linkTo: async ({ id }, planHash) =>
      new URL((await toDecision(id, planHash, plusMs(ports.clock.now(), hourMs))) ?? '').pathname,
    get: (path, who, method = 'GET') =>
      ask(path, { method, headers: { accept: 'text/html', ...(who && { cookie: `visit=${who}` }) } }),
    send: ({ id }, fields, { who = 'ada', headers = {}, body } = {}) =>
      ask(`/cases/${id}/decision`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          cookie: `visit=${who}`,
          origin: ORIGIN,
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
        body: body ?? new URLSearchParams({ csrf: csrfFor(who), ...fields }).toString(),
      }),
  };
};

const catalog = loadCatalog();

export const csrfFor = (who: string): string => csrfOf(`the session of ${who}`);

const POLICY = `version: 1
topics: {default: selfheal-default}
defaults: {notify: [default]}
entries:
  - name: versioning
    match: {rule: S3_BUCKET_VERSIONING_ENABLED}
    mode: approve
`;
