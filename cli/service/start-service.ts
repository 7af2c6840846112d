/**
 * selfheal as one process on this machine: the sandbox (its own, or one that runs elsewhere), the functions
 * behind their queues, and the HTTP API. It keeps no state of its own, so it can be killed at any moment.
 */

import { join } from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import { createHttpApp, type HttpAppOptions } from '../../console/create-http-app.ts';
import type { CaseChanged } from '../../domain/case-changed.ts';
import type { Ports } from '../../domain/ports.ts';
import { epochMs } from '../../domain/time.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { type App, compose } from '../../infra/compose.ts';
import { composeReport } from '../../infra/compose-report.ts';
import { composeScheduled } from '../../infra/compose-scheduled.ts';
import { exemptingOnDemand } from '../../infra/exempting-on-demand.ts';
import { createPrometheusMetrics } from '../../infra/observability/prometheus-metrics.ts';
import { createOperations, type Operations } from '../../infra/operations.ts';
import { type PolicyListener, watchPolicy } from '../../infra/policy-file.ts';
import { clientSettings, deploy, deployTopics, HUB_REGION } from '../../sandbox/deployment.ts';
import { SANDBOX_CLIENT_ID } from '../../sandbox/http-api/identity-provider.ts';
import { SANDBOX_AUDIENCE } from '../../sandbox/http-api/token-issuer.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import type { PolicyChangeListener, WatchedService } from '../live-view.ts';
import { runFunctions } from './functions.ts';
import { localLog } from './local-log.ts';
import { localUser, tokenSeconds } from './local-user.ts';
import { linkToSandbox, type SandboxLink, startOwnSandbox } from './sandbox-link.ts';

export interface ServiceOptions {
  /** On 127.0.0.1; 0 takes any free one. */
  readonly port: number;
  /** Where the sandbox's world, the tables and the log survive a restart. Absent: nothing does. */
  readonly dataDir?: string;
  readonly policyFile: string;
  /** Sandbox time against the wall's; of its own sandbox only. */
  readonly speed: number;
  readonly scenario?: string;
  /** Who runs it: the person in whose name the token is. Default: the name by which they are logged in. */
  readonly user?: string;
  /** A sandbox that runs as a process of its own. */
  readonly sandboxUrl?: string;
}

export interface RunningService extends WatchedService {
  readonly app: App;
  readonly operations: Operations;
  /** The identity provider of its people. */
  readonly identity: HttpAppOptions['identity'];
  /** A token in the name of the user. */
  readonly token: string;
  readonly user: string;
  /** Hears when the policy file was changed, and whether the change is in force. */
  onPolicy(listener: PolicyChangeListener): void;
  close(): Promise<void>;
}

