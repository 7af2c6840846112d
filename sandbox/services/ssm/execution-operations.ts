/** SSM's operations on executions that exist: look at them, list them, stop them. */
import { AwsError, type CallContext, type Operation, type World } from '../../service.ts';
import { worldSettings } from '../../world/settings.ts';
import { page } from '../config/paging.ts';
import { beginCancelling, end, type SsmDeps } from './advance.ts';
import { type Execution, executions, isEnded, type StepState } from './execution.ts';
import { type Filter, matchesFilters } from './execution-filters.ts';
import { type StartInput, startExecution } from './start-execution.ts';
import { throttle } from './throttle.ts';

export const executionOperations = (deps: SsmDeps): Readonly<Record<string, Operation>> => ({
  StartAutomationExecution: (input: StartInput, context) => startExecution(deps, input, context),
  StopAutomationExecution: (input: StopInput, context) => stopExecution(deps, input, context),
  GetAutomationExecution: (input: { AutomationExecutionId: string }, context) => {
    throttleRead(deps.world, 'GetAutomationExecution', context);
    return {
      AutomationExecution: describeExecution(known(deps.world, input.AutomationExecutionId, context)),
    };
  },
  DescribeAutomationExecutions: (input: ListInput, context) => listExecutions(deps.world, input, context),
  DescribeAutomationStepExecutions: (input: StepsInput, context) => listSteps(deps.world, input, context),
});

const throttleRead = (world: World, operation: string, context: CallContext): void =>
  throttle(world, operation, worldSettings(world).readsPerSecond, context);

const known = (world: World, id: string, context: CallContext): Execution => {
  const execution = executions(world).get(id);
  if (execution?.account !== context.account || execution.region !== context.region)
    throw new AwsError(
      'AutomationExecutionNotFoundException',
      `Couldn't find automation execution with id: ${id} in ${context.account}/${context.region}.`,
    );
  return execution;
};

interface StopInput {
  AutomationExecutionId: string;
  Type?: 'Cancel' | 'Complete';
}

const stopExecution = (deps: SsmDeps, input: StopInput, context: CallContext) => {
  throttle(deps.world, 'StopAutomationExecution', 1, context);
  const execution = known(deps.world, input.AutomationExecutionId, context);
  if (isEnded(execution.status) || execution.status === 'Cancelling')
    throw new AwsError(
      'InvalidAutomationStatusUpdateException',
      `The execution ${execution.id} is ${execution.status} and cannot be stopped.`,
    );
  if (input.Type === 'Complete') end(deps, execution, 'Success', context.nowMs);
  else beginCancelling(deps, execution, context.nowMs);
  return {};
};

interface ListInput {
  Filters?: readonly Filter[];
  MaxResults?: number;
  NextToken?: string;
}

const listExecutions = (world: World, input: ListInput, context: CallContext) => {
  throttleRead(world, 'DescribeAutomationExecutions', context);
  const matching = [...executions(world).values()]
    .filter(({ account, region }) => account === context.account && region === context.region)
    .filter((execution) => matchesFilters(execution, input.Filters ?? []))
    .sort((a, b) => b.number - a.number);
  const found = page(matching, input.MaxResults ?? 50, input.NextToken, 'InvalidNextToken');
  return {
    AutomationExecutionMetadataList: found.items.map((execution) => ({
      ...commonFields(execution),
      LogFile: '',
      AutomationType: 'Local',
    })),
    ...(found.nextToken === undefined ? {} : { NextToken: found.nextToken }),
  };
};

interface StepsInput {
  AutomationExecutionId: string;
  Filters?: readonly { Key: string; Values: readonly string[] }[];
  MaxResults?: number;
  NextToken?: string;
  ReverseOrder?: boolean;
}

const listSteps = (world: World, input: StepsInput, context: CallContext) => {
  throttleRead(world, 'DescribeAutomationStepExecutions', context);
  const execution = known(world, input.AutomationExecutionId, context);
  const steps = execution.steps.filter((step) =>
    (input.Filters ?? []).every(({ Key, Values }) => Values.includes(stepField(step, Key))),
  );
  const ordered = input.ReverseOrder === true ? steps.toReversed() : steps;
  const found = page(ordered, input.MaxResults ?? 50, input.NextToken, 'InvalidNextToken');
  return {
    StepExecutions: found.items.map(describeStep),
    ...(found.nextToken === undefined ? {} : { NextToken: found.nextToken }),
  };
};

const stepField = (step: StepState, key: string): string => {
  switch (key) {
    case 'StepName':
      return step.name;
    case 'StepExecutionId':
      return step.stepExecutionId;
    case 'StepExecutionStatus':
      return step.status;
    case 'Action':
      return step.action;
    default:
      throw new AwsError('InvalidFilterKey', `The sandbox cannot filter steps by ${key}.`);
  }
};

const commonFields = (execution: Execution) => {
  const current = execution.endedMs === undefined ? execution.steps[execution.stepIndex] : undefined;
  return {
    AutomationExecutionId: execution.id,
    DocumentName: execution.document,
    DocumentVersion: execution.documentVersion,
    AutomationExecutionStatus: execution.status,
    ExecutionStartTime: execution.requestedMs / 1000,
    ...(execution.endedMs === undefined ? {} : { ExecutionEndTime: execution.endedMs / 1000 }),
    ExecutedBy: execution.executedBy,
    Outputs: outputsOf(execution),
    Mode: 'Auto',
    ...(current === undefined ? {} : { CurrentStepName: current.name, CurrentAction: current.action }),
    ...(execution.failureMessage === undefined ? {} : { FailureMessage: execution.failureMessage }),
    Targets: [],
    ResolvedTargets: { ParameterValues: [], Truncated: false },
  };
};

const outputsOf = (execution: Execution): Record<string, readonly string[]> =>
  Object.fromEntries(
    execution.steps.flatMap((step) =>
      Object.entries(step.outputs ?? {}).map(([name, values]) => [`${step.name}.${name}`, values] as const),
    ),
  );

const describeExecution = (execution: Execution) => ({
  ...commonFields(execution),
  StepExecutions: execution.steps.map(describeStep),
  StepExecutionsTruncated: false,
  Parameters: execution.parameters,
  ProgressCounters: progress(execution.steps),
});

const progress = (steps: readonly StepState[]) => {
  const count = (status: string) => steps.filter((step) => step.status === status).length;
  return {
    TotalSteps: steps.length,
    SuccessSteps: count('Success'),
    FailedSteps: count('Failed'),
    CancelledSteps: count('Cancelled'),
    TimedOutSteps: count('TimedOut'),
  };
};

const describeStep = (step: StepState) => ({
  StepName: step.name,
  Action: step.action,
  ...(step.startedMs === undefined ? {} : { ExecutionStartTime: step.startedMs / 1000 }),
  ...(step.endedMs === undefined ? {} : { ExecutionEndTime: step.endedMs / 1000 }),
  StepStatus: step.status,
  Inputs: {},
  Outputs: step.outputs ?? {},
  ...(step.failureMessage === undefined
    ? {}
    : {
        FailureMessage: step.failureMessage,
        FailureDetails: { FailureStage: 'Invocation', FailureType: 'Execution' },
      }),
  StepExecutionId: step.stepExecutionId,
  OverriddenParameters: {},
});
