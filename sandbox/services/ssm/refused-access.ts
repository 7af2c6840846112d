/** Whether IAM lets a step do its work: Automation acts as the role it was given, or else as its caller. */
import { authorize } from '../../iam/authorize.ts';
import type { World } from '../../service.ts';
import type { RunbookStep, StepContext } from '../../world/runbooks/runbook.ts';
import type { StepAccess } from '../../world/runbooks/step-access.ts';
import type { Execution } from './execution.ts';

/** The first refusal in AWS's words; undefined when the step may do all that it does. */
export const refusedAccess = (
  world: World,
  execution: Execution,
  step: RunbookStep,
  context: StepContext,
): string | undefined => {
  const principalArn = principalOf(execution);
  for (const access of step.access(context)) {
    const decision = authorize(world, { principalArn, ...access });
    if (!decision.allowed) return refusal(principalArn, access, decision.why);
  }
  return undefined;
};

const principalOf = ({ id, account, parameters, executedBy }: Execution): string => {
  const role = parameters.AutomationAssumeRole?.[0] ?? '';
  if (role === '') return executedBy;
  return `arn:aws:sts::${account}:assumed-role/${role.slice(role.lastIndexOf('/') + 1)}/Automation-${id}`;
};

const refusal = (principalArn: string, { action, resource }: StepAccess, why: string): string => {
  const [service = '', operation = ''] = action.split(':');
  const on = resource === '*' ? '' : ` on resource: ${resource}`;
  return `An error occurred (${REFUSAL_CODES[service] ?? 'AccessDeniedException'}) when calling the ${operation} operation: User: ${principalArn} is not authorized to perform: ${action}${on} ${why}`;
};

/** Services name the same refusal each in their own way. */
const REFUSAL_CODES: Readonly<Record<string, string>> = {
  ec2: 'UnauthorizedOperation',
  elasticloadbalancing: 'AccessDenied',
  iam: 'AccessDenied',
  rds: 'AccessDenied',
  redshift: 'AccessDenied',
  s3: 'AccessDenied',
  sns: 'AuthorizationError',
};
