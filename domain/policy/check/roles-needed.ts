/** The roles that must be there before a policy can do what it says: one for every runbook that it may start. */
import { automationRoleName } from '../../automation-role.ts';
import type { Catalog, PassedRole, Runbook } from '../../catalog/catalog.ts';
import type { Policy, WrittenEntry } from '../policy.ts';
import { possibleRuns } from './possible-runbooks.ts';

export interface RoleNeeded {
  readonly role: string;
  readonly document: string;
  /** Names of the entries that may start the runbook. */
  readonly entries: readonly string[];
  readonly actions: readonly string[];
  /** Roles that the runbook hands to a service. */
  readonly passes: readonly { readonly service: string; readonly role: string }[];
  readonly serviceLinkedRoles: readonly string[];
  readonly createsRoles: readonly string[];
}

/**
 * In the order of the documents' names. What an entry says of tags, accounts, Regions and ids may always hold; a
 * rule that the catalog does not know starts a runbook only where the entry names it.
 */
export const rolesNeeded = (policy: Policy, catalog: Catalog): readonly RoleNeeded[] => {
  const startedBy = new Map<Runbook, Set<WrittenEntry>>();
  const note = (runbook: Runbook, entry: WrittenEntry): void => {
    startedBy.set(runbook, (startedBy.get(runbook) ?? new Set()).add(entry));
  };
  for (const { runbook, entry, mode } of possibleRuns(policy, catalog))
    if (runbook.kind === 'runbook' && mode !== 'observe') note(runbook, entry);
  for (const entry of policy.entries) {
    const named = entry.runbook === undefined ? undefined : catalog.runbook(entry.runbook);
    if (named !== undefined && entry.mode !== 'observe') note(named, entry);
  }
  return [...startedBy]
    .map(([runbook, entries]) => roleFor(runbook, [...entries]))
    .toSorted((left, right) => (left.document < right.document ? -1 : 1));
};

const roleFor = (runbook: Runbook, entries: readonly WrittenEntry[]): RoleNeeded => ({
  role: automationRoleName(runbook.document),
  document: runbook.document,
  entries: entries.map(({ name }) => name),
  actions: runbook.iamActions,
  passes: (runbook.passRoles ?? []).flatMap((passed) =>
    rolesOf(passed, entries).map((role) => ({ service: passed.service, role })),
  ),
  serviceLinkedRoles: runbook.serviceLinkedRoles ?? [],
  createsRoles: runbook.createsRoles ?? [],
});

/** What the entries give for the parameter; its name where none of them does. */
const rolesOf = (passed: PassedRole, entries: readonly WrittenEntry[]): readonly string[] => {
  if ('role' in passed) return [passed.role];
  const given = entries.flatMap(({ parameters }) => parameters[passed.parameter] ?? []).flat();
  return given.length > 0 ? [...new Set(given)] : [`what ${passed.parameter} holds`];
};
