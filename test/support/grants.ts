/**
 * What a policy grants, element by element, against what was asked of it: an element is needed when a request that
 * was recorded would be denied without it. Requests are not made again; they are only decided again.
 */
import type { AccessEntry } from '../../sandbox/iam/access-log.ts';
import { askAgain } from '../../sandbox/iam/authorize.ts';
import {
  type PolicyDocument,
  type PolicyStatement,
  statementsOf,
} from '../../sandbox/iam/policy-document.ts';
import { matchesResource } from '../../sandbox/iam/wildcards.ts';
import type { World } from '../../sandbox/service.ts';
import { type Role, roleTable } from '../../sandbox/world/roles.ts';

/** A policy with something taken out of it. */
export interface Trimmed {
  /** `selfheal-executor FollowRuns: ssm:StopAutomationExecution`, whatever the account. */
  readonly what: string;
  /** What an entry must be about for the trim to matter: actions, or undefined for all but some. */
  readonly actions: readonly string[] | undefined;
  /** What an entry's resource must match, when it is a resource that was taken out. */
  readonly resource?: string;
  readonly role: Role;
}

/** The role without each of its Allow statements in turn. */
export const withoutStatements = (role: Role): readonly Trimmed[] =>
  allowsOf(role).map(({ policy, statement }) => ({
    what: `${role.name} ${policyName(policy)}${statement.Sid ?? '(no Sid)'}`,
    actions: actionsOf(statement),
    role: replaced(role, policy, statement),
  }));

/** The role without each action, each resource and each value of a condition that stands in a list of several. */
export const withoutElements = (role: Role): readonly Trimmed[] =>
  allowsOf(role).flatMap(({ policy, statement }) =>
    shorterStatements(statement).map(({ element, shorter }) => ({
      ...(shorter.Resource === statement.Resource ? {} : { resource: element }),
      what: `${role.name} ${statement.Sid ?? '(no Sid)'}: ${withoutAccount(element, role)}`,
      actions: actionsOf(statement),
      role: replaced(role, policy, statement, shorter),
    })),
  );

/** Those that no recorded request needs, in any account; each told once. */
export const unneeded = (
  world: World,
  entries: readonly AccessEntry[],
  trims: readonly Trimmed[],
): readonly string[] => {
  const byRole = new Map<string, AccessEntry[]>();
  for (const entry of entries) {
    const key = `${entry.role.account}/${entry.role.name}`;
    if (entry.allowed) byRole.set(key, [...(byRole.get(key) ?? []), entry]);
  }
  const needed = new Set<string>();
  for (const { what, actions, resource: pattern, role } of trims) {
    if (needed.has(what)) continue;
    const asked = byRole.get(`${role.account}/${role.name}`) ?? [];
    const concerned = asked.filter(
      ({ action, resource }) =>
        (actions?.includes(action) ?? true) && (pattern === undefined || matchesResource(pattern, resource)),
    );
    if (concerned.some((entry) => !askAgain(world, role, entry).allowed)) needed.add(what);
  }
  return [...new Set(trims.map(({ what }) => what))].filter((what) => !needed.has(what)).sort();
};

export const rolesNamed = (world: World, name: RegExp): readonly Role[] =>
  [...roleTable(world).values()].filter((role) => name.test(role.name));

const allowsOf = (role: Role) =>
  Object.entries(role.policies).flatMap(([policy, document]) =>
    statementsOf(document)
      .filter(({ Effect }) => Effect === 'Allow')
      .map((statement) => ({ policy, statement })),
  );

const actionsOf = ({ Action }: PolicyStatement): readonly string[] | undefined =>
  Action === undefined ? undefined : [Action].flat();

const replaced = (role: Role, policy: string, old: PolicyStatement, by?: PolicyStatement): Role => {
  const document = role.policies[policy] as PolicyDocument;
  const statements = statementsOf(document).flatMap((each) => (each !== old ? [each] : by ? [by] : []));
  return { ...role, policies: { ...role.policies, [policy]: { ...document, Statement: statements } } };
};

interface Shorter {
  readonly element: string;
  readonly shorter: PolicyStatement;
}

/** A list of one cannot lose it without the statement. */
const shorterStatements = (statement: PolicyStatement): readonly Shorter[] => [
  ...shorterLists(statement.Action, (Action) => ({ ...statement, Action })),
  ...shorterLists(statement.Resource, (Resource) => ({ ...statement, Resource })),
  ...Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).flatMap(([key, values]) =>
      shorterLists(values as string | readonly string[], (fewer) => ({
        ...statement,
        Condition: { ...statement.Condition, [operator]: { ...keys, [key]: fewer } },
      })),
    ),
  ),
];

const shorterLists = (
  list: string | readonly string[] | undefined,
  make: (fewer: readonly string[]) => PolicyStatement,
): readonly Shorter[] =>
  Array.isArray(list) && list.length > 1
    ? list.map((element) => ({ element, shorter: make(list.filter((other) => other !== element)) }))
    : [];

/** Inline policies are all called alike; managed ones tell their account. */
const policyName = (key: string): string => (key.includes(':policy/') ? `${key.split(':policy/')[1]} ` : '');

const withoutAccount = (text: string, { account }: Role): string => text.replaceAll(account, '{account}');
