import { onTick } from '../on-tick.ts';
import { app, keepPolicy, publishMetrics } from './app.ts';

export const handler = onTick(app, keepPolicy).use(publishMetrics);
