/** One aggregator over every account and Region of the sandbox, seen alike from all of them. */
import { AwsError, type CallContext, type Operation, type World } from '../../service.ts';
import { evaluationResult } from './compliance-operations.ts';
import { evaluationsIn } from './evaluations.ts';
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

export const aggregatorOperations = (world: World): Readonly<Record<string, Operation>> => ({
  DescribeConfigurationAggregators: (input: DescribeInput, context) => {
    for (const name of input.ConfigurationAggregatorNames ?? []) checkName(name);
    return { ConfigurationAggregators: [describeAggregator(world, context)] };
  },
  DescribeConfigurationAggregatorSourcesStatus: (input: SourcesInput) => sources(world, input),
  GetAggregateComplianceDetailsByConfigRule: (input: DetailsInput) => details(world, input),
});

const checkName = (name: string): void => {
  if (name !== AGGREGATOR)
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

/** It gathers from every lane that has a recorder, and always succeeds: it needs no authorization here. */
const sources = (world: World, input: SourcesInput) => {
  checkName(input.ConfigurationAggregatorName);
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

const details = (world: World, input: DetailsInput) => {
  checkName(input.ConfigurationAggregatorName);
  const wanted = input.ComplianceType ?? 'NON_COMPLIANT';
  if (wanted !== 'COMPLIANT' && wanted !== 'NON_COMPLIANT')
    throw new AwsError(
      'ValidationException',
      'An aggregator tells COMPLIANT and NON_COMPLIANT results only.',
    );
  const lane = { account: input.AccountId, region: input.AwsRegion };
  const matching = [...evaluationsIn(world, lane)].filter(
    ([, evaluation]) => evaluation.rule === input.ConfigRuleName && evaluation.complianceType === wanted,
  );
  const found = page(matching, input.Limit || 50, input.NextToken);
  return {
    AggregateEvaluationResults: found.items.map(([resource, evaluation]) => ({
      ...evaluationResult(resource, evaluation),
      AccountId: resource.account,
      AwsRegion: resource.region,
    })),
    ...(found.nextToken === undefined ? {} : { NextToken: found.nextToken }),
  };
};
