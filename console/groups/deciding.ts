/**
 * Everything that only a person may do: decide on a plan, close a case, stop and let go again. What is for the
 * moment is there at once; the rest is loaded when it is asked for.
 */
import { Hono } from 'hono/tiny';
import type { DecidingDeps } from '../http-deps.ts';
import { lazily } from '../lazily.ts';
import { batchDecisionRoutes } from '../routes/batch-routes.ts';
import { breakerResetRoutes } from '../routes/breaker-routes.ts';
import { caseDecisionRoutes } from '../routes/case-routes.ts';
import { stopSwitchRoutes } from '../routes/stop-routes.ts';

export const deciding = (deps: DecidingDeps): Hono =>
  new Hono()
    .route('/api/cases', caseDecisionRoutes(deps))
    .route('/api/batches', batchDecisionRoutes(deps))
    .route('/api/stop', stopSwitchRoutes(deps))
    .route('/api/breakers', breakerResetRoutes(deps))
    .route(
      '/',
      lazily('/cases', ['POST /:id/decision'], async () =>
        (await import('../routes/decision-form-routes.ts')).decisionFormRoutes(deps),
      ),
    )
    .route(
      '/',
      lazily('/api/plan/apply', ['POST /'], async () =>
        (await import('../routes/apply-routes.ts')).applyRoutes(deps),
      ),
    )
    .route(
      '/',
      lazily('/api/exemptions', ['POST /', 'POST /remove'], async () =>
        (await import('../routes/exemption-routes.ts')).exemptionChangeRoutes(deps),
      ),
    )
    .route(
      '/',
      lazily('/api/sweep', ['POST /'], async () =>
        (await import('../routes/sweep-routes.ts')).sweepOrderRoutes(deps),
      ),
    );
