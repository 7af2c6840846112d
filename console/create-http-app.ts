/** selfheal over HTTP: the API, the plain page, and what holds for every request. */
import { Hono } from 'hono';
import type { App } from '../infra/compose.ts';
import { awsDoor } from './aws-door.ts';
import { limitBody, loopbackOnly, safeHeaders, sameOriginWrites } from './guard.ts';
import type { HttpDeps } from './http-deps.ts';
import { answerError, errorAnswer, HttpError } from './http-error.ts';
import { caseRoutes } from './routes/case-routes.ts';
import { eventRoutes } from './routes/event-routes.ts';
import { healthRoutes } from './routes/health-routes.ts';
import { pageRoutes } from './routes/page-routes.ts';
import { policyRoutes } from './routes/policy-routes.ts';
import { sandboxRoutes } from './routes/sandbox-routes.ts';
import { stopRoutes } from './routes/stop-routes.ts';
import { createSandboxClient } from './sandbox-client.ts';
import { believeTheName, type WhoIs } from './who-is.ts';

export interface HttpAppOptions {
  readonly app: App;
  readonly sandboxUrl: string;
  /** The service's own time, ms since the epoch. */
  readonly nowMs: () => number;
  /** Default: the name that the request itself gives. */
  readonly whoIs?: WhoIs;
  /** Region of the lane in which runbooks for global resources run. Default us-east-1. */
  readonly globalLaneRegion?: string;
}

/**
 * @example
 * serve({ fetch: createHttpApp({ app, sandboxUrl, nowMs }).fetch, hostname: '127.0.0.1', port: 4510 });
 */
export const createHttpApp = (options: HttpAppOptions): Hono => {
  const deps: HttpDeps = {
    app: options.app,
    sandbox: createSandboxClient(options.sandboxUrl),
    nowMs: options.nowMs,
    whoIs: options.whoIs ?? believeTheName,
    globalLaneRegion: options.globalLaneRegion ?? 'us-east-1',
  };
  return new Hono()
    .use(safeHeaders, loopbackOnly, limitBody, awsDoor(options.sandboxUrl), sameOriginWrites)
    .route('/healthz', healthRoutes(deps))
    .route('/api/cases', caseRoutes(deps))
    .route('/api/events', eventRoutes(deps))
    .route('/api/policy', policyRoutes(deps))
    .route('/api/stop', stopRoutes(deps))
    .route('/api/sandbox', sandboxRoutes(deps))
    .route('/', pageRoutes(deps))
    .notFound((context) =>
      errorAnswer(
        context,
        new HttpError(
          404,
          'no-such-route',
          `there is no ${context.req.method} ${context.req.path}; docs/openapi.yml lists what there is`,
        ),
      ),
    )
    .onError(answerError(options.app.ports.log));
};
