import { onDecision } from '../on-decision.ts';
import { app, followPolicy, publishMetrics } from './app.ts';

export const handler = onDecision(app).use(publishMetrics).use(followPolicy);
