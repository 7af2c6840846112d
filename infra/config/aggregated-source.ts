/** What the hub's aggregators know of all accounts and Regions. They lag behind the accounts by minutes. */
import {
  type ConfigServiceClient,
  DescribeAggregateComplianceByConfigRulesCommand,
  GetAggregateComplianceDetailsByConfigRuleCommand,
} from '@aws-sdk/client-config-service';
import { laneId } from '../../domain/finding.ts';
import { PortError } from '../../domain/ports.ts';
import type { SweepSource } from '../../domain/sweep/sweep-source.ts';
import { askUntil } from '../doctor/ask.ts';
import { listSources } from '../doctor/list-lanes.ts';
import { everyPage, RESULTS_PAGE_MAX, resultOf } from './result-pages.ts';

export const createAggregatedSource = (
  config: ConfigServiceClient,
): Pick<SweepSource, 'gathered' | 'aggregatedRules' | 'aggregatedResults'> => ({
  gathered: async () => {
    const listed = await listSources(
      config,
      askUntil(new AbortController().signal, () => undefined),
    );
    if (!listed.ok) {
      const { errorClass, code, operation, message } = listed;
      throw new PortError(errorClass, code, operation, message);
    }
    return {
      // What an aggregator has no news of it would tell as it was long ago.
      lanes: listed.value.map(({ lane, aggregator, upToDate }) =>
        aggregator !== undefined && upToDate === true ? { lane, aggregator } : { lane },
      ),
      troubles: [],
    };
  },

  aggregatedRules: async (aggregator) => {
    const rules = new Map<string, string[]>();
    const pages = everyPage('config:DescribeAggregateComplianceByConfigRules', (token) =>
      config.send(
        new DescribeAggregateComplianceByConfigRulesCommand({
          ConfigurationAggregatorName: aggregator,
          Filters: { ComplianceType: 'NON_COMPLIANT' },
          Limit: AGGREGATED_RULES_PAGE_MAX,
          ...token,
        }),
      ),
    );
    for await (const { AggregateComplianceByConfigRules = [] } of pages)
      for (const { AccountId, AwsRegion, ConfigRuleName } of AggregateComplianceByConfigRules) {
        if (!AccountId || !AwsRegion || !ConfigRuleName) continue;
        const lane = laneId({ account: AccountId, region: AwsRegion });
        const known = rules.get(lane);
        if (known === undefined) rules.set(lane, [ConfigRuleName]);
        else known.push(ConfigRuleName);
      }
    return rules;
  },

  aggregatedResults: async function* (aggregator, { account, region }, rule) {
    const operation = 'config:GetAggregateComplianceDetailsByConfigRule';
    const pages = everyPage(operation, (token) =>
      config.send(
        new GetAggregateComplianceDetailsByConfigRuleCommand({
          ConfigurationAggregatorName: aggregator,
          AccountId: account,
          AwsRegion: region,
          ConfigRuleName: rule,
          ComplianceType: 'NON_COMPLIANT',
          Limit: RESULTS_PAGE_MAX,
          ...token,
        }),
      ),
    );
    for await (const { AggregateEvaluationResults = [] } of pages)
      yield AggregateEvaluationResults.map((result) => resultOf(result, operation));
  },
});

const AGGREGATED_RULES_PAGE_MAX = 1_000;
