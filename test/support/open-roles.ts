/** The roles that the member stack makes, without its limits: for tests that are not about what roles may do. */
import { automationRoleName } from '../../domain/automation-role.ts';
import type { PolicyDocument } from '../../sandbox/iam/policy-document.ts';
import type { World } from '../../sandbox/service.ts';
import {
  AUTOMATION_SERVICE,
  EXECUTOR_ROLE,
  EXTERNAL_ID,
  HUB_ACCOUNT,
  putRole,
  type Role,
} from '../../sandbox/world/roles.ts';
import { RUNBOOKS } from '../../sandbox/world/runbooks/runbooks.ts';

export const putOpenRoles = (world: World, account: string, hubAccount = HUB_ACCOUNT): void => {
  putRole(world, {
    account,
    name: EXECUTOR_ROLE,
    trust: trustOf({ AWS: `arn:aws:iam::${hubAccount}:root` }, { 'sts:ExternalId': EXTERNAL_ID }),
    policies: EVERYTHING,
  });
  for (const { document } of RUNBOOKS)
    putRole(world, {
      account,
      name: automationRoleName(document),
      trust: trustOf({ Service: AUTOMATION_SERVICE }),
      policies: EVERYTHING,
    });
};

const trustOf = (
  principal: Readonly<Record<string, string>>,
  equals?: Readonly<Record<string, string>>,
): PolicyDocument => ({
  Statement: [
    {
      Effect: 'Allow',
      Principal: principal,
      Action: 'sts:AssumeRole',
      ...(equals ? { Condition: { StringEquals: equals } } : {}),
    },
  ],
});

const EVERYTHING: Role['policies'] = {
  everything: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
};
