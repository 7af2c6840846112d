/** The hub's table as the operator reaches it: with their own AWS credentials, found where the SDK finds them. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Command } from 'commander';
import { PortError } from '../domain/ports.ts';
import { calling } from '../infra/aws-errors.ts';
import { createDocuments } from '../infra/dynamodb/documents.ts';
import { createPolicyStore, type PolicyStore } from '../infra/dynamodb/policy-store.ts';
import { SDK_SETTINGS } from '../infra/sdk-settings.ts';
import { Failure } from './failure.ts';
import { safe } from './io.ts';

export interface TableOptions {
  readonly table: string;
  readonly region?: string;
  readonly endpointUrl?: string;
}

export const withTable = (command: Command): Command =>
  command
    .option('--table <name>', "the hub's table", 'selfheal')
    .option('--region <region>', "the hub's Region; without it the one that the AWS settings say")
    .option('--endpoint-url <url>', 'another place than AWS, such as the sandbox (also AWS_ENDPOINT_URL)');

export interface PolicyTable {
  readonly store: PolicyStore;
  /** ARN of the operator. */
  whoAmI(): Promise<string>;
}

/** Does the work with the table; what AWS refuses is told as a failure that says what to do. */
export const withPolicyTable = async <T>(
  options: TableOptions,
  work: (table: PolicyTable) => Promise<T>,
): Promise<T> => {
  const { table, region, endpointUrl } = options;
  const settings = {
    ...SDK_SETTINGS,
    ...(region === undefined ? {} : { region }),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
  };
  const dynamodb = new DynamoDBClient(settings);
  const sts = new STSClient(settings);
  try {
    return await work({
      store: createPolicyStore({ client: createDocuments(dynamodb), tableName: table }),
      whoAmI: async () => {
        const { Arn } = await calling('sts:GetCallerIdentity', () =>
          sts.send(new GetCallerIdentityCommand({})),
        );
        return Arn ?? 'unknown';
      },
    });
  } catch (error) {
    throw error instanceof PortError ? toFailure(error, options) : error;
  } finally {
    dynamodb.destroy();
    sts.destroy();
  }
};

const toFailure = (error: PortError, options: TableOptions): Failure => {
  const { operation, code } = error;
  return new Failure(
    `${operation} failed with ${safe(code)}: ${safe(error.message)}\n${adviceOn(error, options)}`.trimEnd(),
  );
};

const adviceOn = ({ code, errorClass, message }: PortError, { table, region }: TableOptions): string => {
  if (code === 'CredentialsProviderError')
    return 'No AWS credentials were found: sign in (aws sso login), or set AWS_PROFILE.';
  if (/Region is missing/.test(message)) return 'Say where the hub is: --region REGION, or AWS_REGION.';
  if (code === 'ResourceNotFoundException')
    return `There is no table "${safe(table)}" in ${region === undefined ? 'that Region of that account' : safe(region)}: use the hub account's credentials, --region and --table.`;
  if (code.startsWith('AccessDenied'))
    return "Reading and publishing the policy needs the hub's managed policy selfheal-policy-publisher.";
  if (/Invalid URL/.test(message))
    return 'Give the whole address, such as --endpoint-url http://127.0.0.1:4511 (or AWS_ENDPOINT_URL).';
  if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|Region not accepted/.test(message))
    return 'Nothing is reached there: is the Region right (--region, AWS_REGION), and the address (--endpoint-url, AWS_ENDPOINT_URL)?';
  return errorClass === 'transient' ? 'Try again in a moment.' : '';
};
