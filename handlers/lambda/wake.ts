import { onWake } from '../on-wake.ts';
import { app, followPolicy, publishMetrics } from './app.ts';

export const handler = onWake(app).use(publishMetrics).use(followPolicy);
