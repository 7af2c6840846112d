/** Everything that shows what there is: cases, what is stopped, and the page. It reads the table and nothing else. */
import { Hono } from 'hono/tiny';
import type { ReadingDeps } from '../http-deps.ts';
import { lazily } from '../lazily.ts';
import { batchRoutes } from '../routes/batch-routes.ts';
import { breakerRoutes } from '../routes/breaker-routes.ts';
import { caseRoutes } from '../routes/case-routes.ts';
import { exemptionRoutes } from '../routes/exemption-routes.ts';
import { healthRoutes } from '../routes/health-routes.ts';
import { pageRoutes } from '../routes/page-routes.ts';
import { stopRoutes } from '../routes/stop-routes.ts';
import { sweepRoutes } from '../routes/sweep-routes.ts';

export const reading = (deps: ReadingDeps): Hono =>
  new Hono()
    .route('/healthz', healthRoutes(deps))
    .route('/api/cases', caseRoutes(deps))
    .route('/api/batches', batchRoutes(deps))
    .route('/api/stop', stopRoutes(deps))
    .route('/api/breakers', breakerRoutes(deps))
    .route('/api/exemptions', exemptionRoutes(deps))
    .route('/api/sweep', sweepRoutes(deps))
    .route(
      '/',
      lazily('/api/reports/weekly', ['GET /', 'GET /cases', 'GET /verify'], async () =>
        (await import('../routes/report-routes.ts')).reportRoutes(deps),
      ),
    )
    .route('/', pageRoutes(deps))
    .route(
      '/',
      lazily(
        '/',
        ['GET /reports', 'GET /reports.css', 'GET /reports/:week', 'GET /reports/:week/cases'],
        async () => (await import('../routes/report-page-routes.ts')).reportPageRoutes(deps),
      ),
    )
    .route(
      '/',
      lazily('/', ['GET /sign-in', 'GET /sign-in/callback', 'POST /sign-out'], async () =>
        (await import('../identity/sign-in-routes.ts')).signInRoutes(deps.signIn),
      ),
    );
