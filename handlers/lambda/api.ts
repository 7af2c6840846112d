import { reading } from '../../console/groups/reading.ts';
import { visitsOf } from '../../console/identity/sign-in.ts';
import { composeReading } from '../../infra/compose-reading.ts';
import { followPolicy, publishMetrics, settings, surroundings } from '../cold-start.ts';
import { httpFunction } from '../http-function.ts';

export const handler = httpFunction(composeReading(settings, surroundings), settings, reading, visitsOf)
  .use(publishMetrics)
  .use(followPolicy);