export const startService = async (options: ServiceOptions): Promise<RunningService> => {
  const user = localUser(options.user);
  const policyListeners: PolicyListener[] = [];
  const policy = watchPolicy(options.policyFile, {
    replaced: (replacement) => {
      for (const { replaced } of policyListeners) replaced(replacement);
    },
    refused: (problem) => {
      for (const { refused } of policyListeners) refused(problem);
    },
  });
  const catalog = loadCatalog();
  const sandbox = await linkOf(options).catch((error: unknown) => {
    policy.close();
    throw error;
  });
  const log = localLog(options.dataDir, sandbox.clock.now);
  const listeners: ((change: CaseChanged) => void)[] = [];
  let front: Front | undefined;
  try {
    // The first of all: messages carry its address.
    front = await listen(options.port);
    const { server, url } = front;
    const deployment = await deploy({
      url: sandbox.url,
      topics: Object.values(policy.current().policy.topics),
      lanes: sandbox.lanes,
    });
    if (options.scenario !== undefined) await sandbox.begin(options.scenario);
    const connection = {
      ...clientSettings(sandbox.url, HUB_ACCOUNT, HUB_REGION),
      dynamodbEndpoint: sandbox.dynamodbUrl,
    };
    const settings = { ...deployment.settings, consoleUrl: url };
    const metrics = createPrometheusMetrics(() => epochMs(sandbox.clock.now()));
    const app = compose(settings, {
      connection,
      decorate: (ports) => telling(ports, listeners),
      exempting: exemptingOnDemand,
      catalog,
      policy: policy.current,
      clock: sandbox.clock,
      random: Math.random,
      log,
      metrics,
    });
    const identity = { issuer: sandbox.issuer, clientId: SANDBOX_CLIENT_ID, audience: SANDBOX_AUDIENCE };
    const token = await sandbox.tokenOf(user, tokenSeconds(sandbox.speed));
    const operations = createOperations(settings, app, { connection });
    const http = createHttpApp({
      app,
      operations,
      sandboxUrl: sandbox.url,
      identity,
      nowMs: () => epochMs(sandbox.clock.now()),
      metrics,
      globalLaneRegion: HUB_REGION,
    });
    policyListeners.push({
      replaced: ({ version, policy: { topics } }) => {
        log.info('policy replaced', { policyVersion: version });
        deployTopics(sandbox.url, Object.values(topics))
          .then(() => app.selfheal.policyReplaced())
          .catch((error: unknown) => log.error('policy change not seen through', { reason: String(error) }));
      },
      refused: (problem) => log.error('policy refused, the one in force stays', { reason: problem.message }),
    });
    front.serve(http.fetch);
    const scheduled = composeScheduled(app, settings, connection);
    const reports = composeReport(app, settings, { reports: deployment.reports, connection });
    const functions = runFunctions(app, { scheduled, reports }, deployment, sandbox.url, sandbox.speed);
    return {
      url,
      sandboxUrl: sandbox.url,
      app,
      operations,
      identity,
      token,
      user,
      cases: app.ports.cases,
      now: sandbox.clock.now,
      onChange: (listener) => {
        listeners.push(listener);
      },
      onPolicy: (listener) => {
        policyListeners.push(versioned(listener, policy.current().version));
      },
      close: async () => {
        await new Promise((resolve) => server.close(resolve));
        await functions.close();
        await sandbox.close();
        policy.close();
        log.close();
      },
    };
  } catch (error) {
    front?.server.close();
    policy.close();
    await sandbox.close();
    throw error;
  }
};

/** @param version of the policy in force now */
const versioned = ({ replaced, refused }: PolicyChangeListener, version: string): PolicyListener => {
  let inForce = version;
  return {
    replaced: (policy) => {
      replaced(policy.version, inForce);
      inForce = policy.version;
    },
    refused: ({ message }) => {
      const [heading = '', ...problems] = message.split('\n');
      refused(problems.length > 0 ? problems : [heading], inForce);
    },
  };
};

const linkOf = ({ sandboxUrl, dataDir, speed }: ServiceOptions): Promise<SandboxLink> =>
  sandboxUrl === undefined
    ? startOwnSandbox({
        speed,
        ...(dataDir === undefined ? {} : { dataDir: join(dataDir, 'sandbox') }),
      })
    : linkToSandbox(sandboxUrl);

const telling = (ports: Ports, listeners: readonly ((change: CaseChanged) => void)[]): Ports => ({
  ...ports,
  events: {
    publish: async (changes) => {
      await ports.events.publish(changes);
      for (const change of changes) for (const listener of listeners) listener(change);
    },
  },
});

type Fetch = Parameters<typeof serve>[0]['fetch'];

interface Front {
  readonly server: ServerType;
  readonly url: string;
  /** From now on this answers; before, whoever asks is told to try again. */
  serve(fetch: Fetch): void;
}

const listen = (port: number): Promise<Front> =>
  new Promise((resolve, reject) => {
    let answer: Fetch = () => new Response('selfheal is starting: try again in a moment\n', { status: 503 });
    const server = serve(
      { fetch: (request, env) => answer(request, env), hostname: '127.0.0.1', port },
      (address) =>
        resolve({
          server,
          url: `http://127.0.0.1:${address.port}`,
          serve: (fetch) => {
            answer = fetch;
          },
        }),
    );
    // A client keeps its connections; closing an idle one just as it sends would look like a fault.
    if ('keepAliveTimeout' in server) server.keepAliveTimeout = 120_000;
    server.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`port ${port} is taken: is selfheal running already? Choose another one with --port`)
          : error,
      ),
    );
  });
