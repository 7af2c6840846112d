/** The engine at a function's cold start. */
import { type App, compose } from '../../infra/compose.ts';
import { settings, surroundings } from '../cold-start.ts';

export { followPolicy, publishMetrics } from '../cold-start.ts';

export const app: App = compose(settings, surroundings);
