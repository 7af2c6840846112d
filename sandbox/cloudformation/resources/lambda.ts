/** Lambda functions, what feeds them from queues, and who may invoke them: records, run by sandbox/lambda. */
import * as z from 'zod';
import { mayServiceAssume } from '../../iam/authorize.ts';
import { functionArn, functionOfArn } from '../../lambda/function-arn.ts';
import { functionKey, functionTable, mappingTable, permissionTable } from '../../lambda/records.ts';
import { numberSetting } from '../../services/sqs/queue-attributes.ts';
import { type QueueRecord, queueKeyOfArn } from '../../services/sqs/queue-store.ts';
import { derivedUuid } from '../../world/ids.ts';
import {
  aFlag,
  aNumber,
  anything,
  aText,
  generatedName,
  type ResourcePlace,
  type ResourceTypes,
  resourceType,
  unnamed,
} from '../resource-type.ts';

const functionSchema = z.strictObject({
  FunctionName: z.string().max(64).optional(),
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string(), S3ObjectVersion: anything }),
  Handler: z.string(),
  Runtime: z.string().regex(/^nodejs\d+\.x$/, 'the sandbox runs nodejs functions only'),
  Role: z.string(),
  Timeout: aNumber.default(3),
  MemorySize: aNumber.default(128),
  Environment: z.strictObject({ Variables: z.record(z.string(), aText).default({}) }).optional(),
  ReservedConcurrentExecutions: aNumber.optional(),
  PackageType: z.literal('Zip').optional(),
  Description: anything,
  Architectures: anything,
  TracingConfig: anything,
  LoggingConfig: anything,
  KmsKeyArn: anything,
  Tags: anything,
});

