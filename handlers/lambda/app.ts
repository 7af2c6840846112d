/** The engine at a function's cold start. */
import { composeEngine, type EngineApp } from '../../infra/compose-engine.ts';
import { settings, surroundings } from '../cold-start.ts';

export { followPolicy, publishMetrics } from '../cold-start.ts';

export const app: EngineApp = composeEngine(settings, surroundings);
