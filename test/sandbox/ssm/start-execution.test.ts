import { describe, expect, it } from 'vitest';
import { executionHistory } from '../../../sandbox/services/ssm/execution-history.ts';
import { AUTOMATION_ROLE_ARN, testSandbox } from '../world/test-sandbox.ts';

const BUCKET = 'shop-prod-payroll-us-east-1';
const VERSIONING = { DocumentName: 'AWS-ConfigureS3BucketVersioning', Parameters: { BucketName: [BUCKET] } };
const TOKEN = '0f8fad5b-d9cb-469f-a165-70867728950e';

type Sandbox = ReturnType<typeof testSandbox>;
const start = (sandbox: Sandbox, input: object = VERSIONING, place = {}) =>
  sandbox.call('ssm', 'StartAutomationExecution', input, place);

describe('StartAutomationExecution refuses', () => {
  const PITR = 'AWSConfigRemediation-EnablePITRForDynamoDbTable';
  it.each([
    ['an unknown document', { DocumentName: 'AWS-NoSuchThing' }, 'AutomationDefinitionNotFoundException'],
    [
      'an unknown version',
      { ...VERSIONING, DocumentVersion: '7' },
      'AutomationDefinitionVersionNotFoundException',
    ],
    [
      'a missing parameter',
      { DocumentName: VERSIONING.DocumentName },
      'InvalidAutomationExecutionParametersException',
    ],
    [
      'an unknown parameter',
      { ...VERSIONING, Parameters: { ...VERSIONING.Parameters, Colour: ['red'] } },
      'InvalidAutomationExecutionParametersException',
    ],
    [
      'a value outside the pattern',
      { ...VERSIONING, Parameters: { BucketName: ['{{ global:ACCOUNT }}'] } },
      'InvalidAutomationExecutionParametersException',
    ],
    [
      'a value that is not allowed',
      { ...VERSIONING, Parameters: { ...VERSIONING.Parameters, VersioningState: ['On'] } },
      'InvalidAutomationExecutionParametersException',
    ],
    [
      'two values for one',
      { ...VERSIONING, Parameters: { BucketName: ['one-bucket', 'two-bucket'] } },
      'InvalidAutomationExecutionParametersException',
    ],
    [
      'AWSConfigRemediation without a role',
      { DocumentName: PITR, Parameters: { TableName: ['carts'] } },
      'InvalidAutomationExecutionParametersException',
    ],
    [
      "another account's role",
      {
        DocumentName: PITR,
        Parameters: {
          TableName: ['carts'],
          AutomationAssumeRole: [AUTOMATION_ROLE_ARN.replace('222222222222', '333333333333')],
        },
      },
      'InvalidAutomationExecutionParametersException',
    ],
    [
      'a role that Automation is not trusted by',
      {
        DocumentName: PITR,
        Parameters: {
          TableName: ['carts'],
          AutomationAssumeRole: ['arn:aws:iam::222222222222:role/selfheal-executor'],
        },
      },
      'InvalidAutomationExecutionParametersException',
    ],
  ])('%s', async (_what, input, code) => {
    await expect(start(testSandbox(), input)).rejects.toMatchObject({ code });
  });
});

describe('the start rate', () => {
  it('lets one start a second through in a lane, and none between', async () => {
    const sandbox = testSandbox();
    await start(sandbox);
    sandbox.advance(999);
    await expect(start(sandbox)).rejects.toMatchObject({
      code: 'ThrottlingException',
      message: 'Rate exceeded',
    });
    sandbox.advance(1);
    await start(sandbox);
    expect(executionHistory(sandbox.world).lanes[0]).toMatchObject({ startGapMsMin: 1_000 });
  });

  it('is counted for each account and Region alone', async () => {
    const sandbox = testSandbox();
    await start(sandbox);
    await start(sandbox, VERSIONING, { region: 'eu-west-1' });
    await start(sandbox, VERSIONING, { account: '333333333333' });
    expect(executionHistory(sandbox.world).executions).toHaveLength(3);
  });
});

describe('ClientToken', () => {
  it('gives the same execution for the same arguments, whatever its letters and the order of keys', async () => {
    const sandbox = testSandbox({ startsPerSecond: 100 });
    const input = {
      ...VERSIONING,
      Parameters: { BucketName: [BUCKET], VersioningState: ['Enabled'] },
      ClientToken: TOKEN,
    };
    const first = await start(sandbox, input);
    const again = await start(sandbox, {
      ClientToken: TOKEN.toUpperCase(),
      DocumentVersion: '1',
      Parameters: { VersioningState: ['Enabled'], BucketName: [BUCKET] },
      DocumentName: VERSIONING.DocumentName,
    });
    expect(again).toEqual(first);
    expect(executionHistory(sandbox.world).executionsByToken).toEqual({ [TOKEN]: 1 });
  });

  it('refuses other arguments', async () => {
    const sandbox = testSandbox({ startsPerSecond: 100 });
    await start(sandbox, { ...VERSIONING, ClientToken: TOKEN });
    const other = { ...VERSIONING, Parameters: { BucketName: ['another-bucket'] }, ClientToken: TOKEN };
    await expect(start(sandbox, other)).rejects.toMatchObject({ code: 'IdempotentParameterMismatch' });
  });

  it('is forgotten after its retention', async () => {
    const sandbox = testSandbox({ clientTokenRetentionMs: 5_000 });
    const first = await start(sandbox, { ...VERSIONING, ClientToken: TOKEN });
    sandbox.advance(5_000);
    expect(await start(sandbox, { ...VERSIONING, ClientToken: TOKEN })).not.toEqual(first);
  });

  it('gives the same ids for the same seed', async () => {
    expect(await start(testSandbox())).toEqual(await start(testSandbox()));
  });
});

describe('running at once', () => {
  it('queues what is over the limit, in order, and refuses what is over the queue', async () => {
    const sandbox = testSandbox({ startsPerSecond: 100, runningMax: 2, queuedMax: 1 });
    await start(sandbox);
    await start(sandbox);
    const third = await start(sandbox);
    const status = async () =>
      (await sandbox.call('ssm', 'GetAutomationExecution', third)).AutomationExecution
        .AutomationExecutionStatus;
    expect(await status()).toBe('Pending');
    await expect(start(sandbox)).rejects.toMatchObject({ code: 'AutomationExecutionLimitExceededException' });
    sandbox.advance(6_000);
    expect(await status()).toBe('InProgress');
    sandbox.advance(60_000);
    expect(await status()).toBe('Success');
    const history = executionHistory(sandbox.world);
    expect(history.lanes[0]?.runningMax).toBe(2);
    expect(history.overlaps).toHaveLength(1);
  });
});
