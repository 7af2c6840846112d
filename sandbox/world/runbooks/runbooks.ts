/** Every runbook that can be started in the sandbox. */
import { DATA_RUNBOOKS } from './data-runbooks.ts';
import { GOVERNANCE_RUNBOOKS } from './governance-runbooks.ts';
import { NETWORK_RUNBOOKS } from './network-runbooks.ts';
import type { SandboxRunbook } from './runbook.ts';
import { S3_RUNBOOKS } from './s3-runbooks.ts';

export const RUNBOOKS: readonly SandboxRunbook[] = [
  ...S3_RUNBOOKS,
  ...NETWORK_RUNBOOKS,
  ...DATA_RUNBOOKS,
  ...GOVERNANCE_RUNBOOKS,
];

const byDocument = new Map(RUNBOOKS.map((runbook) => [runbook.document, runbook]));

/** By name, or by the ARN of an AWS-owned document, whose account is empty. */
export const findRunbook = (nameOrArn: string): SandboxRunbook | undefined =>
  byDocument.get(nameOrArn.replace(/^arn:aws[\w-]*:ssm:[\w-]*::(?:document|automation-definition)\//, ''));
