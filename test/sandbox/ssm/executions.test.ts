import { describe, expect, it } from 'vitest';
import { openWorld } from '../../../sandbox/core/world-store.ts';
import type { World } from '../../../sandbox/service.ts';
import { createConfigService } from '../../../sandbox/services/config/config.ts';
import { EXECUTION_STATUSES, isEnded } from '../../../sandbox/services/ssm/execution.ts';
import { createSsmService } from '../../../sandbox/services/ssm/ssm.ts';
import { ssmTime } from '../../../sandbox/services/ssm/status-event.ts';
import { breakResource, makeRunbookFail } from '../../../sandbox/world/admin.ts';
import { ACCOUNT, PRINCIPAL, REGION, START_MS, testSandbox } from '../world/test-sandbox.ts';

const BUCKET = 'shop-prod-payroll-us-east-1';
const VERSIONING = { DocumentName: 'AWS-ConfigureS3BucketVersioning', Parameters: { BucketName: [BUCKET] } };

type Sandbox = ReturnType<typeof testSandbox>;
const start = async (sandbox: Sandbox, input: object = {}): Promise<string> =>
  (await sandbox.call('ssm', 'StartAutomationExecution', { ...VERSIONING, ...input })).AutomationExecutionId;
const statusOf = async (sandbox: Sandbox, AutomationExecutionId: string): Promise<string> =>
  (await sandbox.call('ssm', 'GetAutomationExecution', { AutomationExecutionId })).AutomationExecution
    .AutomationExecutionStatus;

describe('an execution', () => {
  it('is told of exactly as SSM tells', async () => {
    const sandbox = testSandbox();
    const id = await start(sandbox);
    sandbox.advance(60_000);
    const told = sandbox.events.filter((event) => event.detailType.includes('Execution Status-change'));
    expect(told.at(-1)).toEqual({
      source: 'aws.ssm',
      detailType: 'EC2 Automation Execution Status-change Notification',
      account: ACCOUNT,
      region: REGION,
      resources: [
        `arn:aws:ssm:us-east-1:222222222222:automation-execution/${id}`,
        'arn:aws:ssm:us-east-1:222222222222:automation-definition/AWS-ConfigureS3BucketVersioning:1',
      ],
      detail: {
        ExecutionId: id,
        Definition: 'AWS-ConfigureS3BucketVersioning',
        DefinitionVersion: 1,
        Status: 'Success',
        StartTime: 'Jan 15, 2026 12:00:00 PM',
        EndTime: 'Jan 15, 2026 12:00:06 PM',
        Time: 6_000,
        ExecutedBy: PRINCIPAL,
      },
    });
  });

  it.each([
    [Date.UTC(2024, 10, 29, 19, 43, 20), 'Nov 29, 2024 7:43:20 PM'],
    [Date.UTC(2024, 0, 2, 0, 3, 4), 'Jan 2, 2024 12:03:04 AM'],
  ])('writes the time %d as %s', (ms, text) => expect(ssmTime(ms)).toBe(text));

  it('shows its steps, its outputs and why it failed', async () => {
    const sandbox = testSandbox();
    makeRunbookFail(sandbox.world, { fault: { kind: 'step-fails', message: 'out of cheese' } });
    const database = breakResource(sandbox.world, 'AWS::RDS::DBInstance', {
      account: ACCOUNT,
      region: REGION,
      rule: 'RDS_MULTI_AZ_SUPPORT',
      nowMs: sandbox.nowMs(),
    }).resource;
    const AutomationExecutionId = await start(sandbox, {
      DocumentName: 'AWSConfigRemediation-EnableMultiAZOnRDSInstance',
      Parameters: {
        DbiResourceId: [database.id],
        AutomationAssumeRole: [
          `arn:aws:iam::${ACCOUNT}:role/selfheal-AWSConfigRemediation-EnableMultiAZOnRDSInstance`,
        ],
      },
    });
    sandbox.advance(60_000);
    const { AutomationExecution } = await sandbox.call('ssm', 'GetAutomationExecution', {
      AutomationExecutionId,
    });
    expect(AutomationExecution).toMatchObject({
      AutomationExecutionStatus: 'Failed',
      FailureMessage: expect.stringContaining('out of cheese'),
      ProgressCounters: { TotalSteps: 3, SuccessSteps: 1, FailedSteps: 1 },
    });
    const { StepExecutions } = await sandbox.call('ssm', 'DescribeAutomationStepExecutions', {
      AutomationExecutionId,
    });
    expect(StepExecutions.map((step: { StepStatus: string }) => step.StepStatus)).toEqual([
      'Success',
      'Failed',
      'Pending',
    ]);
  });

  it.each([...EXECUTION_STATUSES, 'Quarantined'])(
    'can be made to end in, or stick at, %s',
    async (status) => {
      const sandbox = testSandbox();
      makeRunbookFail(sandbox.world, { fault: { kind: 'status', status } });
      const AutomationExecutionId = await start(sandbox);
      sandbox.advance(600_000);
      const { AutomationExecution } = await sandbox.call('ssm', 'GetAutomationExecution', {
        AutomationExecutionId,
      });
      expect(AutomationExecution.AutomationExecutionStatus).toBe(status);
      expect(AutomationExecution.ExecutionEndTime !== undefined).toBe(isEnded(status));
      expect(sandbox.executionStatuses().at(-1)).toBe(status);
    },
  );

  it('can succeed without having changed anything', async () => {
    const sandbox = testSandbox();
    breakResource(sandbox.world, BUCKET, { rule: 'S3_BUCKET_VERSIONING_ENABLED', nowMs: sandbox.nowMs() });
    makeRunbookFail(sandbox.world, { fault: { kind: 'changes-nothing' } });
    await start(sandbox);
    sandbox.advance(60_000);
    expect(sandbox.executionStatuses()).toEqual(['InProgress', 'Success']);
    expect(sandbox.complianceChanges()).toEqual([['s3-bucket-versioning-enabled', BUCKET, 'NON_COMPLIANT']]);
  });
});

