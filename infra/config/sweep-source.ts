/** What Config says is NON_COMPLIANT, as lists: from the hub's aggregators, or asked in an account and Region. */
import {
  type ConfigServiceClient,
  DescribeComplianceByConfigRuleCommand,
  GetComplianceDetailsByConfigRuleCommand,
} from '@aws-sdk/client-config-service';
import type { SweepSource } from '../../domain/sweep/sweep-source.ts';
import type { MemberClients } from '../sts/member-clients.ts';
import { createAggregatedSource } from './aggregated-source.ts';
import { everyPage, RESULTS_PAGE_MAX, resultOf } from './result-pages.ts';

export interface SweepSourceOptions {
  /** In the hub: knows the aggregators. */
  readonly config: ConfigServiceClient;
  readonly members: Pick<MemberClients, 'config'>;
}

export const createSweepSource = ({ config, members }: SweepSourceOptions): SweepSource => ({
  ...createAggregatedSource(config),

  rules: async (lane) => {
    const rules: string[] = [];
    const pages = everyPage('config:DescribeComplianceByConfigRule', (token) =>
      members
        .config(lane)
        .send(new DescribeComplianceByConfigRuleCommand({ ComplianceTypes: ['NON_COMPLIANT'], ...token })),
    );
    for await (const { ComplianceByConfigRules = [] } of pages)
      rules.push(...ComplianceByConfigRules.flatMap(({ ConfigRuleName }) => ConfigRuleName ?? []));
    return rules;
  },

  results: async function* (lane, rule) {
    const operation = 'config:GetComplianceDetailsByConfigRule';
    const pages = everyPage(operation, (token) =>
      members.config(lane).send(
        new GetComplianceDetailsByConfigRuleCommand({
          ConfigRuleName: rule,
          ComplianceTypes: ['NON_COMPLIANT'],
          Limit: RESULTS_PAGE_MAX,
          ...token,
        }),
      ),
    );
    for await (const { EvaluationResults = [] } of pages)
      yield EvaluationResults.map((result) => resultOf(result, operation));
  },
});
