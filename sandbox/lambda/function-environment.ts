/** The environment variables a function sees: its own, and those that Lambda sets for every function. */
import { tmpdir } from 'node:os';
import { logGroupOf } from './function-logs.ts';
import { sessionCredentials } from './function-session.ts';
import type { FunctionRecord } from './records.ts';

export interface Surroundings {
  readonly codeDir: string;
  readonly logStream: string;
  /** Where the sandbox answers for every AWS service. */
  readonly sandboxUrl: string;
}

export const functionEnvironment = (
  record: FunctionRecord,
  { codeDir, logStream, sandboxUrl }: Surroundings,
): Record<string, string> => {
  const { accessKeyId, secretAccessKey, sessionToken } = sessionCredentials(record);
  return {
    ...record.environment,
    AWS_REGION: record.region,
    AWS_DEFAULT_REGION: record.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${record.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: record.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(record.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(record),
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_ENDPOINT_URL: sandboxUrl,
    // The SDK's farewell to the Node that runs the sandbox; the runtime a function asks for is a newer one.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    // No file of the person who runs the sandbox is read.
    AWS_CONFIG_FILE: `${codeDir}/no-config`,
    AWS_SHARED_CREDENTIALS_FILE: `${codeDir}/no-credentials`,
    HOME: tmpdir(),
    LAMBDA_TASK_ROOT: codeDir,
    _HANDLER: record.handler,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
  };
};
