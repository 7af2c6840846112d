/** Config's operations on rules: what is deployed, how it fares, and "evaluate these now". */
import { AwsError, type CallContext, type Operation, type World } from '../../service.ts';
import { findManagedRule } from '../../world/rules/managed-rules.ts';
import { worldSettings } from '../../world/settings.ts';
import { type DeployedRule, findRule, laneKey, rulesIn } from './deployed-rules.ts';
import { requestedRuns, requestRun } from './evaluate.ts';
import { evaluationsIn } from './evaluations.ts';
import { page } from './paging.ts';
import { type RuleHealth, ruleHealth } from './rule-health.ts';

export const ruleOperations = (world: World): Readonly<Record<string, Operation>> => ({
  DescribeConfigRules: (input, context) => describeRules(world, input, context),
  DescribeConfigRuleEvaluationStatus: (input, context) => describeStatuses(world, input, context),
  StartConfigRulesEvaluation: (input, context) => startEvaluation(world, input, context),
});

export const noSuchRule = (name: string): AwsError =>
  new AwsError(
    'NoSuchConfigRuleException',
    `The ConfigRule '${name}' provided in the request is invalid. Please check the configRule name.`,
  );

interface DescribeRulesInput {
  ConfigRuleNames?: readonly string[];
  NextToken?: string;
}

const describeRules = (world: World, input: DescribeRulesInput, context: CallContext) => {
  const found = page(rulesNamed(world, input.ConfigRuleNames, context), 25, input.NextToken);
  return {
    ConfigRules: found.items.map(describeRule),
    ...(found.nextToken === undefined ? {} : { NextToken: found.nextToken }),
  };
};

const rulesNamed = (
  world: World,
  names: readonly string[] = [],
  context: CallContext,
): readonly DeployedRule[] =>
  names.length === 0
    ? rulesIn(world, context)
    : names.map((name) => findRule(world, context, name) ?? raise(noSuchRule(name)));

const raise = (error: Error): never => {
  throw error;
};

const describeRule = (rule: DeployedRule) => {
  const managed = findManagedRule(rule.identifier ?? '');
  return {
    ConfigRuleName: rule.name,
    ConfigRuleArn: rule.arn,
    ConfigRuleId: rule.id,
    ...(rule.resourceTypes.length === 0 ? {} : { Scope: { ComplianceResourceTypes: rule.resourceTypes } }),
    Source:
      rule.identifier === undefined
        ? {
            Owner: 'CUSTOM_LAMBDA',
            SourceIdentifier: `arn:aws:lambda:${rule.region}:${rule.account}:function:${rule.name}`,
          }
        : { Owner: 'AWS', SourceIdentifier: rule.identifier },
    ...(managed?.inputParameters === undefined
      ? {}
      : { InputParameters: JSON.stringify(managed.inputParameters) }),
    ...(managed === undefined || managed.trigger === 'change'
      ? {}
      : { MaximumExecutionFrequency: 'TwentyFour_Hours' }),
    ConfigRuleState: 'ACTIVE',
    ...createdBy(rule),
    EvaluationModes: [{ Mode: 'DETECTIVE' }],
  };
};

interface StatusInput extends DescribeRulesInput {
  readonly Limit?: number;
}

const describeStatuses = (world: World, input: StatusInput, context: CallContext) => {
  const rules = rulesNamed(world, input.ConfigRuleNames, context);
  if (!input.Limit && rules.length > STATUSES_MAX)
    throw new AwsError(
      'InvalidParameterValueException',
      `There are more than ${STATUSES_MAX} rules: a Limit is needed to describe the status of their evaluation.`,
    );
  const found = page(rules, input.Limit || STATUSES_MAX, input.NextToken);
  const judgedAt = lastJudged(world, context);
  return {
    ConfigRulesEvaluationStatus: found.items.map((rule) =>
      describeStatus(rule, ruleHealth(world, context, rule.name), judgedAt.get(rule.name)),
    ),
    ...(found.nextToken === undefined ? {} : { NextToken: found.nextToken }),
  };
};

/** So many rules are told without a Limit, and no more. */
const STATUSES_MAX = 150;

const lastJudged = (world: World, context: CallContext): ReadonlyMap<string, number> => {
  const last = new Map<string, number>();
  for (const [, { rule, recordedMs }] of evaluationsIn(world, context))
    last.set(rule, Math.max(last.get(rule) ?? recordedMs, recordedMs));
  return last;
};

/** A rule that has found nothing in its scope has begun, and tells no time. */
const describeStatus = (
  rule: DeployedRule,
  health: RuleHealth | undefined,
  judgedMs: number | undefined,
) => ({
  ConfigRuleName: rule.name,
  ConfigRuleArn: rule.arn,
  ConfigRuleId: rule.id,
  FirstEvaluationStarted: health?.kind !== 'never-evaluated',
  ...(judgedMs === undefined
    ? {}
    : { LastSuccessfulInvocationTime: judgedMs / 1000, LastSuccessfulEvaluationTime: judgedMs / 1000 }),
  ...(health?.kind === 'errs'
    ? {
        LastFailedEvaluationTime: health.sinceMs / 1000,
        LastErrorCode: health.errorCode,
        LastErrorMessage: health.message,
      }
    : {}),
});

const createdBy = (rule: DeployedRule) => {
  const service = /aws-service-rule\/([a-z.-]+)\//.exec(rule.arn)?.[1];
  return service === undefined ? {} : { CreatedBy: service };
};

const startEvaluation = (
  world: World,
  input: { ConfigRuleNames?: readonly string[] },
  context: CallContext,
) => {
  const names = input.ConfigRuleNames ?? [];
  if (names.length === 0 || names.length > 25)
    throw new AwsError('InvalidParameterValueException', 'Between 1 and 25 ConfigRuleNames are needed.');
  for (const name of names) if (findRule(world, context, name) === undefined) throw noSuchRule(name);
  refuseTooSoon(world, context);
  world.table<number>('config:evaluation-requests').put(laneKey(context), context.nowMs);
  for (const name of names) requestRun(world, context, name, context.nowMs);
  return {};
};

/** Once a minute in a lane, and not while the last request is still being worked on. */
const refuseTooSoon = (world: World, context: CallContext): void => {
  const last = world.table<number>('config:evaluation-requests').get(laneKey(context));
  const { evaluationRequestIntervalMs } = worldSettings(world);
  const inProgress = [...requestedRuns(world).values()].some(
    (run) => run.account === context.account && run.region === context.region,
  );
  if (inProgress || (last !== undefined && context.nowMs - last < evaluationRequestIntervalMs))
    throw new AwsError(
      'LimitExceededException',
      'StartConfigRulesEvaluation is in progress or was called more than once within a minute. Call it again later.',
    );
};
