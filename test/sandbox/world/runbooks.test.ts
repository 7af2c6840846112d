import { describe, expect, it } from 'vitest';
import { breakResource, makeRunbookFail } from '../../../sandbox/world/admin.ts';
import { deleteResource, findResource } from '../../../sandbox/world/resource.ts';
import { RESOURCE_TYPES } from '../../../sandbox/world/resource-types/resource-types.ts';
import { MANAGED_RULES } from '../../../sandbox/world/rules/managed-rules.ts';
import { RUNBOOKS } from '../../../sandbox/world/runbooks/runbooks.ts';
import { AUTOMATION_ROLE_ARN, testSandbox } from './test-sandbox.ts';

/** Rule, runbook that mends it, name of the parameter for the resource, and what else it needs. */
const LOOPS: readonly (readonly [string, string, string | undefined, Record<string, string[]>?])[] = [
  ['S3_BUCKET_VERSIONING_ENABLED', 'AWS-ConfigureS3BucketVersioning', 'BucketName'],
  ['S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED', 'AWS-EnableS3BucketEncryption', 'BucketName'],
  ['S3_BUCKET_PUBLIC_READ_PROHIBITED', 'AWS-DisableS3BucketPublicReadWrite', 'S3BucketName'],
  ['S3_BUCKET_PUBLIC_WRITE_PROHIBITED', 'AWS-DisableS3BucketPublicReadWrite', 'S3BucketName'],
  [
    'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED',
    'AWSConfigRemediation-ConfigureS3BucketPublicAccessBlock',
    'BucketName',
  ],
  ['S3_BUCKET_SSL_REQUESTS_ONLY', 'AWSConfigRemediation-RestrictBucketSSLRequestsOnly', 'BucketName'],
  [
    'S3_BUCKET_LOGGING_ENABLED',
    'AWS-ConfigureS3BucketLogging',
    'BucketName',
    { GrantedPermission: ['FULL_CONTROL'], GranteeType: ['Group'], TargetBucket: ['shop-access-logs'] },
  ],
  [
    'S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC',
    'AWSConfigRemediation-ConfigureS3PublicAccessBlock',
    'AccountId',
  ],
  ['EC2_EBS_ENCRYPTION_BY_DEFAULT', 'AWSConfigRemediation-EnableEbsEncryptionByDefault', undefined],
  ['INCOMING_SSH_DISABLED', 'AWS-DisablePublicAccessForSecurityGroup', 'GroupId'],
  ['INCOMING_SSH_DISABLED', 'AWS-DisableIncomingSSHOnPort22', 'SecurityGroupIds'],
  [
    'RESTRICTED_INCOMING_TRAFFIC',
    'AWSConfigRemediation-RemoveUnrestrictedSourceIngressRules',
    'SecurityGroupId',
  ],
  ['VPC_DEFAULT_SECURITY_GROUP_CLOSED', 'AWSConfigRemediation-RemoveVPCDefaultSecurityGroupRules', 'GroupId'],
  [
    'SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED',
    'AWSConfigRemediation-DisableSubnetAutoAssignPublicIP',
    'SubnetId',
  ],
  ['EC2_IMDSV2_CHECK', 'AWSConfigRemediation-EnforceEC2InstanceIMDSv2', 'InstanceId'],
  ['EC2_IMDSV2_CHECK', 'AWSSupport-ConfigureEC2Metadata', 'InstanceId'],
  [
    'ALB_HTTP_DROP_INVALID_HEADER_ENABLED',
    'AWSConfigRemediation-DropInvalidHeadersForALB',
    'LoadBalancerArn',
  ],
  ['ELB_DELETION_PROTECTION_ENABLED', 'AWSConfigRemediation-EnableELBDeletionProtection', 'LoadBalancerArn'],
  [
    'RDS_INSTANCE_PUBLIC_ACCESS_CHECK',
    'AWSConfigRemediation-DisablePublicAccessToRDSInstance',
    'DbiResourceId',
  ],
  ['RDS_MULTI_AZ_SUPPORT', 'AWSConfigRemediation-EnableMultiAZOnRDSInstance', 'DbiResourceId'],
  [
    'RDS_INSTANCE_DELETION_PROTECTION_ENABLED',
    'AWSConfigRemediation-EnableRDSInstanceDeletionProtection',
    'DbInstanceResourceId',
  ],
  [
    'DB_INSTANCE_BACKUP_ENABLED',
    'AWSConfigRemediation-EnableRDSInstanceBackup',
    'DbiResourceId',
    { BackupRetentionPeriod: ['7'] },
  ],
  [
    'RDS_AUTOMATIC_MINOR_VERSION_UPGRADE_ENABLED',
    'AWSConfigRemediation-EnableMinorVersionUpgradeOnRDSDBInstance',
    'DbiResourceId',
  ],
  [
    'RDS_ENHANCED_MONITORING_ENABLED',
    'AWSConfigRemediation-EnableEnhancedMonitoringOnRDSInstance',
    'ResourceId',
    { MonitoringInterval: ['60'], MonitoringRoleArn: ['arn:aws:iam::222222222222:role/rds-monitoring'] },
  ],
  [
    'REDSHIFT_CLUSTER_PUBLIC_ACCESS_CHECK',
    'AWSConfigRemediation-DisablePublicAccessToRedshiftCluster',
    'ClusterIdentifier',
  ],
  [
    'REDSHIFT_BACKUP_ENABLED',
    'AWSConfigRemediation-EnableRedshiftClusterAutomatedSnapshot',
    'ClusterIdentifier',
    { AutomatedSnapshotRetentionPeriod: ['7'] },
  ],
  [
    'REDSHIFT_ENHANCED_VPC_ROUTING_ENABLED',
    'AWSConfigRemediation-EnableRedshiftClusterEnhancedVPCRouting',
    'ClusterIdentifier',
  ],
  ['DYNAMODB_PITR_ENABLED', 'AWSConfigRemediation-EnablePITRForDynamoDbTable', 'TableName'],
  [
    'SNS_ENCRYPTED_KMS',
    'AWSConfigRemediation-EncryptSNSTopic',
    'TopicArn',
    { KmsKeyArn: ['arn:aws:kms:us-east-1:222222222222:alias/aws/sns'] },
  ],
  ['CMK_BACKING_KEY_ROTATION_ENABLED', 'AWSConfigRemediation-EnableKeyRotation', 'KeyId'],
  ['KMS_CMK_NOT_SCHEDULED_FOR_DELETION', 'AWSConfigRemediation-CancelKeyDeletion', 'KeyId'],
  [
    'CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED',
    'AWSConfigRemediation-EnableCloudTrailLogFileValidation',
    'TrailName',
  ],
  ['CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED', 'AWS-EnableCloudTrailLogFileValidation', 'TrailNames'],
  [
    'CLOUD_TRAIL_ENCRYPTION_ENABLED',
    'AWSConfigRemediation-EnableCloudTrailEncryptionWithKMS',
    'TrailName',
    { KMSKeyId: ['alias/audit'] },
  ],
  [
    'CLOUD_TRAIL_ENCRYPTION_ENABLED',
    'AWS-EnableCloudTrailKmsEncryption',
    'TrailNames',
    { KMSKeyId: ['alias/audit'] },
  ],
  ['IAM_USER_NO_POLICIES_CHECK', 'AWSConfigRemediation-RemoveUserPolicies', 'IAMUserID'],
  ['ACCESS_KEYS_ROTATED', 'AWSConfigRemediation-RevokeUnusedIAMUserCredentials', 'IAMResourceId'],
  [
    'IAM_USER_UNUSED_CREDENTIALS_CHECK',
    'AWSConfigRemediation-RevokeUnusedIAMUserCredentials',
    'IAMResourceId',
  ],
  [
    'IAM_PASSWORD_POLICY',
    'AWSConfigRemediation-SetIAMPasswordPolicy',
    undefined,
    {
      MaxPasswordAge: ['90'],
      MinimumPasswordLength: ['14'],
      PasswordReusePrevention: ['24'],
      RequireLowercaseCharacters: ['true'],
      RequireNumbers: ['true'],
      RequireSymbols: ['true'],
      RequireUppercaseCharacters: ['true'],
    },
  ],
  [
    'EC2_VOLUME_INUSE_CHECK',
    'AWSConfigRemediation-DeleteUnusedEBSVolume',
    'VolumeId',
    { CreateSnapshot: ['true'] },
  ],
];

const typeOf = (identifier: string): string =>
  MANAGED_RULES.find((rule) => rule.identifier === identifier)?.resourceType ?? identifier;

const brokenFor = (sandbox: ReturnType<typeof testSandbox>, rule: string) =>
  breakResource(sandbox.world, typeOf(rule), {
    account: '222222222222',
    region: 'us-east-1',
    rule,
    nowMs: sandbox.nowMs(),
  }).resource;

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
    AutomationAssumeRole: [AUTOMATION_ROLE_ARN],
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
