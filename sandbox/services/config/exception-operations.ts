/** Remediation exceptions: resources that nobody is to remediate for a rule, for a time. */
import { AwsError, type CallContext, type Operation, type Table, type World } from '../../service.ts';
import { findRule } from './deployed-rules.ts';
import { page } from './paging.ts';
import { noSuchRule } from './rule-operations.ts';

interface RemediationException {
  readonly account: string;
  readonly region: string;
  readonly rule: string;
  readonly type: string;
  readonly id: string;
  readonly message?: string;
  readonly expiresMs?: number;
}

interface ExceptionKey {
  ResourceType: string;
  ResourceId: string;
}

interface PutInput {
  ConfigRuleName: string;
  ResourceKeys: readonly ExceptionKey[];
  Message?: string;
  /** Seconds since the epoch, or a Date, as the caller's protocol has it. */
  ExpirationTime?: number | string | Date;
}

interface DescribeInput {
  ConfigRuleName: string;
  ResourceKeys?: readonly ExceptionKey[];
  Limit?: number;
  NextToken?: string;
}

export const exceptionOperations = (world: World): Readonly<Record<string, Operation>> => ({
  PutRemediationExceptions: (input: PutInput, context) => putExceptions(world, input, context),
  DescribeRemediationExceptions: (input: DescribeInput, context) => describe(world, input, context),
  DeleteRemediationExceptions: (input: PutInput, context) => deleteExceptions(world, input, context),
});

const exceptions = (world: World): Table<RemediationException> => world.table('config:exceptions');

const keyOf = ({ account, region }: CallContext, rule: string, key: ExceptionKey): string =>
  `${account}/${region}/${rule}/${key.ResourceType}/${key.ResourceId}`;

const putExceptions = (world: World, input: PutInput, context: CallContext) => {
  const { account, region } = context;
  if (findRule(world, context, input.ConfigRuleName) === undefined) throw noSuchRule(input.ConfigRuleName);
  const expiresMs = input.ExpirationTime === undefined ? undefined : toMs(input.ExpirationTime);
  if (expiresMs !== undefined && expiresMs <= context.nowMs)
    throw new AwsError(
      'InvalidParameterValueException',
      'The ExpirationTime of an exception must be in the future.',
    );
  for (const key of input.ResourceKeys)
    exceptions(world).put(keyOf(context, input.ConfigRuleName, key), {
      account,
      region,
      rule: input.ConfigRuleName,
      type: key.ResourceType,
      id: key.ResourceId,
      ...(input.Message === undefined ? {} : { message: input.Message }),
      ...(expiresMs === undefined ? {} : { expiresMs }),
    });
  return { FailedBatches: [] };
};

const toMs = (time: number | string | Date): number =>
  typeof time === 'number' ? time * 1000 : new Date(time).getTime();

const describe = (world: World, input: DescribeInput, context: CallContext) => {
  const keys = input.ResourceKeys ?? [];
  const matching = [...exceptions(world).values()]
    .filter((one) => one.account === context.account && one.region === context.region)
    .filter((one) => one.rule === input.ConfigRuleName)
    .filter((one) => one.expiresMs === undefined || one.expiresMs > context.nowMs)
    .filter(
      (one) =>
        keys.length === 0 || keys.some((key) => key.ResourceType === one.type && key.ResourceId === one.id),
    );
  const found = page(matching, input.Limit || 25, input.NextToken);
  return {
    RemediationExceptions: found.items.map((one) => ({
      ConfigRuleName: one.rule,
      ResourceType: one.type,
      ResourceId: one.id,
      ...(one.message === undefined ? {} : { Message: one.message }),
      ...(one.expiresMs === undefined ? {} : { ExpirationTime: one.expiresMs / 1000 }),
    })),
    ...(found.nextToken === undefined ? {} : { NextToken: found.nextToken }),
  };
};

const deleteExceptions = (world: World, input: PutInput, context: CallContext) => {
  for (const key of input.ResourceKeys) {
    const row = keyOf(context, input.ConfigRuleName, key);
    if (exceptions(world).get(row) === undefined)
      throw new AwsError(
        'NoSuchRemediationExceptionException',
        `There is no remediation exception of ${input.ConfigRuleName} for ${key.ResourceType} ${key.ResourceId}.`,
      );
    exceptions(world).delete(row);
  }
  return { FailedBatches: [] };
};
