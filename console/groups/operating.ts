/**
 * What looks after selfheal itself: is everything there that it needs, what could not be delivered, and what the
 * policy would do. It looks around in the accounts.
 */
import { Hono } from 'hono/tiny';
import type { OperatingDeps } from '../http-deps.ts';
import { backtestRoutes } from '../routes/backtest-routes.ts';
import { deadLetterRoutes } from '../routes/dead-letter-routes.ts';
import { doctorRoutes } from '../routes/doctor-routes.ts';
import { explainRoutes } from '../routes/explain-routes.ts';
import { planRoutes } from '../routes/plan-routes.ts';

export const operating = (deps: OperatingDeps): Hono =>
  new Hono()
    .route('/api/doctor', doctorRoutes(deps))
    .route('/api/dead-letters', deadLetterRoutes(deps))
    .route('/api/policy/explain', explainRoutes(deps))
    .route('/api/policy/backtest', backtestRoutes(deps))
    .route('/api/plan', planRoutes(deps));
