import { onTick } from '../on-tick.ts';
import { app, publishMetrics } from './app.ts';

export const handler = onTick(app).use(publishMetrics);
