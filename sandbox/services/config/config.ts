/** AWS Config: records what changes, lets managed rules judge it, and answers what they found. */
import type { AwsService } from '../../service.ts';
import { aggregatorOperations } from './aggregator-operations.ts';
import { complianceOperations } from './compliance-operations.ts';
import { type ConfigDeps, nextDueMs, runDueEvaluations } from './evaluate.ts';
import { exceptionOperations } from './exception-operations.ts';
import { resourceOperations } from './resource-operations.ts';
import { ruleOperations } from './rule-operations.ts';

export const createConfigService = (deps: ConfigDeps): AwsService => ({
  name: 'config',
  operations: {
    ...complianceOperations(deps.world),
    ...ruleOperations(deps.world),
    ...resourceOperations(deps.world),
    ...exceptionOperations(deps.world),
    ...aggregatorOperations(deps.world),
  },
  dueAt: () => nextDueMs(deps.world),
  runDue: (nowMs) => runDueEvaluations(deps, nowMs),
});
