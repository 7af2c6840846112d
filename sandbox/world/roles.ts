/** IAM roles of the sandbox's accounts: what STS hands out and what Automation may assume. */
import type { Table, World } from '../service.ts';

export interface Role {
  readonly account: string;
  readonly name: string;
  readonly externalId?: string;
  /** Who may assume it: account ids, ARNs of principals, service names. */
  readonly trusted: readonly string[];
}

export const EXECUTOR_ROLE = 'selfheal-executor';
export const AUTOMATION_ROLE = 'selfheal-automation';
export const EXTERNAL_ID = 'selfheal-sandbox';
/** selfheal lives in the first account and heals it too, so that one set of credentials sees everything. */
export const HUB_ACCOUNT = '222222222222';
export const AUTOMATION_SERVICE = 'ssm.amazonaws.com';

export const roleTable = (world: World): Table<Role> => world.table('roles');

export const roleKey = (account: string, name: string): string => `${account}/${name}`;

/** The role an ARN names; a path before its name is ignored. */
export const findRole = (world: World, arn: string): Role | undefined => {
  const parts = /^arn:[\w-]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn);
  return parts === null ? undefined : roleTable(world).get(roleKey(parts[1] ?? '', parts[2] ?? ''));
};

/** The two roles that selfheal needs in an account: one to be entered by, one for Automation to act with. */
export const putSelfhealRoles = (world: World, account: string, hubAccount = HUB_ACCOUNT): void => {
  const roles: readonly Role[] = [
    { account, name: EXECUTOR_ROLE, externalId: EXTERNAL_ID, trusted: [hubAccount] },
    { account, name: AUTOMATION_ROLE, trusted: [AUTOMATION_SERVICE] },
  ];
  for (const role of roles) roleTable(world).put(roleKey(role.account, role.name), role);
};
