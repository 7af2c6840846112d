import { describe, expect, it } from 'vitest';
import { evaluatedResources } from '../../../sandbox/services/config/evaluations.ts';
import { breakResource, createBrokenResource, createResource } from '../../../sandbox/world/admin.ts';
import { changeResource, deleteResource } from '../../../sandbox/world/resource.ts';
import { ACCOUNT, REGION, START_MS, testSandbox } from '../world/test-sandbox.ts';

const BUCKET = 'shop-prod-payroll-us-east-1';
const RULE = 's3-bucket-versioning-enabled';

type Sandbox = ReturnType<typeof testSandbox>;
const breakBucket = (sandbox: Sandbox) =>
  breakResource(sandbox.world, BUCKET, { rule: RULE, nowMs: sandbox.nowMs() }).resource;
const detailsOf = async (
  sandbox: Sandbox,
  ResourceId = BUCKET,
  ResourceType = 'AWS::S3::Bucket',
  place = {},
) =>
  (await sandbox.call('config', 'GetComplianceDetailsByResource', { ResourceType, ResourceId }, place))
    .EvaluationResults;

describe('a change', () => {
  it('is recorded after the delay and judged one to two seconds later', () => {
    const sandbox = testSandbox();
    breakBucket(sandbox);
    sandbox.advance(10_999);
    expect(sandbox.events).toEqual([]);
    sandbox.advance(1_001);
    expect(sandbox.complianceChanges()).toEqual([[RULE, BUCKET, 'NON_COMPLIANT']]);
  });

  it('is told exactly as Config tells it', () => {
    const sandbox = testSandbox({ evaluationDelayMsMin: 1_500, evaluationDelayMsMax: 1_500 });
    breakBucket(sandbox);
    sandbox.advance(12_000);
    const qualifier = {
      configRuleName: RULE,
      resourceType: 'AWS::S3::Bucket',
      resourceId: BUCKET,
      evaluationMode: 'DETECTIVE',
    };
    expect(sandbox.events).toEqual([
      {
        source: 'aws.config',
        detailType: 'Config Rules Compliance Change',
        account: ACCOUNT,
        region: REGION,
        resources: [],
        detail: {
          resourceId: BUCKET,
          awsRegion: REGION,
          awsAccountId: ACCOUNT,
          configRuleName: RULE,
          recordVersion: '1.0',
          configRuleARN: expect.stringMatching(
            /^arn:aws:config:us-east-1:222222222222:config-rule\/config-rule-[a-z0-9]{6}$/,
          ),
          messageType: 'ComplianceChangeNotification',
          newEvaluationResult: {
            evaluationResultIdentifier: {
              evaluationResultQualifier: qualifier,
              orderingTimestamp: '2026-01-15T12:00:10.000Z',
            },
            complianceType: 'NON_COMPLIANT',
            resultRecordedTime: '2026-01-15T12:00:11.500Z',
            configRuleInvokedTime: '2026-01-15T12:00:11.170Z',
          },
          oldEvaluationResult: {
            evaluationResultIdentifier: {
              evaluationResultQualifier: qualifier,
              orderingTimestamp: '2026-01-15T12:00:00.000Z',
            },
            complianceType: 'COMPLIANT',
            resultRecordedTime: '2026-01-15T12:00:00.000Z',
            configRuleInvokedTime: '2026-01-15T11:59:59.670Z',
          },
          notificationCreationTime: '2026-01-15T12:00:11.500Z',
          resourceType: 'AWS::S3::Bucket',
        },
      },
    ]);
  });

  it('that does not change the compliance moves the times and tells nothing', async () => {
    const sandbox = testSandbox();
    const resource = breakBucket(sandbox);
    sandbox.advance(13_000);
    const before = (await detailsOf(sandbox))[0];
    changeResource(sandbox.world, resource, { owner: 'finance' }, sandbox.nowMs());
    sandbox.advance(13_000);
    expect(sandbox.complianceChanges()).toHaveLength(1);
    const after = (await detailsOf(sandbox))[0];
    expect(after.ComplianceType).toBe(before.ComplianceType);
    expect(after.ResultRecordedTime).toBeGreaterThan(before.ResultRecordedTime);
    expect(after.ConfigRuleInvokedTime).toBeGreaterThan(before.ConfigRuleInvokedTime);
  });

  it('goes unseen while the recorder is stopped, and is found when it starts again', async () => {
    const sandbox = testSandbox();
    await sandbox.call('config', 'StopConfigurationRecorder', { ConfigurationRecorderName: 'default' });
    breakBucket(sandbox);
    sandbox.advance(60_000);
    expect(sandbox.events).toEqual([]);
    const status = await sandbox.call('config', 'DescribeConfigurationRecorderStatus', {});
    expect(status.ConfigurationRecordersStatus).toMatchObject([{ recording: false, name: 'default' }]);
    await sandbox.call('config', 'StartConfigurationRecorder', { ConfigurationRecorderName: 'default' });
    sandbox.advance(13_000);
    expect(sandbox.complianceChanges()).toEqual([[RULE, BUCKET, 'NON_COMPLIANT']]);
  });

  it('of a new resource has no old result', () => {
    const sandbox = testSandbox();
    createResource(
      sandbox.world,
      { account: ACCOUNT, region: REGION, type: 'AWS::DynamoDB::Table', name: 'orders' },
      sandbox.nowMs(),
    );
    sandbox.advance(13_000);
    expect(sandbox.complianceChanges()).toMatchObject([
      [expect.stringMatching(/^OrgConfigRule-/), 'orders', 'COMPLIANT'],
    ]);
    expect(sandbox.events[0]?.detail).not.toHaveProperty('oldEvaluationResult');
  });

  it('of an IAM user is told from every Region that records', async () => {
    const sandbox = testSandbox();
    const { resource } = breakResource(sandbox.world, 'alice', {
      account: ACCOUNT,
      rule: 'IAM_USER_NO_POLICIES_CHECK',
      nowMs: sandbox.nowMs(),
    });
    sandbox.advance(13_000);
    expect(resource.id).toMatch(/^AIDA[A-Z0-9]{17}$/);
    expect(sandbox.events.map((event) => event.region).sort()).toEqual(['eu-west-1', 'us-east-1']);
    for (const region of ['us-east-1', 'eu-west-1'])
      expect(await detailsOf(sandbox, resource.id, 'AWS::IAM::User', { region })).toContainEqual(
        expect.objectContaining({ ComplianceType: 'NON_COMPLIANT' }),
      );
  });

  it('of a resource that is deleted takes its evaluations away', async () => {
    const sandbox = testSandbox();
    const resource = breakBucket(sandbox);
    sandbox.advance(13_000);
    deleteResource(sandbox.world, resource, sandbox.nowMs());
    sandbox.advance(13_000);
    expect(await detailsOf(sandbox)).toEqual([]);
    expect(sandbox.complianceChanges()).toContainEqual([RULE, BUCKET, 'NOT_APPLICABLE']);
  });
});

