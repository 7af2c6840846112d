/** Config's answers about compliance: by resource, by rule, and in summary. */
import { AwsError, type CallContext, type Operation, type World } from '../../service.ts';
import { findRule, type Lane, rulesIn } from './deployed-rules.ts';
import {
  type ComplianceType,
  type EvaluatedResource,
  type Evaluation,
  evaluatedResources,
  evaluationsIn,
} from './evaluations.ts';
import { page } from './paging.ts';
import { seenKey } from './recorder.ts';
import { noSuchRule } from './rule-operations.ts';

const PAGE_MAX = 100;

export const complianceOperations = (world: World): Readonly<Record<string, Operation>> => ({
  GetComplianceDetailsByResource: (input, context) => detailsByResource(world, input, context),
  GetComplianceDetailsByConfigRule: (input, context) => detailsByRule(world, input, context),
  DescribeComplianceByConfigRule: (input, context) => complianceByRule(world, input, context),
  DescribeComplianceByResource: (input, context) => complianceByResource(world, input, context),
});

interface DetailsByResourceInput {
  ResourceType?: string;
  ResourceId?: string;
  ComplianceTypes?: readonly ComplianceType[];
  NextToken?: string;
}

const detailsByResource = (world: World, input: DetailsByResourceInput, context: CallContext) => {
  if (input.ResourceType === undefined || input.ResourceId === undefined)
    throw new AwsError(
      'InvalidParameterValueException',
      'ResourceType and ResourceId are both needed to get the compliance details of a resource.',
    );
  const ref = { ...laneOf(context), type: input.ResourceType, id: input.ResourceId };
  const row = evaluatedResources(world).get(seenKey(ref));
  const evaluations = Object.values(row?.evaluations ?? {}).filter(hasType(input.ComplianceTypes));
  const found = page(
    row === undefined ? [] : evaluations.map((evaluation) => evaluationResult(row, evaluation)),
    PAGE_MAX,
    input.NextToken,
    'InvalidParameterValueException',
  );
  return { EvaluationResults: found.items, ...next(found) };
};

interface DetailsByRuleInput {
  ConfigRuleName: string;
  ComplianceTypes?: readonly ComplianceType[];
  Limit?: number;
  NextToken?: string;
}

const detailsByRule = (world: World, input: DetailsByRuleInput, context: CallContext) => {
  const lane = laneOf(context);
  if (findRule(world, lane, input.ConfigRuleName) === undefined) throw noSuchRule(input.ConfigRuleName);
  const matching = [...evaluationsIn(world, lane)].filter(
    ([, evaluation]) =>
      evaluation.rule === input.ConfigRuleName && hasType(input.ComplianceTypes)(evaluation),
  );
  const found = page(matching, input.Limit || 10, input.NextToken);
  return {
    EvaluationResults: found.items.map(([resource, evaluation]) => evaluationResult(resource, evaluation)),
    ...next(found),
  };
};

interface ComplianceByRuleInput {
  ConfigRuleNames?: readonly string[];
  ComplianceTypes?: readonly string[];
  NextToken?: string;
}

const complianceByRule = (world: World, input: ComplianceByRuleInput, context: CallContext) => {
  const lane = laneOf(context);
  for (const name of input.ConfigRuleNames ?? [])
    if (findRule(world, lane, name) === undefined) throw noSuchRule(name);
  const nonCompliant = new Map<string, number>();
  const evaluated = new Set<string>();
  for (const [, evaluation] of evaluationsIn(world, lane)) {
    evaluated.add(evaluation.rule);
    if (evaluation.complianceType === 'NON_COMPLIANT')
      nonCompliant.set(evaluation.rule, (nonCompliant.get(evaluation.rule) ?? 0) + 1);
  }
  const all = rulesIn(world, lane)
    .filter(({ name }) => input.ConfigRuleNames?.includes(name) ?? true)
    .map(({ name }) => ({
      ConfigRuleName: name,
      Compliance: compliance(evaluated.has(name), nonCompliant.get(name) ?? 0, 25),
    }))
    .filter((row) => wanted(input.ComplianceTypes, row.Compliance.ComplianceType));
  const found = page(all, 25, input.NextToken);
  return { ComplianceByConfigRules: found.items, ...next(found) };
};

interface ComplianceByResourceInput {
  ResourceType?: string;
  ResourceId?: string;
  ComplianceTypes?: readonly string[];
  Limit?: number;
  NextToken?: string;
}

const complianceByResource = (world: World, input: ComplianceByResourceInput, context: CallContext) => {
  if (input.ResourceId !== undefined && input.ResourceType === undefined)
    throw new AwsError('InvalidParameterValueException', 'A ResourceId needs its ResourceType beside it.');
  const { account, region } = laneOf(context);
  const all = [...evaluatedResources(world).values()]
    .filter((row) => row.account === account && row.region === region)
    .filter((row) => (input.ResourceType ?? row.type) === row.type && (input.ResourceId ?? row.id) === row.id)
    .map((row) => ({
      ResourceType: row.type,
      ResourceId: row.id,
      Compliance: compliance(
        true,
        Object.values(row.evaluations).filter((one) => one.complianceType === 'NON_COMPLIANT').length,
        25,
      ),
    }))
    .filter((row) => wanted(input.ComplianceTypes, row.Compliance.ComplianceType));
  const found = page(all, input.Limit || 10, input.NextToken);
  return { ComplianceByResources: found.items, ...next(found) };
};

/** @param cap how many are counted at most */
export const compliance = (evaluated: boolean, nonCompliant: number, cap: number) => {
  if (!evaluated) return { ComplianceType: 'INSUFFICIENT_DATA' };
  if (nonCompliant === 0) return { ComplianceType: 'COMPLIANT' };
  return {
    ComplianceType: 'NON_COMPLIANT',
    ComplianceContributorCount: {
      CappedCount: Math.min(nonCompliant, cap),
      CapExceeded: nonCompliant > cap,
    },
  };
};

const laneOf = ({ account, region }: CallContext): Lane => ({ account, region });

const wanted = (types: readonly string[] | undefined, type: string): boolean =>
  types === undefined || types.length === 0 || types.includes(type);

const hasType =
  (types: readonly ComplianceType[] | undefined) =>
  (evaluation: Evaluation): boolean =>
    wanted(types, evaluation.complianceType);

const next = ({ nextToken }: { readonly nextToken?: string }) =>
  nextToken === undefined ? {} : { NextToken: nextToken };

/** An evaluation as the API tells it; times in seconds, as its protocol carries them. */
export const evaluationResult = (resource: EvaluatedResource, evaluation: Evaluation) => ({
  EvaluationResultIdentifier: {
    EvaluationResultQualifier: {
      ConfigRuleName: evaluation.rule,
      ResourceType: resource.type,
      ResourceId: resource.id,
      EvaluationMode: 'DETECTIVE',
    },
    OrderingTimestamp: evaluation.orderingMs / 1000,
  },
  ComplianceType: evaluation.complianceType,
  ResultRecordedTime: evaluation.recordedMs / 1000,
  ConfigRuleInvokedTime: evaluation.invokedMs / 1000,
  ...(evaluation.annotation === undefined ? {} : { Annotation: evaluation.annotation }),
});
