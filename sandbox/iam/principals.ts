/** Who a request comes from, and whether a policy's Principal means them. */
import type { PolicyStatement } from './policy-document.ts';
import { UnsupportedPolicy } from './unsupported-policy.ts';

export interface CompiledPrincipal {
  /**
   * `themselves` when it names them, `their-account` when it names only the account: that leaves it to the
   * account's own policies whom to let through.
   */
  names(principal: string): 'themselves' | 'their-account' | undefined;
}

/** @throws UnsupportedPolicy */
export const compilePrincipal = (principal: NonNullable<PolicyStatement['Principal']>): CompiledPrincipal => {
  if (principal === '*') return { names: () => 'themselves' };
  const kind = Object.keys(principal).find((each) => each !== 'AWS' && each !== 'Service');
  if (kind !== undefined) throw new UnsupportedPolicy(`it has no principals of the kind ${kind}`);
  const services = new Set([principal.Service ?? []].flat());
  const aws = new Set([principal.AWS ?? []].flat().map(checkedName));
  return {
    names: (asking) => {
      if (!asking.startsWith('arn:')) return services.has(asking) ? 'themselves' : undefined;
      if (aws.has('*') || aws.has(asking) || aws.has(roleArnOf(asking) ?? '')) return 'themselves';
      return aws.has(rootArn(accountOfArn(asking))) ? 'their-account' : undefined;
    },
  };
};

/**
 * An account may be written as its id; a role's path is no part of its sessions' ARNs. A single session is
 * refused: decisions are remembered by role.
 */
const checkedName = (name: string): string => {
  if (name === '*') return name;
  if (/^\d{12}$/.test(name)) return rootArn(name);
  const [, account, kind, rest = ''] = /^arn:aws:iam::(\d{12}):(root|user|role)(.*)$/.exec(name) ?? [];
  if (account === undefined || rest.includes('*')) throw new UnsupportedPolicy(`"${name}" is no principal`);
  return kind === 'role' ? `arn:aws:iam::${account}:role/${rest.slice(rest.lastIndexOf('/') + 1)}` : name;
};

const rootArn = (account: string): string => `arn:aws:iam::${account}:root`;

export const accountOfArn = (arn: string): string => arn.split(':')[4] ?? '';

export interface SessionOfRole {
  readonly account: string;
  readonly role: string;
}

/** A quick look; {@link sessionOfRole} reads it in full. */
export const isSession = (principal: string): boolean => principal.startsWith('arn:aws:sts::');

/** Undefined when the principal is no session of a role. */
export const sessionOfRole = (principal: string): SessionOfRole | undefined => {
  const [, account, role] = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(principal) ?? [];
  return account !== undefined && role !== undefined ? { account, role } : undefined;
};

/** A session of a role as the principal that it is: the role's path is no part of it. */
export const sessionArn = (roleArn: string, session: string): string =>
  `arn:aws:sts::${accountOfArn(roleArn)}:assumed-role/${roleArn.slice(roleArn.lastIndexOf('/') + 1)}/${session}`;

export const roleArnOf = (principal: string): string | undefined => {
  const session = sessionOfRole(principal);
  return session && `arn:aws:iam::${session.account}:role/${session.role}`;
};
