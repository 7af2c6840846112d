/** Every runbook that can be started in the sandbox. */
import type { SandboxRunbook } from './runbook.ts';
import { S3_RUNBOOKS } from './s3-runbooks.ts';

export const RUNBOOKS: readonly SandboxRunbook[] = [...S3_RUNBOOKS];

const byDocument = new Map(RUNBOOKS.map((runbook) => [runbook.document, runbook]));

/** By name, or by the ARN of the document. */
export const findRunbook = (nameOrArn: string): SandboxRunbook | undefined =>
  byDocument.get(
    nameOrArn
      .replace(/^arn:aws[\w-]*:ssm:[\w-]*::(document|automation-definition)\//, '')
      .replace(/:[^:]*$/, ''),
  ) ?? byDocument.get(nameOrArn);
