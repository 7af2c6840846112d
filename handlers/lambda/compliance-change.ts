import { onComplianceChange } from '../on-compliance-change.ts';
import { app, publishMetrics } from './app.ts';

export const handler = onComplianceChange(app).use(publishMetrics);
