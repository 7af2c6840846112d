import { expect, it } from 'vitest';
import { automationRoleName } from '../../../domain/automation-role.ts';
import { putRole, type Role } from '../../../sandbox/world/roles.ts';
import { brokenFor, LOOPS } from '../../sandbox/world/runbook-loops.ts';
import { ACCOUNT, testSandbox } from '../../sandbox/world/test-sandbox.ts';
import { deployedDocument } from '../../support/deployed-document.ts';
import { memberTemplate } from '../../support/stack-templates.ts';

const { Resources } = await memberTemplate();
const documentOf = (id: string) =>
  deployedDocument(Resources[id]?.Properties.PolicyDocument, ACCOUNT, {
    PassableRoleArns: 'arn:aws:iam::*:role/rds-monitoring',
  });

/** The role of a runbook, as the member stack makes it. */
const roleOf = (document: string): Role => {
  const id = document.replaceAll(/[^A-Za-z0-9]/g, '');
  return {
    account: ACCOUNT,
    name: automationRoleName(document),
    trust: deployedDocument(Resources[`${id}Role`]?.Properties.AssumeRolePolicyDocument, ACCOUNT),
    policies: { [`${id}Policy`]: documentOf(`${id}Policy`) },
    boundary: documentOf('AutomationBoundary'),
  };
};

/** One loop a runbook: what else it heals it heals with the same calls. */
const CASES = [...new Map(LOOPS.map((loop) => [loop[1], loop])).values()].map(
  ([rule, document, parameter, more = {}]) => ({ rule, document, parameter, more }),
);

it.each(CASES)(
  '$document heals what breaks $rule, with the role that it is given',
  async ({ rule, document, parameter, more }) => {
    const sandbox = testSandbox();
    const { id } = brokenFor(sandbox, rule);
    putRole(sandbox.world, roleOf(document));
    const { AutomationExecutionId } = await sandbox.call('ssm', 'StartAutomationExecution', {
      DocumentName: document,
      Parameters: {
        ...(parameter === undefined ? {} : { [parameter]: [id] }),
        ...more,
        AutomationAssumeRole: [`arn:aws:iam::${ACCOUNT}:role/${automationRoleName(document)}`],
      },
    });
    sandbox.advance(60_000);
    const { AutomationExecution: run } = await sandbox.call('ssm', 'GetAutomationExecution', {
      AutomationExecutionId,
    });
    expect([run.AutomationExecutionStatus, run.FailureMessage]).toEqual(['Success', undefined]);
  },
);
