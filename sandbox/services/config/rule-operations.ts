/** Config's operations on rules: what is deployed, and "evaluate these now". */
import { AwsError, type CallContext, type Operation, type World } from '../../service.ts';
import { findManagedRule } from '../../world/rules/managed-rules.ts';
import { worldSettings } from '../../world/settings.ts';
import { type DeployedRule, findRule, laneKey, rulesIn } from './deployed-rules.ts';
import { requestedRuns, requestRun } from './evaluate.ts';
import { page } from './paging.ts';

export const ruleOperations = (world: World): Readonly<Record<string, Operation>> => ({
  DescribeConfigRules: (input, context) => describeRules(world, input, context),
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
  const names = input.ConfigRuleNames ?? [];
  const rules =
    names.length === 0
      ? rulesIn(world, context)
      : names.map((name) => findRule(world, context, name) ?? raise(noSuchRule(name)));
  const found = page(rules, 25, input.NextToken);
  return {
    ConfigRules: found.items.map(describeRule),
    ...(found.nextToken === undefined ? {} : { NextToken: found.nextToken }),
  };
};

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
