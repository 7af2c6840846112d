/** For each runbook of the sandbox a rule that it mends, and all that it has to be told. */
import { breakResource } from '../../../sandbox/world/admin.ts';
import { MANAGED_RULES } from '../../../sandbox/world/rules/managed-rules.ts';
import type { testSandbox } from './test-sandbox.ts';

/** Rule, runbook that mends it, name of the parameter for the resource, and what else it needs. */
export const LOOPS: readonly (readonly [string, string, string | undefined, Record<string, string[]>?])[] = [
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

export const typeOf = (identifier: string): string =>
  MANAGED_RULES.find((rule) => rule.identifier === identifier)?.resourceType ?? identifier;

export const brokenFor = (sandbox: ReturnType<typeof testSandbox>, rule: string) =>
  breakResource(sandbox.world, typeOf(rule), {
    account: '222222222222',
    region: 'us-east-1',
    rule,
    nowMs: sandbox.nowMs(),
  }).resource;