describe('StopAutomationExecution', () => {
  it('cancels: first Cancelling, then Cancelled, and the rest is not done', async () => {
    const sandbox = testSandbox();
    makeRunbookFail(sandbox.world, { fault: { kind: 'hangs' } });
    const id = await start(sandbox);
    sandbox.advance(600_000);
    expect(await statusOf(sandbox, id)).toBe('InProgress');
    await sandbox.call('ssm', 'StopAutomationExecution', { AutomationExecutionId: id });
    sandbox.advance(2_000);
    expect(sandbox.executionStatuses()).toEqual(['InProgress', 'Cancelling', 'Cancelled']);
    await expect(
      sandbox.call('ssm', 'StopAutomationExecution', { AutomationExecutionId: id }),
    ).rejects.toMatchObject({ code: 'InvalidAutomationStatusUpdateException' });
  });

  it("does not see another Region's executions", async () => {
    const sandbox = testSandbox();
    const AutomationExecutionId = await start(sandbox);
    await expect(
      sandbox.call('ssm', 'StopAutomationExecution', { AutomationExecutionId }, { region: 'eu-west-1' }),
    ).rejects.toMatchObject({ code: 'AutomationExecutionNotFoundException' });
  });
});

describe('DescribeAutomationExecutions', () => {
  it('filters by status, document, tag and time, newest first, in pages', async () => {
    const sandbox = testSandbox({ readsPerSecond: 1_000 });
    const ids: string[] = [];
    for (const tag of ['case-1', 'case-2', 'case-3']) {
      ids.unshift(await start(sandbox, { Tags: [{ Key: tag, Value: 'x' }] }));
      sandbox.advance(5_000);
    }
    const list = async (input: object) =>
      (await sandbox.call('ssm', 'DescribeAutomationExecutions', input)).AutomationExecutionMetadataList.map(
        (one: { AutomationExecutionId: string }) => one.AutomationExecutionId,
      );
    expect(await list({})).toEqual(ids);
    expect(await list({ Filters: [{ Key: 'TagKey', Values: ['case-2'] }] })).toEqual([ids[1]]);
    expect(await list({ Filters: [{ Key: 'ExecutionStatus', Values: ['InProgress'] }] })).toEqual([ids[0]]);
    expect(await list({ Filters: [{ Key: 'DocumentNamePrefix', Values: ['AWS-Nothing'] }] })).toEqual([]);
    const middle = new Date(START_MS + 1_000).toISOString();
    expect(await list({ Filters: [{ Key: 'StartTimeBefore', Values: [middle] }] })).toEqual([ids[2]]);
    expect(await list({ Filters: [{ Key: 'StartTimeAfter', Values: [middle] }] })).toEqual(ids.slice(0, 2));
    const first = await sandbox.call('ssm', 'DescribeAutomationExecutions', { MaxResults: 2 });
    expect(await list({ MaxResults: 2, NextToken: first.NextToken })).toEqual([ids[2]]);
    await expect(list({ NextToken: 'nonsense' })).rejects.toMatchObject({ code: 'InvalidNextToken' });
  });

  it('takes three calls a second and no more', async () => {
    const sandbox = testSandbox();
    for (let call = 0; call < 3; call += 1) await sandbox.call('ssm', 'DescribeAutomationExecutions', {});
    await expect(sandbox.call('ssm', 'DescribeAutomationExecutions', {})).rejects.toMatchObject({
      code: 'ThrottlingException',
    });
  });
});

