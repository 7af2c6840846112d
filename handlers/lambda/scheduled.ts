import { composeScheduled } from '../../infra/compose-scheduled.ts';
import { settings } from '../cold-start.ts';
import { onSchedule } from '../on-schedule.ts';
import { app, followPolicy, publishMetrics } from './app.ts';

export const handler = onSchedule(app, composeScheduled(app, settings)).use(publishMetrics).use(followPolicy);
