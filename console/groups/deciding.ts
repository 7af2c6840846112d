/** Everything that only a person may do: decide on a plan, close a case, stop and let go again. */
import { Hono } from 'hono/tiny';
import type { DecidingDeps } from '../http-deps.ts';
import { applyRoutes } from '../routes/apply-routes.ts';
import { batchDecisionRoutes } from '../routes/batch-routes.ts';
import { breakerResetRoutes } from '../routes/breaker-routes.ts';
import { caseDecisionRoutes } from '../routes/case-routes.ts';
import { exemptionChangeRoutes } from '../routes/exemption-routes.ts';
import { stopSwitchRoutes } from '../routes/stop-routes.ts';
import { sweepOrderRoutes } from '../routes/sweep-routes.ts';

export const deciding = (deps: DecidingDeps): Hono =>
  new Hono()
    .route('/api/cases', caseDecisionRoutes(deps))
    .route('/api/batches', batchDecisionRoutes(deps))
    .route('/api/stop', stopSwitchRoutes(deps))
    .route('/api/plan/apply', applyRoutes(deps))
    .route('/api/breakers', breakerResetRoutes(deps))
    .route('/api/exemptions', exemptionChangeRoutes(deps))
    .route('/api/sweep', sweepOrderRoutes(deps));
