/**
 * What looks after selfheal itself: is everything there that it needs, what could not be delivered, and what the
 * policy would do; and what Config says of all accounts. It looks around there. Each is asked for now and then, and
 * loaded when it is.
 */
import { Hono } from 'hono/tiny';
import type { OperatingDeps } from '../http-deps.ts';
import { lazily } from '../lazily.ts';

export const operating = (deps: OperatingDeps): Hono =>
  new Hono()
    .route(
      '/',
      lazily('/api/doctor', ['GET /'], async () =>
        (await import('../routes/doctor-routes.ts')).doctorRoutes(deps),
      ),
    )
    .route(
      '/',
      lazily('/api/dead-letters', ['GET /', 'POST /redrive'], async () =>
        (await import('../routes/dead-letter-routes.ts')).deadLetterRoutes(deps),
      ),
    )
    .route(
      '/',
      lazily('/api/policy/explain', ['POST /'], async () =>
        (await import('../routes/explain-routes.ts')).explainRoutes(deps),
      ),
    )
    .route(
      '/',
      lazily('/api/policy/backtest', ['POST /'], async () =>
        (await import('../routes/backtest-routes.ts')).backtestRoutes(deps),
      ),
    )
    .route(
      '/',
      lazily('/api/plan', ['GET /lanes', 'POST /findings', 'POST /'], async () =>
        (await import('../routes/plan-routes.ts')).planRoutes(deps),
      ),
    )
    .route(
      '/',
      lazily(
        '/api/compliance',
        [
          'GET /lanes',
          'GET /lanes/:account/:region',
          'GET /lanes/:account/:region/recorded',
          'GET /remediation',
        ],
        async () => (await import('../routes/compliance-routes.ts')).complianceRoutes(deps),
      ),
    );
