import { onExecutionStatus } from '../on-execution-status.ts';
import { app, followPolicy, publishMetrics } from './app.ts';

export const handler = onExecutionStatus(app).use(publishMetrics).use(followPolicy);
