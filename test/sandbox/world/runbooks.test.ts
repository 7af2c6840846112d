import { describe, expect, it } from 'vitest';
import { automationRoleName } from '../../../domain/automation-role.ts';
import { makeRunbookFail } from '../../../sandbox/world/admin.ts';
import { deleteResource, findResource } from '../../../sandbox/world/resource.ts';
import { RESOURCE_TYPES } from '../../../sandbox/world/resource-types/resource-types.ts';
import { MANAGED_RULES } from '../../../sandbox/world/rules/managed-rules.ts';
import { RUNBOOKS } from '../../../sandbox/world/runbooks/runbooks.ts';
import { brokenFor, LOOPS, typeOf } from './runbook-loops.ts';
import { ACCOUNT, testSandbox } from './test-sandbox.ts';

describe('the sandbox', () => {
  it('holds enough kinds of resources, rules and runbooks', () => {
    expect(RESOURCE_TYPES.length).toBeGreaterThanOrEqual(12);
    expect(MANAGED_RULES.length).toBeGreaterThanOrEqual(20);
    expect(RUNBOOKS.length).toBeGreaterThanOrEqual(18);
  });

  it('has a loop in the test for every runbook', () => {
    expect([...new Set(LOOPS.map(([, document]) => document))].sort()).toEqual(
      RUNBOOKS.map((runbook) => runbook.document).sort(),
    );
  });
});

const CASES = LOOPS.map(([rule, document, parameter, more = {}]) => ({ rule, document, parameter, more }));

describe.each(CASES)('$rule mended by $document', ({ rule, document, parameter, more }) => {
  const parametersFor = (id: string) => ({
    AutomationAssumeRole: [`arn:aws:iam::${ACCOUNT}:role/${automationRoleName(document)}`],
    ...(parameter === undefined ? {} : { [parameter]: [id] }),
    ...more,
  });

  const ruleOf = (sandbox: ReturnType<typeof testSandbox>, id: string): string => {
    const name = MANAGED_RULES.find((candidate) => candidate.identifier === rule)?.name ?? '';
    return (
      sandbox.complianceChanges().find(([changed, of]) => changed.includes(name) && of === id)?.[0] ?? name
    );
  };

  it('goes from NON_COMPLIANT to COMPLIANT, or to nothing when the resource is gone', async () => {
    const sandbox = testSandbox();
    const resource = brokenFor(sandbox, rule);
    sandbox.advance(13_000);
    const name = ruleOf(sandbox, resource.id);
    expect(sandbox.complianceChanges()).toContainEqual([name, resource.id, 'NON_COMPLIANT']);

    await sandbox.call('ssm', 'StartAutomationExecution', {
      DocumentName: document,
      Parameters: parametersFor(resource.id),
    });
    sandbox.advance(60_000);
    expect(sandbox.executionStatuses()).toEqual(['InProgress', 'Success']);
    await sandbox.call('config', 'StartConfigRulesEvaluation', { ConfigRuleNames: [name] });
    sandbox.advance(5_000);
    const gone = findResource(sandbox.world, resource) === undefined;
    expect(sandbox.complianceChanges()).toContainEqual([
      name,
      resource.id,
      gone ? 'NOT_APPLICABLE' : 'COMPLIANT',
    ]);
  });

  it.skipIf(typeOf(rule) === 'AWS::::Account')('fails when the resource is gone', async () => {
    const sandbox = testSandbox();
    const resource = brokenFor(sandbox, rule);
    deleteResource(sandbox.world, resource, sandbox.nowMs());
    const { AutomationExecutionId } = await sandbox.call('ssm', 'StartAutomationExecution', {
      DocumentName: document,
      Parameters: parametersFor(resource.id),
    });
    sandbox.advance(60_000);
    expect(sandbox.executionStatuses()).toEqual(['InProgress', 'Failed']);
    const { AutomationExecution } = await sandbox.call('ssm', 'GetAutomationExecution', {
      AutomationExecutionId,
    });
    expect(AutomationExecution.FailureMessage).toContain('does not exist');
  });

  it('fails and leaves the resource alone when IAM refuses', async () => {
    const sandbox = testSandbox();
    const resource = brokenFor(sandbox, rule);
    const before = findResource(sandbox.world, resource)?.configuration;
    makeRunbookFail(sandbox.world, { document, fault: { kind: 'access-denied' } });
    await sandbox.call('ssm', 'StartAutomationExecution', {
      DocumentName: document,
      Parameters: parametersFor(resource.id),
    });
    sandbox.advance(60_000);
    expect(sandbox.executionStatuses()).toEqual(['InProgress', 'Failed']);
    expect(findResource(sandbox.world, resource)?.configuration).toEqual(before);
  });
});
