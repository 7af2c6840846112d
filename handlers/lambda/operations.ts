import { operating } from '../../console/groups/operating.ts';
import { composePorts } from '../../infra/compose-ports.ts';
import { createOperations } from '../../infra/operations.ts';
import {
  followPolicyIfPossible,
  publishedPolicy,
  publishMetrics,
  settings,
  surroundings,
} from '../cold-start.ts';
import { httpFunction } from '../http-function.ts';

const base = composePorts(settings, surroundings);
const operations = createOperations(settings, base, {
  policyState: async () => {
    const { refused } = await publishedPolicy.look();
    return {
      book: publishedPolicy.current(),
      refused: refused.map(({ sequence, why }) => `version ${sequence} is refused (${why})`),
    };
  },
});

export const handler = httpFunction({ ...base, operations }, settings, operating)
  .use(publishMetrics)
  .use(followPolicyIfPossible);
