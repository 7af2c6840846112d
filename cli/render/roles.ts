/** The roles that a policy needs, for whoever makes or reviews them. */
import type { RoleNeeded } from '../../domain/policy/check/roles-needed.ts';
import { type Style, safe } from '../io.ts';

export const rolesText = (roles: readonly RoleNeeded[], style: Style): string =>
  [
    '',
    `${roles.length === 1 ? 'One role' : `${roles.length} roles`} in every account, for the runbooks that this policy may start:`,
    ...roles.flatMap((role) => ['', ...roleLines(role, style)]),
    '',
  ].join('\n');

const roleLines = (needed: RoleNeeded, style: Style): readonly string[] => {
  const { role, document, entries, actions, passes, serviceLinkedRoles, createsRoles } = needed;
  return [
    style.bold(safe(role)),
    `  runs      ${safe(document)}`,
    `  for       ${safe(entries.join(', '))}`,
    ...actions.map((action, index) => `  ${index === 0 ? 'may      ' : '         '} ${safe(action)}`),
    ...passes.map(({ service, role: passed }) => `  hands     ${safe(passed)} to ${safe(service)}`),
    ...serviceLinkedRoles.map((service) => `  makes     the service-linked role of ${safe(service)}`),
    ...createsRoles.map((name) => `  makes     the role ${safe(name)}`),
  ];
};