describe('a periodic rule', () => {
  const KEY = { account: ACCOUNT, region: REGION, rule: 'CMK_BACKING_KEY_ROTATION_ENABLED' };
  const RULE_NAMES = { ConfigRuleNames: ['cmk-backing-key-rotation-enabled'] };

  it('finds nothing until it is asked', async () => {
    const sandbox = testSandbox();
    const { resource } = breakResource(sandbox.world, 'AWS::KMS::Key', {
      ...KEY,
      nowMs: sandbox.nowMs(),
      evaluatePeriodic: false,
    });
    sandbox.advance(3_600_000);
    expect(sandbox.complianceChanges()).toEqual([]);
    await sandbox.call('config', 'StartConfigRulesEvaluation', RULE_NAMES);
    sandbox.advance(2_000);
    expect(sandbox.complianceChanges()).toEqual([
      [RULE_NAMES.ConfigRuleNames[0], resource.id, 'NON_COMPLIANT'],
    ]);
  });

  it('finds it within its twenty-four hours when nobody asks', () => {
    const sandbox = testSandbox();
    breakResource(sandbox.world, 'AWS::KMS::Key', {
      ...KEY,
      nowMs: sandbox.nowMs(),
      evaluatePeriodic: false,
    });
    sandbox.advance(24 * 3_600_000);
    expect(sandbox.complianceChanges()).toHaveLength(1);
  });

  it('comes round at once for a break at the console, unless told otherwise', () => {
    const sandbox = testSandbox();
    breakResource(sandbox.world, 'AWS::KMS::Key', { ...KEY, nowMs: sandbox.nowMs() });
    sandbox.advance(10_000);
    expect(sandbox.complianceChanges()).toHaveLength(1);
  });

  it('may be asked for once a minute in a lane', async () => {
    const sandbox = testSandbox();
    const ask = (place = {}) => sandbox.call('config', 'StartConfigRulesEvaluation', RULE_NAMES, place);
    await ask();
    await expect(ask()).rejects.toMatchObject({ code: 'LimitExceededException' });
    await ask({ region: 'eu-west-1' });
    sandbox.advance(59_999);
    await expect(ask()).rejects.toMatchObject({ code: 'LimitExceededException' });
    sandbox.advance(1);
    await ask();
  });

  it('refuses more than 25 names and names that nobody deployed', async () => {
    const sandbox = testSandbox();
    const ask = (ConfigRuleNames: readonly string[]) =>
      sandbox.call('config', 'StartConfigRulesEvaluation', { ConfigRuleNames });
    await expect(ask(Array.from({ length: 26 }, () => RULE))).rejects.toMatchObject({
      code: 'InvalidParameterValueException',
    });
    await expect(ask(['nobody-knows'])).rejects.toMatchObject({ code: 'NoSuchConfigRuleException' });
  });
});

