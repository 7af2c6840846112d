import { describe, expect, it } from 'vitest';
import { parseSelect } from '../../../sandbox/services/config/select.ts';
import { breakResource } from '../../../sandbox/world/admin.ts';
import { resourceTable } from '../../../sandbox/world/resource.ts';
import { ACCOUNT, REGION, testSandbox } from '../world/test-sandbox.ts';

const BUCKET = 'shop-prod-payroll-us-east-1';
const RULE = 's3-bucket-versioning-enabled';

const withBrokenBucket = () => {
  const sandbox = testSandbox();
  breakResource(sandbox.world, BUCKET, { rule: RULE, nowMs: sandbox.nowMs() });
  sandbox.advance(13_000);
  return sandbox;
};

describe('DescribeConfigRules', () => {
  it('tells all rules in pages of 25, with the identifiers behind their decorated names', async () => {
    const sandbox = testSandbox();
    const first = await sandbox.call('config', 'DescribeConfigRules', {});
    expect(first.ConfigRules).toHaveLength(25);
    const second = await sandbox.call('config', 'DescribeConfigRules', { NextToken: first.NextToken });
    const all = [...first.ConfigRules, ...second.ConfigRules];
    const named = (identifier: string) =>
      all.find((rule) => rule.Source.SourceIdentifier === identifier)?.ConfigRuleName;
    expect(named('INCOMING_SSH_DISABLED')).toBe('restricted-ssh');
    expect(named('RDS_INSTANCE_PUBLIC_ACCESS_CHECK')).toMatch(
      /^securityhub-rds-instance-public-access-check-[0-9a-f]{8}$/,
    );
    expect(named('CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED')).toMatch(/-conformance-pack-[0-9a-z]{9}$/);
    expect(named('DYNAMODB_PITR_ENABLED')).toMatch(/^OrgConfigRule-dynamodb-pitr-enabled-[0-9a-z]{8}$/);
  });

  it('refuses a rule that does not exist, and a token it did not make', async () => {
    const sandbox = testSandbox();
    await expect(
      sandbox.call('config', 'DescribeConfigRules', { ConfigRuleNames: [RULE, 'nope'] }),
    ).rejects.toMatchObject({ code: 'NoSuchConfigRuleException' });
    await expect(sandbox.call('config', 'DescribeConfigRules', { NextToken: 'x' })).rejects.toMatchObject({
      code: 'InvalidNextTokenException',
    });
  });
});

describe('compliance', () => {
  it('is told by rule, by resource and from the aggregator alike', async () => {
    const sandbox = withBrokenBucket();
    const byRule = await sandbox.call('config', 'GetComplianceDetailsByConfigRule', {
      ConfigRuleName: RULE,
      ComplianceTypes: ['NON_COMPLIANT'],
    });
    expect(byRule.EvaluationResults).toMatchObject([
      { EvaluationResultIdentifier: { EvaluationResultQualifier: { ResourceId: BUCKET } } },
    ]);
    const byResource = await sandbox.call('config', 'GetComplianceDetailsByResource', {
      ResourceType: 'AWS::S3::Bucket',
      ResourceId: BUCKET,
      ComplianceTypes: ['NON_COMPLIANT'],
    });
    expect(byResource.EvaluationResults).toEqual(byRule.EvaluationResults);
    const aggregated = await sandbox.call(
      'config',
      'GetAggregateComplianceDetailsByConfigRule',
      {
        ConfigurationAggregatorName: 'organization',
        ConfigRuleName: RULE,
        AccountId: ACCOUNT,
        AwsRegion: REGION,
      },
      { account: '111111111111' },
    );
    expect(aggregated.AggregateEvaluationResults).toEqual([
      { ...byRule.EvaluationResults[0], AccountId: ACCOUNT, AwsRegion: REGION },
    ]);
  });

  it('is summed up by rule and by resource', async () => {
    const sandbox = withBrokenBucket();
    const nonCompliant = {
      ComplianceType: 'NON_COMPLIANT',
      ComplianceContributorCount: { CappedCount: 1, CapExceeded: false },
    };
    const rules = await sandbox.call('config', 'DescribeComplianceByConfigRule', {
      ComplianceTypes: ['NON_COMPLIANT'],
    });
    expect(rules.ComplianceByConfigRules).toEqual([{ ConfigRuleName: RULE, Compliance: nonCompliant }]);
    const resources = await sandbox.call('config', 'DescribeComplianceByResource', {
      ComplianceTypes: ['NON_COMPLIANT'],
    });
    expect(resources.ComplianceByResources).toEqual([
      { ResourceType: 'AWS::S3::Bucket', ResourceId: BUCKET, Compliance: nonCompliant },
    ]);
  });

  it('comes in pages by rule', async () => {
    const sandbox = testSandbox();
    const ids: string[] = [];
    for (let NextToken: string | undefined; ; ) {
      const page: {
        EvaluationResults: readonly {
          EvaluationResultIdentifier: { EvaluationResultQualifier: { ResourceId: string } };
        }[];
        NextToken?: string;
      } = await sandbox.call('config', 'GetComplianceDetailsByConfigRule', {
        ConfigRuleName: RULE,
        Limit: 2,
        NextToken,
      });
      expect(page.EvaluationResults.length).toBeLessThanOrEqual(2);
      ids.push(
        ...page.EvaluationResults.map(
          (one) => one.EvaluationResultIdentifier.EvaluationResultQualifier.ResourceId,
        ),
      );
      NextToken = page.NextToken;
      if (NextToken === undefined) break;
    }
    expect(new Set(ids).size).toBe(5);
    expect(ids).toHaveLength(5);
  });
});

