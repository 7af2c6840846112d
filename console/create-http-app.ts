/** selfheal over HTTP on one's own machine: everything that a deployed one answers, and accounts to play with. */
import { Hono } from 'hono/tiny';
import type { App } from '../infra/compose.ts';
import type { PrometheusMetrics } from '../infra/observability/prometheus-metrics.ts';
import type { Operations } from '../infra/operations.ts';
import { GROUPS_CLAIM, type OidcSettings, SCOPES } from '../infra/people-settings.ts';
import { awsDoor } from './aws-door.ts';
import { draftPolicy } from './draft-policy.ts';
import { deciding } from './groups/deciding.ts';
import { operating } from './groups/operating.ts';
import { reading } from './groups/reading.ts';
import { loopbackOnly } from './guard.ts';
import type { LocalDeps } from './http-deps.ts';
import { httpFrame } from './http-frame.ts';
import { bearer } from './identity/bearer.ts';
import { createSignIn, sessionsOf } from './identity/sign-in.ts';
import { eventRoutes } from './routes/event-routes.ts';
import { metricsRoutes } from './routes/metrics-routes.ts';
import { policyRoutes } from './routes/policy-routes.ts';
import { sandboxRoutes } from './routes/sandbox-routes.ts';
import { createSandboxClient } from './sandbox-client.ts';
import { writesBySomebody } from './who-is.ts';

export interface HttpAppOptions {
  readonly app: App;
  readonly operations: Operations;
  readonly sandboxUrl: string;
  /** Whose tokens hold here, and as which of its clients people sign in. */
  readonly identity: OidcSettings & { readonly clientId: string };
  /** The service's own time, ms since the epoch. */
  readonly nowMs: () => number;
  /** What Prometheus reads. Absent where nothing is counted: then there is nothing to read. */
  readonly metrics?: Pick<PrometheusMetrics, 'page'>;
  /** Region of the lane in which runbooks for global resources run. Default us-east-1. */
  readonly globalLaneRegion?: string;
}

/**
 * @example
 * serve({ fetch: createHttpApp({ app, operations, sandboxUrl, nowMs }).fetch, hostname: '127.0.0.1', port: 4510 });
 */
export const createHttpApp = ({
  app,
  operations,
  sandboxUrl,
  identity,
  nowMs,
  metrics,
  globalLaneRegion = 'us-east-1',
}: HttpAppOptions): Hono => {
  const { log } = app.ports;
  const names = { groupsClaim: GROUPS_CLAIM };
  const signIn = createSignIn({ settings: { ...identity, scopes: SCOPES }, nowMs, log, ...names });
  const deps: LocalDeps = {
    app: { ...app, operations },
    sandbox: createSandboxClient(sandboxUrl),
    nowMs,
    whoIs: bearer({ verify: async (token) => (await signIn.oidc()).verify(token), log, ...names }),
    sessionOf: sessionsOf(signIn),
    signIn,
    openToRead: true,
    globalLaneRegion,
    readDraft: draftPolicy,
  };
  const routes = new Hono()
    .use('/api/*', writesBySomebody(deps))
    .route('/', reading(deps))
    .route('/', deciding(deps))
    .route('/', operating(deps))
    .route('/metrics', metricsRoutes(metrics))
    .route('/api/policy', policyRoutes())
    .route('/api/events', eventRoutes(deps))
    .route('/api/sandbox', sandboxRoutes(deps));
  return httpFrame(log, routes, [loopbackOnly, awsDoor(sandboxUrl)]);
};
