/** Which IAM actions, on which resources, each call that the sandbox answers needs. */
import type { AccessRows, CallSite, Need } from './access-row.ts';
import { CONFIG_ACCESS } from './config-access.ts';
import { DYNAMODB_ACCESS } from './dynamodb-access.ts';
import { EVENTS_ACCESS } from './events-access.ts';
import { S3_ACCESS } from './s3-access.ts';
import { SNS_ACCESS } from './sns-access.ts';
import { SQS_ACCESS } from './sqs-access.ts';
import { SSM_ACCESS } from './ssm-access.ts';
import { STS_ACCESS } from './sts-access.ts';

const ROWS: Readonly<Record<string, AccessRows>> = {
  config: CONFIG_ACCESS,
  dynamodb: DYNAMODB_ACCESS,
  events: EVENTS_ACCESS,
  s3: S3_ACCESS,
  sns: SNS_ACCESS,
  sqs: SQS_ACCESS,
  ssm: SSM_ACCESS,
  sts: STS_ACCESS,
};

/**
 * Undefined for an operation without a row: nobody can tell what it needs, so no role may do it.
 *
 * @throws AwsError when the input does not tell what is needed.
 */
export const requiredAccess = (
  service: string,
  operation: string,
  input: unknown,
  site: CallSite,
): readonly Need[] | undefined => ROWS[service]?.[operation]?.(input, site);
