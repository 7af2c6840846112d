import { reading } from '../../console/groups/reading.ts';
import { visitsOf } from '../../console/identity/sign-in.ts';
import { composePorts } from '../../infra/compose-ports.ts';
import { followPolicy, publishMetrics, settings, surroundings } from '../cold-start.ts';
import { httpFunction } from '../http-function.ts';

export const handler = httpFunction(composePorts(settings, surroundings), settings, reading, visitsOf)
  .use(publishMetrics)
  .use(followPolicy);
