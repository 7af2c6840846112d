/** What looks after selfheal itself: is everything there that it needs, and what it could not deliver. */
import { Hono } from 'hono';
import type { OperatingDeps } from '../http-deps.ts';
import { deadLetterRoutes } from '../routes/dead-letter-routes.ts';
import { doctorRoutes } from '../routes/doctor-routes.ts';

export const operating = (deps: OperatingDeps): Hono =>
  new Hono().route('/api/doctor', doctorRoutes(deps)).route('/api/dead-letters', deadLetterRoutes(deps));
