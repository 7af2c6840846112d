/**
 * Roles as IAM keeps them, with policies by name and by ARN. What the sandbox decides by is the role with the
 * documents themselves: it is written anew whenever one of them changes.
 */
import type { PolicyDocument } from '../iam/policy-document.ts';
import type { Table, World } from '../service.ts';
import { putRole, roleKey, roleTable } from './roles.ts';

export interface RoleDefinition {
  readonly account: string;
  readonly name: string;
  readonly trust: PolicyDocument;
  readonly inline: Readonly<Record<string, PolicyDocument>>;
  readonly managedPolicyArns: readonly string[];
  /** Put on it from outside: inline policies by name, or a managed policy by its ARN, without a document. */
  readonly attached: Readonly<Record<string, PolicyDocument | null>>;
  readonly boundaryArn?: string;
}

export interface ManagedPolicy {
  readonly arn: string;
  readonly document: PolicyDocument;
}

export const roleDefinitionTable = (world: World): Table<RoleDefinition> => world.table('iam-roles');
export const managedPolicyTable = (world: World): Table<ManagedPolicy> => world.table('iam-managed-policies');

export const findDefinition = (world: World, account: string, name: string): RoleDefinition | undefined =>
  roleDefinitionTable(world).get(roleKey(account, name));

/** @throws Error for a managed policy that is not there */
export const defineRole = (world: World, definition: RoleDefinition): void => {
  const { account, name, trust, inline, managedPolicyArns, attached, boundaryArn } = definition;
  const policies: Record<string, PolicyDocument> = { ...inline };
  for (const arn of managedPolicyArns) policies[arn] = documentOf(world, arn);
  for (const [key, document] of Object.entries(attached)) policies[key] = document ?? documentOf(world, key);
  putRole(world, {
    account,
    name,
    trust,
    policies,
    ...(boundaryArn === undefined ? {} : { boundary: documentOf(world, boundaryArn) }),
  });
  roleDefinitionTable(world).put(roleKey(account, name), definition);
};

export const deleteRole = (world: World, account: string, name: string): void => {
  roleDefinitionTable(world).delete(roleKey(account, name));
  roleTable(world).delete(roleKey(account, name));
};

/** Also in the roles that have it. */
export const putManagedPolicy = (world: World, policy: ManagedPolicy): void => {
  const isNew = managedPolicyTable(world).get(policy.arn) === undefined;
  managedPolicyTable(world).put(policy.arn, policy);
  if (isNew) return;
  for (const definition of [...roleDefinitionTable(world).values()]) {
    const { managedPolicyArns, attached, boundaryArn } = definition;
    if ([...managedPolicyArns, ...Object.keys(attached), boundaryArn].includes(policy.arn))
      defineRole(world, definition);
  }
};

/** Puts a policy on a role from outside of it, or with undefined takes it away. */
export const attachToRole = (
  world: World,
  { account, role, key }: { readonly account: string; readonly role: string; readonly key: string },
  document: PolicyDocument | null | undefined,
): void => {
  const definition = findDefinition(world, account, role);
  if (definition === undefined) {
    if (document === undefined) return;
    throw new Error(`the account ${account} has no role ${role}`);
  }
  const { [key]: _, ...others } = definition.attached;
  const attached = document === undefined ? others : { ...others, [key]: document };
  defineRole(world, { ...definition, attached });
};

const documentOf = (world: World, arn: string): PolicyDocument => {
  const document =
    managedPolicyTable(world).get(arn)?.document ?? AWS_MANAGED[arn.split(':policy/')[1] ?? ''];
  if (document !== undefined) return document;
  throw new Error(`there is no managed policy ${arn}`);
};

/** Those of AWS's own managed policies that stacks name here, as far as the sandbox has what they speak of. */
const AWS_MANAGED: Readonly<Record<string, PolicyDocument>> = {
  'service-role/AWSConfigRoleForOrganizations': {
    Statement: [
      { Effect: 'Allow', Action: ['organizations:List*', 'organizations:Describe*'], Resource: '*' },
    ],
  },
  'service-role/AWS_ConfigRole': {
    Statement: [
      { Effect: 'Allow', Action: ['config:Put*', 'config:Get*', 'config:Describe*'], Resource: '*' },
    ],
  },
};