describe('SelectResourceConfig', () => {
  it('finds a DB instance by its resource id, with name, ARN and tags', async () => {
    const sandbox = testSandbox();
    const db = [...resourceTable(sandbox.world).values()].find(
      (one) => one.type === 'AWS::RDS::DBInstance' && one.account === ACCOUNT && one.region === REGION,
    );
    expect(db?.id).toMatch(/^db-[A-Z0-9]{26}$/);
    const { Results } = await sandbox.call('config', 'SelectResourceConfig', {
      Expression: `SELECT resourceName, arn, tags, configuration.dBInstanceIdentifier WHERE resourceId = '${db?.id}' AND resourceType = 'AWS::RDS::DBInstance'`,
    });
    expect(Results.map((row: string) => JSON.parse(row))).toEqual([
      {
        resourceName: 'orders',
        arn: 'arn:aws:rds:us-east-1:222222222222:db:orders',
        tags: [
          { key: 'environment', value: 'production', tag: 'environment=production' },
          { key: 'team', value: 'shop', tag: 'team=shop' },
        ],
        configuration: { dBInstanceIdentifier: 'orders' },
      },
    ]);
  });

  it.each([
    ['', 'nothing'],
    ["SELECT resourceId WHERE resourceId LIKE 'a%'", 'LIKE'],
    ["SELECT resourceId WHERE resourceId = 'a' OR resourceId = 'b'", 'OR'],
    ["SELECT resourceId WHERE resourceId = 'a' AND", 'a dangling AND'],
    ['SELECT resourceId WHERE resourceId IN ()', 'IN nothing'],
    ["SELECT resourceId WHERE resourceId IN ('a',)", 'a dangling comma'],
    ['SELECT COUNT(*) WHERE resourceId = "a"', 'functions'],
  ])('refuses %s', (expression) => {
    expect(() => parseSelect(expression)).toThrow(
      expect.objectContaining({ code: 'InvalidExpressionException' }),
    );
  });

  it('reads a doubled quote as one, so that a value cannot end its string', () => {
    expect(parseSelect("SELECT arn WHERE resourceId = 'it''s' AND resourceType = 'T'").conditions).toEqual([
      { field: 'resourceId', values: new Set(["it's"]) },
      { field: 'resourceType', values: new Set(['T']) },
    ]);
  });

  it('finds any of several resources with IN, whatever their types', async () => {
    const sandbox = testSandbox();
    const { Results } = await sandbox.call('config', 'SelectResourceConfig', {
      Expression: `SELECT resourceId, resourceType WHERE resourceId IN ('${BUCKET}','nobody', 'it''s, not')`,
    });
    expect(Results.map((row: string) => JSON.parse(row))).toEqual([
      { resourceId: BUCKET, resourceType: 'AWS::S3::Bucket' },
    ]);
  });
});

describe('resources', () => {
  it('are told without tags by BatchGetResourceConfig, and unknown ones are handed back', async () => {
    const unknown = { resourceType: 'AWS::S3::Bucket', resourceId: 'nope' };
    const found = await testSandbox().call('config', 'BatchGetResourceConfig', {
      resourceKeys: [{ resourceType: 'AWS::S3::Bucket', resourceId: BUCKET }, unknown],
    });
    expect(found.unprocessedResourceKeys).toEqual([unknown]);
    expect(found.baseConfigurationItems[0]).toMatchObject({
      resourceName: BUCKET,
      arn: `arn:aws:s3:::${BUCKET}`,
    });
    expect(found.baseConfigurationItems[0]).not.toHaveProperty('tags');
  });

  it('are listed by type', async () => {
    const { resourceIdentifiers } = await testSandbox().call('config', 'ListDiscoveredResources', {
      resourceType: 'AWS::DynamoDB::Table',
    });
    expect(resourceIdentifiers.map((one: { resourceId: string }) => one.resourceId)).toEqual([
      'carts',
      'sessions',
      'inventory',
    ]);
  });
});

describe('remediation exceptions', () => {
  const KEYS = {
    ConfigRuleName: RULE,
    ResourceKeys: [{ ResourceType: 'AWS::S3::Bucket', ResourceId: BUCKET }],
  };

  it('are put, told, run out and are deleted', async () => {
    const sandbox = testSandbox();
    const told = async () =>
      (await sandbox.call('config', 'DescribeRemediationExceptions', KEYS)).RemediationExceptions;
    const ExpirationTime = sandbox.nowMs() / 1000 + 60;
    await sandbox.call('config', 'PutRemediationExceptions', {
      ...KEYS,
      Message: 'migration',
      ExpirationTime,
    });
    expect(await told()).toEqual([
      {
        ConfigRuleName: RULE,
        ResourceType: 'AWS::S3::Bucket',
        ResourceId: BUCKET,
        Message: 'migration',
        ExpirationTime,
      },
    ]);
    sandbox.advance(60_000);
    expect(await told()).toEqual([]);
    await sandbox.call('config', 'DeleteRemediationExceptions', KEYS);
    await expect(sandbox.call('config', 'DeleteRemediationExceptions', KEYS)).rejects.toMatchObject({
      code: 'NoSuchRemediationExceptionException',
    });
  });
});