const mappingSchema = z.strictObject({
  EventSourceArn: z.string().regex(/^arn:[\w-]+:sqs:/, 'the sandbox maps queues only'),
  FunctionName: z.string(),
  BatchSize: aNumber.min(1).default(10),
  MaximumBatchingWindowInSeconds: aNumber.default(0),
  Enabled: aFlag.refine((enabled) => enabled, 'the sandbox has no mappings that are off').optional(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  ScalingConfig: z.strictObject({ MaximumConcurrency: aNumber.min(2).max(1_000) }).optional(),
  Tags: anything,
});

const permissionSchema = z.strictObject({
  FunctionName: z.string(),
  Action: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

const invokeConfigSchema = z.strictObject({
  FunctionName: z.string(),
  Qualifier: z.string(),
  MaximumRetryAttempts: aNumber.min(0).max(2).optional(),
  MaximumEventAgeInSeconds: aNumber.min(60).max(21_600).optional(),
  // What osls writes when there is none.
  DestinationConfig: z.strictObject({}).optional(),
});

export const lambdaTypes: ResourceTypes = {
  'AWS::Lambda::Function': resourceType({
    schema: functionSchema,
    put: (declared, place) => {
      const { account, region, world } = place;
      const name = declared.FunctionName ?? generatedName(place);
      if (!mayServiceAssume(world, 'lambda.amazonaws.com', declared.Role, functionArn({ ...place, name })))
        throw new Error(`The role defined for the function cannot be assumed by Lambda: ${declared.Role}`);
      const key = functionKey(account, region, name);
      functionTable(world).put(key, {
        ...functionTable(world).get(key),
        account,
        region,
        name,
        roleArn: declared.Role,
        handler: declared.Handler,
        runtime: declared.Runtime,
        timeoutSeconds: declared.Timeout,
        memoryMb: declared.MemorySize,
        environment: declared.Environment?.Variables ?? {},
        codePath: place.codePath(name),
        ...(declared.ReservedConcurrentExecutions === undefined
          ? {}
          : { concurrencyMax: declared.ReservedConcurrentExecutions }),
      });
    },
    identify: ({ FunctionName }, place) => {
      const name = FunctionName ?? generatedName(place);
      return { ref: name, attributes: { Arn: functionArn({ ...place, name }) } };
    },
    remove: ({ ref }, { world, account, region }) =>
      functionTable(world).delete(functionKey(account, region, ref)),
  }),
  'AWS::Lambda::EventSourceMapping': resourceType({
    schema: mappingSchema,
    put: (mapping, place) => {
      if (mapping.BatchSize > 10 && mapping.MaximumBatchingWindowInSeconds < 1)
        throw new Error(
          'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
        );
      const functionName = functionNameOf(mapping.FunctionName);
      checkVisibility(mapping.EventSourceArn, functionName, place);
      mappingTable(place.world).put(mappingId(place), {
        account: place.account,
        region: place.region,
        functionName,
        queueArn: mapping.EventSourceArn,
        batchSize: mapping.BatchSize,
        batchingWindowSeconds: mapping.MaximumBatchingWindowInSeconds,
        ...(mapping.ScalingConfig === undefined
          ? {}
          : { concurrencyMax: mapping.ScalingConfig.MaximumConcurrency }),
        reportsItemFailures: mapping.FunctionResponseTypes.length > 0,
      });
    },
    identify: (_mapping, place) => ({ ref: mappingId(place), attributes: { Id: mappingId(place) } }),
    remove: ({ ref }, { world }) => mappingTable(world).delete(ref),
  }),
  'AWS::Lambda::Permission': resourceType({
    schema: permissionSchema,
    put: ({ FunctionName, Action, Principal, SourceArn, SourceAccount }, place) => {
      const { account, region, world } = place;
      const functionName = functionNameOf(FunctionName);
      const id = unnamed(place).ref;
      permissionTable(world).put(`${functionKey(account, region, functionName)}/${id}`, {
        account,
        region,
        functionName,
        id,
        principal: Principal,
        action: Action,
        ...(SourceArn === undefined ? {} : { sourceArn: SourceArn }),
        ...(SourceAccount === undefined ? {} : { sourceAccount: SourceAccount }),
      });
    },
    identify: ({ FunctionName }, place) => ({
      ref: unnamed(place).ref,
      attributes: { Id: unnamed(place).ref, FunctionName: functionNameOf(FunctionName) },
    }),
    remove: ({ ref, attributes: { FunctionName = '' } }, { world, account, region }) =>
      permissionTable(world).delete(`${functionKey(account, region, FunctionName)}/${ref}`),
  }),
  'AWS::Lambda::EventInvokeConfig': resourceType({
    schema: invokeConfigSchema,
    put: ({ FunctionName, MaximumRetryAttempts, MaximumEventAgeInSeconds }, { world, account, region }) => {
      const key = functionKey(account, region, functionNameOf(FunctionName));
      const known = functionTable(world).get(key);
      if (known === undefined) throw new Error(`there is no function ${FunctionName}`);
      functionTable(world).put(key, {
        ...known,
        ...(MaximumRetryAttempts === undefined ? {} : { asyncRetriesMax: MaximumRetryAttempts }),
        ...(MaximumEventAgeInSeconds === undefined ? {} : { asyncAgeSecondsMax: MaximumEventAgeInSeconds }),
      });
    },
    identify: (_config, place) => unnamed(place),
  }),
};

/** Functions are named by name or by ARN. */
const functionNameOf = (nameOrArn: string): string => functionOfArn(nameOrArn)?.name ?? nameOrArn;

/** A message must not come again while it is at work: Lambda refuses a mapping that lets it. */
const checkVisibility = (
  queueArn: string,
  functionName: string,
  { world, account, region }: ResourcePlace,
): void => {
  const queue = world.table<QueueRecord>('sqs-queues').get(queueKeyOfArn(queueArn) ?? '');
  if (queue === undefined) throw new Error(`there is no queue ${queueArn}`);
  const declared = functionTable(world).get(functionKey(account, region, functionName));
  if (declared === undefined) throw new Error(`there is no function ${functionName}`);
  const visibilitySeconds = numberSetting(queue, 'VisibilityTimeout');
  if (visibilitySeconds < declared.timeoutSeconds)
    throw new Error(
      `Queue visibility timeout: ${visibilitySeconds} seconds is less than Function timeout: ${declared.timeoutSeconds} seconds`,
    );
};

const mappingId = ({ account, region, stackName, logicalId }: ResourcePlace): string =>
  derivedUuid(account, region, stackName, logicalId);
