import { deciding } from '../../console/groups/deciding.ts';
import { visitsOf } from '../../console/identity/sign-in.ts';
import { composeDeciding } from '../../infra/compose-deciding.ts';
import { followPolicy, publishMetrics, settings, surroundings } from '../cold-start.ts';
import { httpFunction } from '../http-function.ts';

export const handler = httpFunction(composeDeciding(settings, surroundings), settings, deciding, visitsOf)
  .use(publishMetrics)
  .use(followPolicy);
