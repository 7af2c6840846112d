import { onComplianceChange } from '../on-compliance-change.ts';
import { app, followPolicy, publishMetrics } from './app.ts';

export const handler = onComplianceChange(app).use(publishMetrics).use(followPolicy);
