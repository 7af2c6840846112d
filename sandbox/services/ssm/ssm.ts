/** SSM Automation: starts runbooks within its quotas, runs their steps, and tells how they fare. */
import type { AwsService } from '../../service.ts';
import { nextDueMs, resumeCutShort, runDueSteps, type SsmDeps } from './advance.ts';
import { documentOperations } from './documents.ts';
import { executionOperations } from './execution-operations.ts';

export const createSsmService = (deps: SsmDeps): AwsService => {
  resumeCutShort(deps);
  return {
    name: 'ssm',
    operations: { ...executionOperations(deps), ...documentOperations },
    dueAt: () => nextDueMs(deps.world),
    runDue: (nowMs) => runDueSteps(deps, nowMs),
  };
};
