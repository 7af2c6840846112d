/** IAM roles of the sandbox's accounts: what STS hands out and what Automation may assume. */
import { compilePolicy } from '../iam/compile-policy.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import type { Table, World } from '../service.ts';

export interface Role {
  readonly account: string;
  readonly name: string;
  /** Who may assume it, under which conditions. */
  readonly trust: PolicyDocument;
  /** What it may do: inline and attached policies, by name. */
  readonly policies: Readonly<Record<string, PolicyDocument>>;
  /** What it may do at most. */
  readonly boundary?: PolicyDocument;
}

export const EXECUTOR_ROLE = 'selfheal-executor';
export const EXTERNAL_ID = 'selfheal-sandbox';
/** selfheal lives in the first account and heals it too, so that one set of credentials sees everything. */
export const HUB_ACCOUNT = '222222222222';
export const AUTOMATION_SERVICE = 'ssm.amazonaws.com';
/** Every account of the sandbox belongs to it. */
export const ORGANIZATION_ID = 'o-sandbox0001';

export const roleTable = (world: World): Table<Role> => world.table('roles');

export const roleKey = (account: string, name: string): string => `${account}/${name}`;

/** @throws UnsupportedPolicy before anything could be decided by a policy that is not understood. */
export const putRole = (world: World, role: Role): void => {
  compilePolicy(role.trust, 'trust');
  for (const policy of Object.values(role.policies)) compilePolicy(policy, 'identity');
  if (role.boundary !== undefined) compilePolicy(role.boundary, 'identity');
  roleTable(world).put(roleKey(role.account, role.name), role);
};

/** The role an ARN names; a path before its name is ignored. */
export const findRole = (world: World, arn: string): Role | undefined => {
  const parts = /^arn:[\w-]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn);
  return parts === null ? undefined : roleTable(world).get(roleKey(parts[1] ?? '', parts[2] ?? ''));
};