describe('documents', () => {
  it('are described with their default version and parameters', async () => {
    const { Document } = await testSandbox().call('ssm', 'DescribeDocument', {
      Name: VERSIONING.DocumentName,
    });
    expect(Document).toMatchObject({ DefaultVersion: '1', Owner: 'Amazon', DocumentType: 'Automation' });
    expect(Document.Parameters.map((one: { Name: string }) => one.Name)).toEqual([
      'BucketName',
      'VersioningState',
      'AutomationAssumeRole',
    ]);
  });

  it('are refused when they do not exist', async () => {
    await expect(testSandbox().call('ssm', 'DescribeDocument', { Name: 'AWS-Nope' })).rejects.toMatchObject({
      code: 'InvalidDocument',
    });
  });
});

describe('a kill in the middle', () => {
  it('lets every execution go on to its end in a new process over the same world', async () => {
    const sandbox = testSandbox();
    breakResource(sandbox.world, BUCKET, { rule: 'S3_BUCKET_VERSIONING_ENABLED', nowMs: sandbox.nowMs() });
    sandbox.advance(13_000);
    const id = await start(sandbox);
    sandbox.advance(2_000);
    const restarted = testSandbox({}, copyOf(sandbox.world));
    restarted.advance(90_000);
    expect(await statusOf(restarted, id)).toBe('Success');
    expect(restarted.complianceChanges().at(-1)).toEqual([
      's3-bucket-versioning-enabled',
      BUCKET,
      'COMPLIANT',
    ]);
  });

  it('lets an execution run whose start was cut short', async () => {
    const sandbox = testSandbox();
    const id = await start(sandbox);
    sandbox.world.table('ssm:active').delete(id);
    const restarted = testSandbox({}, copyOf(sandbox.world));
    restarted.advance(60_000);
    expect(await statusOf(restarted, id)).toBe('Success');
  });

  it('does not take a token as used when its execution was never written', async () => {
    const sandbox = testSandbox();
    const ClientToken = '0f8fad5b-d9cb-469f-a165-70867728950e';
    const lost = await start(sandbox, { ClientToken });
    sandbox.world.table('ssm:active').delete(lost);
    sandbox.world.table('ssm:executions').delete(lost);
    sandbox.advance(1_000);
    expect(await statusOf(sandbox, await start(sandbox, { ClientToken }))).toBe('InProgress');
  });
});

/** The world as a new process reads it: through JSON, every table. */
const TABLES = [
  'accounts',
  'counters',
  'resources',
  'roles',
  'seeded',
  'settings',
  'unrecorded-changes',
  'config:evaluations',
  'config:items',
  'config:pending-evaluations',
  'config:recorders',
  'config:requested-runs',
  'config:rules',
  'config:scheduled-runs',
  'ssm:active',
  'ssm:client-tokens',
  'ssm:executions',
];

const copyOf = (world: World): World => {
  const copy = openWorld();
  for (const name of TABLES)
    for (const [key, value] of world.table(name).entries())
      copy.table(name).put(key, JSON.parse(JSON.stringify(value)));
  // Both must come up over it without a word.
  createSsmService({ world: copy, emit: () => undefined });
  createConfigService({ world: copy, emit: () => undefined });
  return copy;
};
