import { deciding } from '../../console/groups/deciding.ts';
import { settings } from '../cold-start.ts';
import { httpFunction } from '../http-function.ts';
import { app, followPolicy, publishMetrics } from './app.ts';

export const handler = httpFunction(app, settings, deciding).use(publishMetrics).use(followPolicy);
