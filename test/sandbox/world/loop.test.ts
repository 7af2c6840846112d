import { describe, expect, it } from 'vitest';
import { breakResource } from '../../../sandbox/world/admin.ts';
import { testSandbox } from './test-sandbox.ts';

describe('the loop inside the sandbox', () => {
  it('tells of a broken bucket, runs its runbook and tells that it is whole again', async () => {
    const sandbox = testSandbox();
    const { resource } = breakResource(sandbox.world, 'shop-prod-payroll-us-east-1', {
      rule: 'S3_BUCKET_VERSIONING_ENABLED',
      nowMs: sandbox.nowMs(),
    });
    sandbox.advance(12_000);
    expect(sandbox.complianceChanges()).toEqual([
      ['s3-bucket-versioning-enabled', resource.id, 'NON_COMPLIANT'],
    ]);

    await sandbox.call('ssm', 'StartAutomationExecution', {
      DocumentName: 'AWS-ConfigureS3BucketVersioning',
      Parameters: { BucketName: [resource.id] },
    });
    sandbox.advance(30_000);
    expect(sandbox.executionStatuses()).toEqual(['InProgress', 'Success']);
    expect(sandbox.complianceChanges().at(-1)).toEqual([
      's3-bucket-versioning-enabled',
      resource.id,
      'COMPLIANT',
    ]);
  });
});
