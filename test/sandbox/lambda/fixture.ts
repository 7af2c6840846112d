/** Small functions for a test: code packaged into a zip as a deployment would have it, and recorded in a world. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import type { PolicyStatement } from '../../../sandbox/iam/policy-document.ts';
import {
  type FunctionRecord,
  functionKey,
  functionTable,
  mappingTable,
} from '../../../sandbox/lambda/records.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { putRole } from '../../../sandbox/world/roles.ts';
import { HUB, temporaryDir } from '../core/with-sandbox.ts';

export const REGION = 'us-east-1';

export interface FixtureOptions extends Partial<Omit<FunctionRecord, 'codePath'>> {
  /** Beside what Lambda itself needs. */
  readonly allow?: readonly PolicyStatement[];
}

/** @param code of `index.mjs` */
export const deployFunction = (
  { world }: Pick<Sandbox, 'world'>,
  name: string,
  code: string,
  { allow = [LOGS], ...changes }: FixtureOptions = {},
): FunctionRecord => {
  const codePath = join(temporaryDir(), `${name}.zip`);
  writeFileSync(
    codePath,
    zipSync({ 'index.mjs': strToU8(code), 'beside.json': strToU8('{"lies":"beside"}') }),
  );
  const record: FunctionRecord = {
    account: HUB,
    region: REGION,
    name,
    roleArn: `arn:aws:iam::${HUB}:role/${name}-role`,
    handler: 'index.handler',
    runtime: 'nodejs22.x',
    timeoutSeconds: 30,
    memoryMb: 256,
    environment: {},
    codePath,
    ...changes,
  };
  functionTable(world).put(functionKey(HUB, REGION, name), record);
  putRole(world, {
    account: HUB,
    name: `${name}-role`,
    trust: {
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    },
    policies: { own: { Statement: allow } },
  });
  return record;
};

export const LOGS: PolicyStatement = {
  Effect: 'Allow',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: '*',
};

export const POLLS: PolicyStatement = {
  Effect: 'Allow',
  Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  Resource: '*',
};

export const mapQueue = (
  { world }: Pick<Sandbox, 'world'>,
  functionName: string,
  queueName: string,
  changes: { readonly batchSize?: number; readonly reportsItemFailures?: boolean } = {},
): void =>
  mappingTable(world).put(`${functionName}/${queueName}`, {
    account: HUB,
    region: REGION,
    functionName,
    queueArn: `arn:aws:sqs:${REGION}:${HUB}:${queueName}`,
    batchSize: 10,
    batchingWindowSeconds: 0,
    concurrencyMax: 2,
    reportsItemFailures: true,
    ...changes,
  });
