/** One aggregator over every account and Region of the sandbox, seen alike from all of them. */
import { AwsError, type CallContext, type Operation, type World } from '../../service.ts';
import { worldSettings } from '../../world/settings.ts';
import { compliance, evaluationResult } from './compliance-operations.ts';
import { rulesIn } from './deployed-rules.ts';
import { aggregatedEvaluations } from './evaluations.ts';
import { page } from './paging.ts';
import { recorders } from './recorder.ts';

export const AGGREGATOR = 'organization';

interface DescribeInput {
  ConfigurationAggregatorNames?: readonly string[];
}

interface SourcesInput {
  ConfigurationAggregatorName: string;
  UpdateStatus?: readonly string[];
  Limit?: number;
  NextToken?: string;
}

interface DetailsInput {
  ConfigurationAggregatorName: string;
  ConfigRuleName: string;
  AccountId: string;
  AwsRegion: string;
  ComplianceType?: string;
  Limit?: number;
  NextToken?: string;
}

interface RulesInput {
  ConfigurationAggregatorName: string;
  Filters?: {
    readonly ConfigRuleName?: string;
    readonly ComplianceType?: string;
    readonly AccountId?: string;
    readonly AwsRegion?: string;
  };
  Limit?: number;
  NextToken?: string;
}

export const aggregatorOperations = (world: World): Readonly<Record<string, Operation>> => ({
  DescribeConfigurationAggregators: (input: DescribeInput, context) => {
    for (const name of input.ConfigurationAggregatorNames ?? []) checkName(world, name);
    const { aggregator } = worldSettings(world);
    return { ConfigurationAggregators: aggregator ? [describeAggregator(world, context)] : [] };
  },
  DescribeConfigurationAggregatorSourcesStatus: (input: SourcesInput) => sources(world, input),
  DescribeAggregateComplianceByConfigRules: (input: RulesInput, { nowMs }) => rules(world, input, nowMs),
  GetAggregateComplianceDetailsByConfigRule: (input: DetailsInput, { nowMs }) => details(world, input, nowMs),
});

const checkName = (world: World, name: string): void => {
  if (name !== AGGREGATOR || !worldSettings(world).aggregator)
    throw new AwsError(
      'NoSuchConfigurationAggregatorException',
      `The configuration aggregator ${name} does not exist. The sandbox has one, named ${AGGREGATOR}.`,
    );
};

const describeAggregator = (world: World, { account, region }: CallContext) => {
  const lanes = [...recorders(world).values()];
  const createdSeconds = Math.min(...lanes.map((recorder) => recorder.lastStartMs)) / 1000;
  return {
    ConfigurationAggregatorName: AGGREGATOR,
    ConfigurationAggregatorArn: `arn:aws:config:${region}:${account}:config-aggregator/config-aggregator-sandbox1`,
    AccountAggregationSources: [
      {
        AccountIds: [...new Set(lanes.map((recorder) => recorder.account))],
        AllAwsRegions: false,
        AwsRegions: [...new Set(lanes.map((recorder) => recorder.region))],
      },
    ],
    ...(Number.isFinite(createdSeconds)
      ? { CreationTime: createdSeconds, LastUpdatedTime: createdSeconds }
      : {}),
  };
};

/** It gathers from every lane that has or had a recorder, and always succeeds: it needs no authorization here. */
const sources = (world: World, input: SourcesInput) => {
  checkName(world, input.ConfigurationAggregatorName);
  const isWanted = input.UpdateStatus?.includes('SUCCEEDED') ?? true;
  const lanes = isWanted ? [...recorders(world).values()] : [];
  const found = page(lanes, input.Limit || 50, input.NextToken);
  return {
    AggregatedSourceStatusList: found.items.map(({ account, region, lastStartMs }) => ({
      SourceId: account,
      SourceType: 'ACCOUNT',
      AwsRegion: region,
      LastUpdateStatus: 'SUCCEEDED',
      LastUpdateTime: lastStartMs / 1000,
    })),
    ...(found.nextToken === undefined ? {} : { NextToken: found.nextToken }),
  };
};

