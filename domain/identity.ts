/**
 * Who asks, as whoever let them in has made sure of: API Gateway by an AWS signature, or a token of the identity
 * provider. What a request claims by itself is never in here.
 */
import type { Group } from './policy/policy.ts';
import { globTest, parseGlob } from './policy/wildcard.ts';

export interface Identity {
  /** As it goes into decisions and timelines: lower case, `ada@example.com`. */
  readonly name: string;
  /** Values of the token's groups claim, as the provider spells them; none of an IAM identity. */
  readonly claims: readonly string[];
  /** Name of the IAM role by which they came; absent of a token. */
  readonly role?: string;
}

/**
 * Names of the groups that somebody is in, in the policy's order. A name must be the very name: that `ada` and
 * `ada@example.com` may be one person counts where people are left out, never where they are let in.
 *
 * @example
 * groupsOf({ name: 'ada', claims: ['sre'] }, { oncall: { people: [], claims: ['sre'], roles: [] } }) // ['oncall']
 */
export const groupsOf = (
  { name, claims, role }: Identity,
  groups: Readonly<Record<string, Group>> = {},
): readonly string[] =>
  Object.entries(groups)
    .filter(
      ([, group]) =>
        group.people.includes(name) ||
        group.claims.some((claim) => claims.includes(claim)) ||
        (role !== undefined && group.roles.some((pattern) => isRole(pattern, role))),
    )
    .map(([group]) => group);

const isRole = (pattern: string, role: string): boolean => {
  const glob = parseGlob(pattern);
  return !('refused' in glob) && globTest(glob)(role);
};
