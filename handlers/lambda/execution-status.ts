import { onExecutionStatus } from '../on-execution-status.ts';
import { app, publishMetrics } from './app.ts';

export const handler = onExecutionStatus(app).use(publishMetrics);