/** Rules without results are not told. As on AWS a page may be empty and have a next one: it is cut before it is filtered. */
const rules = (world: World, input: RulesInput, nowMs: number) => {
  checkName(world, input.ConfigurationAggregatorName);
  const { ConfigRuleName, ComplianceType, AccountId, AwsRegion } = input.Filters ?? {};
  checkComplianceType(ComplianceType);
  const all = [...recorders(world).values()].flatMap(({ account, region }) =>
    rulesIn(world, { account, region }).map(({ name }) => ({ account, region, name })),
  );
  const cut = page(all, input.Limit || RULES_PAGE_MAX, input.NextToken);
  const counts = new Map<string, RuleCounts>();
  const countsOf = (lane: { readonly account: string; readonly region: string }): RuleCounts => {
    const key = `${lane.account}/${lane.region}`;
    const known = counts.get(key) ?? countRules(world, lane, nowMs);
    counts.set(key, known);
    return known;
  };
  const told = cut.items
    .filter(
      ({ account, region, name }) =>
        (AccountId ?? account) === account &&
        (AwsRegion ?? region) === region &&
        (ConfigRuleName ?? name) === name,
    )
    .flatMap(({ account, region, name }) => {
      const nonCompliant = countsOf({ account, region }).get(name);
      if (nonCompliant === undefined) return [];
      const row = { ConfigRuleName: name, AccountId: account, AwsRegion: region };
      return [{ ...row, Compliance: compliance(true, nonCompliant, CONTRIBUTORS_MAX) }];
    })
    .filter(({ Compliance }) => (ComplianceType ?? Compliance.ComplianceType) === Compliance.ComplianceType);
  return {
    AggregateComplianceByConfigRules: told,
    ...(cut.nextToken === undefined ? {} : { NextToken: cut.nextToken }),
  };
};

/** By the rule's name: how many of its resources are NON_COMPLIANT. */
type RuleCounts = ReadonlyMap<string, number>;

const countRules = (
  world: World,
  lane: { readonly account: string; readonly region: string },
  nowMs: number,
): RuleCounts => {
  const counts = new Map<string, number>();
  for (const [, { rule, complianceType }] of aggregatedEvaluations(world, lane, nowMs))
    counts.set(rule, (counts.get(rule) ?? 0) + (complianceType === 'NON_COMPLIANT' ? 1 : 0));
  return counts;
};

const RULES_PAGE_MAX = 1_000;
const CONTRIBUTORS_MAX = 25;

const checkComplianceType = (wanted: string | undefined): void => {
  if (wanted !== undefined && wanted !== 'COMPLIANT' && wanted !== 'NON_COMPLIANT')
    throw new AwsError(
      'ValidationException',
      'An aggregator tells COMPLIANT and NON_COMPLIANT results only.',
    );
};

const details = (world: World, input: DetailsInput, nowMs: number) => {
  checkName(world, input.ConfigurationAggregatorName);
  const wanted = input.ComplianceType ?? 'NON_COMPLIANT';
  checkComplianceType(wanted);
  const lane = { account: input.AccountId, region: input.AwsRegion };
  const matching = [...aggregatedEvaluations(world, lane, nowMs)].filter(
    ([, { rule }]) => rule === input.ConfigRuleName,
  );
  const cut = page(matching, input.Limit || 50, input.NextToken);
  return {
    AggregateEvaluationResults: cut.items
      .filter(([, { complianceType }]) => complianceType === wanted)
      .map(([resource, evaluation]) => ({
        ...evaluationResult(resource, evaluation),
        AccountId: resource.account,
        AwsRegion: resource.region,
      })),
    ...(cut.nextToken === undefined ? {} : { NextToken: cut.nextToken }),
  };
};
