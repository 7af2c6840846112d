import { onWake } from '../on-wake.ts';
import { app, publishMetrics } from './app.ts';

export const handler = onWake(app).use(publishMetrics);
