/** Everything that shows what there is: cases, what is stopped, and the page. It reads the table and nothing else. */
import { Hono } from 'hono/tiny';
import type { HttpDeps } from '../http-deps.ts';
import { caseRoutes } from '../routes/case-routes.ts';
import { healthRoutes } from '../routes/health-routes.ts';
import { pageRoutes } from '../routes/page-routes.ts';
import { stopRoutes } from '../routes/stop-routes.ts';

export const reading = (deps: HttpDeps): Hono =>
  new Hono()
    .route('/healthz', healthRoutes(deps))
    .route('/api/cases', caseRoutes(deps))
    .route('/api/stop', stopRoutes(deps))
    .route('/', pageRoutes(deps));
