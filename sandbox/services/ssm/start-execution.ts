/** StartAutomationExecution: everything SSM may refuse, and the row of what it accepts. */
import { createHash } from 'node:crypto';
import { mayServiceAssume } from '../../iam/authorize.ts';
import { AwsError, type CallContext, type World } from '../../service.ts';
import { derivedUuid } from '../../world/ids.ts';
import { GLOBAL_REGION, type ResourceRef } from '../../world/resource.ts';
import { findResourceType } from '../../world/resource-types/resource-types.ts';
import { AUTOMATION_SERVICE } from '../../world/roles.ts';
import type { SandboxRunbook } from '../../world/runbooks/runbook.ts';
import { findRunbook } from '../../world/runbooks/runbooks.ts';
import { nextNumber, worldSettings } from '../../world/settings.ts';
import { admit, type SsmDeps } from './advance.ts';
import { resolveVersion } from './documents.ts';
import { activeExecutions, type Execution, executions, laneOf } from './execution.ts';
import { checkParameters, invalid } from './parameters.ts';
import { throttle } from './throttle.ts';

export interface StartInput {
  DocumentName: string;
  DocumentVersion?: string;
  Parameters?: Readonly<Record<string, readonly string[]>>;
  ClientToken?: string;
  Tags?: readonly { Key: string; Value: string }[];
}

interface TokenUse {
  readonly executionId: string;
  readonly fingerprint: string;
  readonly usedMs: number;
}

export const startExecution = (deps: SsmDeps, input: StartInput, context: CallContext) => {
  const { world } = deps;
  throttle(world, 'StartAutomationExecution', worldSettings(world).startsPerSecond, context);
  const { runbook, version } = documentOf(input);
  const parameters = checkParameters(runbook, input.Parameters ?? {});
  checkAssumeRole(world, runbook, parameters.AutomationAssumeRole?.[0], context);
  if ((input.Tags ?? []).length > 5)
    throw new AwsError('ValidationException', 'An execution can have at most 5 tags.');
  const earlier = earlierExecution(world, input, version, context);
  if (earlier !== undefined) return { AutomationExecutionId: earlier };
  refuseWhenFull(world, context);
  const execution = newExecution(world, input, runbook, version, parameters, context);
  // The token first: after a kill in between, its repeat must not find an execution that it does not know.
  rememberToken(world, input, version, execution.id, context);
  executions(world).put(execution.id, execution);
  admit(deps, execution, context.nowMs);
  return { AutomationExecutionId: execution.id };
};

const documentOf = (input: StartInput) => {
  const runbook = findRunbook(input.DocumentName);
  if (runbook === undefined)
    throw new AwsError(
      'AutomationDefinitionNotFoundException',
      `Automation definition ${input.DocumentName} could not be found.`,
    );
  const version = resolveVersion(runbook, input.DocumentVersion);
  if (version === undefined)
    throw new AwsError(
      'AutomationDefinitionVersionNotFoundException',
      `Automation definition ${runbook.document} has no version ${input.DocumentVersion}.`,
    );
  return { runbook, version };
};

const checkAssumeRole = (
  world: World,
  runbook: SandboxRunbook,
  arn: string | undefined,
  context: CallContext,
): void => {
  if (arn === undefined) return;
  const executions = `arn:aws:ssm:${context.region}:${context.account}:automation-execution/*`;
  if (!mayServiceAssume(world, AUTOMATION_SERVICE, arn, executions))
    throw invalid(runbook, `the defined assume role ${arn} is unable to be assumed`);
};

const tokens = (world: World) => world.table<TokenUse>('ssm:client-tokens');

/** Tokens are the same whatever the case of their letters. */
const tokenKey = (token: string, context: CallContext): string =>
  `${context.account}/${context.region}/${token.toLowerCase()}`;

const fingerprint = (input: StartInput, version: string): string => {
  const parameters = Object.entries(input.Parameters ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const tags = (input.Tags ?? []).map(({ Key, Value }) => [Key, Value]).sort();
  const { ClientToken: _token, DocumentVersion: _version, Parameters: _given, Tags: _tags, ...rest } = input;
  return createHash('sha256')
    .update(JSON.stringify([rest, version, parameters, tags]))
    .digest('hex');
};

/** The execution that the same token started. @throws AwsError when it was used for something else. */
const earlierExecution = (
  world: World,
  input: StartInput,
  version: string,
  context: CallContext,
): string | undefined => {
  if (input.ClientToken === undefined) return undefined;
  const use = tokens(world).get(tokenKey(input.ClientToken, context));
  // A token whose execution is missing comes from a start that was cut short: it counts as not used.
  if (use === undefined || executions(world).get(use.executionId) === undefined) return undefined;
  if (context.nowMs - use.usedMs >= worldSettings(world).clientTokenRetentionMs) return undefined;
  if (use.fingerprint !== fingerprint(input, version))
    throw new AwsError(
      'IdempotentParameterMismatch',
      'Error returned when an idempotent operation is retried and the parameters do not match the original call.',
    );
  return use.executionId;
};

const rememberToken = (
  world: World,
  input: StartInput,
  version: string,
  executionId: string,
  context: CallContext,
): void => {
  if (input.ClientToken === undefined) return;
  const use = { executionId, fingerprint: fingerprint(input, version), usedMs: context.nowMs };
  tokens(world).put(tokenKey(input.ClientToken, context), use);
};

const refuseWhenFull = (world: World, context: CallContext): void => {
  const { runningMax, queuedMax } = worldSettings(world);
  const lane = laneOf(context);
  let active = 0;
  for (const row of activeExecutions(world).values()) if (row.lane === lane) active += 1;
  if (active >= runningMax + queuedMax)
    throw new AwsError(
      'AutomationExecutionLimitExceededException',
      'The number of simultaneously running Automation executions exceeded the allowable limit.',
    );
};

const newExecution = (
  world: World,
  input: StartInput,
  runbook: SandboxRunbook,
  documentVersion: string,
  parameters: Readonly<Record<string, readonly string[]>>,
  context: CallContext,
): Execution => {
  const number = nextNumber(world, 'execution');
  const { account, region, nowMs } = context;
  const id = derivedUuid(worldSettings(world).seed, 'execution', number);
  return {
    id,
    number,
    account,
    region,
    document: runbook.document,
    documentVersion,
    parameters,
    tags: input.Tags ?? [],
    executedBy: context.principalArn,
    ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken.toLowerCase() }),
    target: targetOf(runbook, parameters, context),
    status: 'Pending',
    requestedMs: nowMs,
    stepIndex: 0,
    steps: runbook.steps.map((step, index) => ({
      name: step.name,
      action: step.action,
      status: 'Pending',
      stepExecutionId: derivedUuid(id, index),
    })),
  };
};

const targetOf = (
  runbook: SandboxRunbook,
  parameters: Readonly<Record<string, readonly string[]>>,
  { account, region }: CallContext,
): ResourceRef => {
  const { type, parameter } = runbook.target;
  const id = parameter === undefined ? account : (parameters[parameter]?.[0] ?? account);
  return { account, region: findResourceType(type)?.global === true ? GLOBAL_REGION : region, type, id };
};