describe('a captured finding', () => {
  const FINDING = {
    account: '111122223333',
    region: 'ap-southeast-2',
    resourceType: 'AWS::S3::Bucket',
    resourceId: 'amzn-s3-demo-bucket',
    configRuleName: 'securityhub-s3-bucket-versioning-enabled-baa2cf8c',
    nowMs: START_MS,
  };
  const PLACE = { account: FINDING.account, region: FINDING.region };

  it('is made to exist, broken, and can be healed', async () => {
    const sandbox = testSandbox();
    createBrokenResource(sandbox.world, FINDING);
    expect(await detailsOf(sandbox, FINDING.resourceId, FINDING.resourceType, PLACE)).toMatchObject([
      { ComplianceType: 'NON_COMPLIANT' },
    ]);
    const { ConfigRules } = await sandbox.call('config', 'DescribeConfigRules', {}, PLACE);
    expect(ConfigRules).toMatchObject([
      {
        ConfigRuleName: FINDING.configRuleName,
        Source: { Owner: 'AWS', SourceIdentifier: 'S3_BUCKET_VERSIONING_ENABLED' },
        CreatedBy: 'securityhub.amazonaws.com',
      },
    ]);
    await sandbox.call(
      'ssm',
      'StartAutomationExecution',
      { DocumentName: 'AWS-ConfigureS3BucketVersioning', Parameters: { BucketName: [FINDING.resourceId] } },
      PLACE,
    );
    sandbox.advance(60_000);
    expect(sandbox.complianceChanges()).toEqual([[FINDING.configRuleName, FINDING.resourceId, 'COMPLIANT']]);
  });

  it('of a rule of your own stays NON_COMPLIANT and tells who its owner is', async () => {
    const sandbox = testSandbox();
    createBrokenResource(sandbox.world, { ...FINDING, configRuleName: 'volumes-prod-tags' });
    await sandbox.call(
      'config',
      'StartConfigRulesEvaluation',
      { ConfigRuleNames: ['volumes-prod-tags'] },
      PLACE,
    );
    sandbox.advance(60_000);
    const [rule] = (await sandbox.call('config', 'DescribeConfigRules', {}, PLACE)).ConfigRules;
    expect(rule.Source.Owner).toBe('CUSTOM_LAMBDA');
    const [result] = await detailsOf(sandbox, FINDING.resourceId, FINDING.resourceType, PLACE);
    expect(result.ComplianceType).toBe('NON_COMPLIANT');
    expect(result.ResultRecordedTime * 1000).toBeGreaterThan(START_MS);
  });
});

it('keeps one row for each resource in each Region that sees it', () => {
  const { world } = testSandbox();
  const alices = [...evaluatedResources(world).values()].filter((row) => row.type === 'AWS::IAM::User');
  expect(alices).toHaveLength(2 * 2 * 2);
});
