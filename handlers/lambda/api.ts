import { reading } from '../../console/groups/reading.ts';
import { composePorts } from '../../infra/compose-ports.ts';
import { followPolicy, publishMetrics, settings, surroundings } from '../cold-start.ts';
import { httpFunction } from '../http-function.ts';

export const handler = httpFunction(composePorts(settings, surroundings), settings, reading)
  .use(publishMetrics)
  .use(followPolicy);
