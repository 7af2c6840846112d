/**
 * An AWS-owned runbook of the sandbox: its parameters as SSM declares them, and steps that change
 * resources or fail. A step is code found by document and position, so that an execution is only data.
 */
import type { World } from '../../service.ts';
import { type Configuration, changeResource, findResource, type Resource } from '../resource.ts';
import { field } from '../rules/managed-rule.ts';
import { type Access, type StepAccess, stepAccess } from './step-access.ts';

export interface RunbookParameter {
  readonly name: string;
  readonly type: 'String' | 'StringList' | 'Boolean' | 'Integer';
  readonly description: string;
  /** Absent: the parameter is required. */
  readonly default?: string;
  readonly allowedValues?: readonly string[];
  /** Anchored regular expression for every single value. */
  readonly pattern?: string;
}

export interface StepContext {
  readonly world: World;
  readonly account: string;
  readonly region: string;
  readonly nowMs: number;
  /** The values given, or the default. */
  values(parameter: string): readonly string[];
  /** The first of them; empty when there is none. */
  value(parameter: string): string;
}

/** A step that went wrong, in the words of the service it called. */
export class StepFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = code;
  }
}

export interface RunbookStep {
  readonly name: string;
  readonly action:
    | 'aws:executeAwsApi'
    | 'aws:assertAwsResourceProperty'
    | 'aws:executeScript'
    | 'aws:waitForAwsResourceProperty';
  readonly durationMs: number;
  /** The step that changes the resource: what goes wrong goes wrong there, unless it is told otherwise. */
  readonly changes?: true;
  /** What it asks of IAM before it does its work. */
  access(context: StepContext): readonly StepAccess[];
  /** Does its work and returns the step's outputs. @throws StepFailure */
  run(context: StepContext): Readonly<Record<string, readonly string[]>> | undefined;
}

export interface SandboxRunbook {
  readonly document: string;
  readonly description: string;
  /** Versions that exist; the last one is the default. */
  readonly versions: readonly string[];
  readonly parameters: readonly RunbookParameter[];
  readonly steps: readonly RunbookStep[];
  /** The resource an execution works on, for counting overlaps: its type and the parameter that names it. */
  readonly target: { readonly type: string; readonly parameter?: string };
}

/** Name of a step and what it asks of IAM. */
export type NamedStep = readonly [name: string, ...access: readonly Access[]];

/** A runbook that changes one resource; most look at it first, or make sure afterwards, or both. */
export interface ChangingRunbook {
  readonly document: string;
  readonly description: string;
  readonly target: { readonly type: string; readonly parameter?: string };
  readonly parameters: readonly RunbookParameter[];
  readonly steps: { readonly look?: NamedStep; readonly change: NamedStep; readonly verify?: NamedStep };
  /** A step that it does not have leaves its time to the change. */
  readonly durationsMs?: readonly [lookMs: number, changeMs: number, verifyMs: number];
  /** The service's own error code for "there is no such thing". */
  readonly notFound: string;
  changes(context: StepContext, resource: Resource): Configuration;
}

export const ASSUME_ROLE_PATTERN = '^arn:(aws|aws-cn|aws-us-gov):iam::\\d{12}:role/[\\w+=,.@/-]{1,512}$';

/** Documents named AWSConfigRemediation-* demand the role, all others may do without. */
export const assumeRole = (document: string): RunbookParameter => ({
  name: 'AutomationAssumeRole',
  type: 'String',
  description: 'The ARN of the role that allows Automation to perform the actions on your behalf.',
  ...(document.startsWith('AWSConfigRemediation-') ? {} : { default: '' }),
  pattern: ASSUME_ROLE_PATTERN,
});

export const changingRunbook = (runbook: ChangingRunbook): SandboxRunbook => {
  const { look, change, verify } = runbook.steps;
  const [lookMs, changeMs, verifyMs] = runbook.durationsMs ?? [1_500, 3_000, 1_500];
  const target = (context: StepContext) => targetOf(runbook, context);
  return {
    document: runbook.document,
    description: runbook.description,
    versions: ['1'],
    target: runbook.target,
    parameters: [...runbook.parameters, assumeRole(runbook.document)],
    steps: [
      ...(look === undefined
        ? []
        : [
            {
              ...named(runbook, look),
              action: 'aws:executeAwsApi',
              durationMs: lookMs,
              run: (context) => ({ ResourceArn: [target(context).arn] }),
            } satisfies RunbookStep,
          ]),
      {
        ...named(runbook, change),
        action: 'aws:executeAwsApi',
        durationMs: changeMs + (look === undefined ? lookMs : 0) + (verify === undefined ? verifyMs : 0),
        changes: true,
        run: (context) => {
          const resource = target(context);
          changeResource(context.world, resource, runbook.changes(context, resource), context.nowMs);
          return undefined;
        },
      },
      ...(verify === undefined
        ? []
        : [
            {
              ...named(runbook, verify),
              action: 'aws:assertAwsResourceProperty',
              durationMs: verifyMs,
              run: (context) => {
                assertChanged(runbook, context, target(context));
                return undefined;
              },
            } satisfies RunbookStep,
          ]),
    ],
  };
};

const named = (
  { target }: ChangingRunbook,
  [name, ...access]: NamedStep,
): Pick<RunbookStep, 'name' | 'access'> => ({
  name,
  access: (context) => stepAccess(access, findTarget(target, context)?.arn ?? '*', context),
});

const findTarget = (
  { type, parameter }: ChangingRunbook['target'],
  context: StepContext,
): Resource | undefined => {
  const { world, account, region } = context;
  const id = parameter === undefined ? account : context.value(parameter);
  return findResource(world, { account, region, type, id });
};

const targetOf = (runbook: ChangingRunbook, context: StepContext): Resource => {
  const resource = findTarget(runbook.target, context);
  if (resource !== undefined) return resource;
  const { type, parameter } = runbook.target;
  throw new StepFailure(
    runbook.notFound,
    `The ${type} ${parameter === undefined ? context.account : context.value(parameter)} does not exist in ${context.account}/${context.region}.`,
  );
};

const assertChanged = (runbook: ChangingRunbook, context: StepContext, resource: Resource): void => {
  for (const [name, wanted] of Object.entries(runbook.changes(context, resource))) {
    const actual = field(resource, name);
    if (JSON.stringify(actual) !== JSON.stringify(wanted)) {
      throw new StepFailure(
        'VerificationFailed',
        `Property ${name} of ${resource.id} is ${JSON.stringify(actual)}, expected ${JSON.stringify(wanted)}.`,
      );
    }
  }
};
