/** What Config says is NON_COMPLIANT, as lists: from the hub's aggregators, or asked in an account and Region. */
import {
  type ConfigServiceClient,
  DescribeAggregateComplianceByConfigRulesCommand,
  DescribeComplianceByConfigRuleCommand,
  type EvaluationResult,
  GetAggregateComplianceDetailsByConfigRuleCommand,
  GetComplianceDetailsByConfigRuleCommand,
} from '@aws-sdk/client-config-service';
import { laneId } from '../../domain/finding.ts';
import { PortError } from '../../domain/ports.ts';
import type { SweepSource, SweptResult } from '../../domain/sweep/sweep-source.ts';
import { calling } from '../aws-errors.ts';
import { askUntil } from '../doctor/ask.ts';
import { listSources } from '../doctor/list-lanes.ts';
import type { MemberClients } from '../sts/member-clients.ts';
import { evaluationOf } from './compliance.ts';

export interface SweepSourceOptions {
  /** In the hub: knows the aggregators. */
  readonly config: ConfigServiceClient;
  readonly members: Pick<MemberClients, 'config'>;
}

export const createSweepSource = ({ config, members }: SweepSourceOptions): SweepSource => ({
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

/** A page may be empty and yet have a next one: only a missing token is the end. */
const everyPage = async function* <T extends { readonly NextToken?: string | undefined }>(
  operation: string,
  read: (token: { readonly NextToken?: string }) => Promise<T>,
): AsyncIterable<T> {
  const seen = new Set<string>();
  let next: string | undefined;
  do {
    const page: T = await calling(operation, () => read(next === undefined ? {} : { NextToken: next }));
    yield page;
    next = page.NextToken || undefined;
    if (next !== undefined && seen.has(next))
      throw new PortError('transient', 'MalformedAnswer', operation, 'a page names itself as its next one');
    if (next !== undefined) seen.add(next);
  } while (next !== undefined);
};

/** What is wrong with one result harms no other: it is told in its place. */
const resultOf = (result: EvaluationResult, operation: string): SweptResult => {
  const { ResourceType: resourceType, ResourceId: resourceId } =
    result.EvaluationResultIdentifier?.EvaluationResultQualifier ?? {};
  try {
    if (!resourceType || !resourceId)
      throw new PortError('transient', 'MalformedAnswer', operation, 'a result without its resource');
    const evaluation = evaluationOf(result, operation);
    if (evaluation.compliance !== 'NON_COMPLIANT')
      throw new PortError(
        'transient',
        'MalformedAnswer',
        operation,
        `${evaluation.compliance} for ${resourceType} ${resourceId}, and NON_COMPLIANT was asked for`,
      );
    return { kind: 'result', resourceType, resourceId, evaluation };
  } catch (error) {
    return { kind: 'malformed', error };
  }
};

const AGGREGATED_RULES_PAGE_MAX = 1_000;
const RESULTS_PAGE_MAX = 100;
