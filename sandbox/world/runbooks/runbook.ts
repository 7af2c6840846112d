/**
 * An AWS-owned runbook of the sandbox: its parameters as SSM declares them, and steps that change
 * resources or fail. A step is code found by document and position, so that an execution is only data.
 */
import type { World } from '../../service.ts';
import { type Configuration, changeResource, findResource, type Resource } from '../resource.ts';
import { field } from '../rules/managed-rule.ts';

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

/** A runbook that looks at one resource, changes it and makes sure. Nearly all of AWS's are like that. */
export interface ChangingRunbook {
  readonly document: string;
  readonly description: string;
  readonly target: { readonly type: string; readonly parameter?: string };
  readonly parameters: readonly RunbookParameter[];
  /** Names of the three steps; the middle one changes. */
  readonly steps: readonly [string, string, string];
  readonly durationsMs?: readonly [number, number, number];
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
  const [find, act, verify] = runbook.steps;
  const [findMs, actMs, verifyMs] = runbook.durationsMs ?? [1_500, 3_000, 1_500];
  const target = (context: StepContext) => targetOf(runbook, context);
  return {
    document: runbook.document,
    description: runbook.description,
    versions: ['1'],
    target: runbook.target,
    parameters: [...runbook.parameters, assumeRole(runbook.document)],
    steps: [
      {
        name: find,
        action: 'aws:executeAwsApi',
        durationMs: findMs,
        run: (context) => ({ ResourceArn: [target(context).arn] }),
      },
      {
        name: act,
        action: 'aws:executeAwsApi',
        durationMs: actMs,
        run: (context) => {
          const resource = target(context);
          changeResource(context.world, resource, runbook.changes(context, resource), context.nowMs);
          return undefined;
        },
      },
      {
        name: verify,
        action: 'aws:assertAwsResourceProperty',
        durationMs: verifyMs,
        run: (context) => {
          assertChanged(runbook, context, target(context));
          return undefined;
        },
      },
    ],
  };
};

const targetOf = (runbook: ChangingRunbook, context: StepContext): Resource => {
  const { type, parameter } = runbook.target;
  const id = parameter === undefined ? context.account : context.value(parameter);
  const resource = findResource(context.world, {
    account: context.account,
    region: context.region,
    type,
    id,
  });
  if (resource === undefined) {
    throw new StepFailure(
      runbook.notFound,
      `The ${type} ${id} does not exist in ${context.account}/${context.region}.`,
    );
  }
  return resource;
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
