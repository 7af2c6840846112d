import { onDecision } from '../on-decision.ts';
import { app, publishMetrics } from './app.ts';

export const handler = onDecision(app).use(publishMetrics);
