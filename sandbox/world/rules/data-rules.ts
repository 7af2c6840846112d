/** The managed rules that watch databases, tables, clusters, log groups and topics. */
import type { Json } from '../resource.ts';
import { complies, field, type ManagedRule } from './managed-rule.ts';

/** A rule that wants one field of a configuration to have one of a few values. */
const wants = (
  identifier: string,
  name: string,
  resourceType: string,
  property: string,
  isGood: (value: unknown) => boolean,
  bad: Json,
  annotation?: string,
): ManagedRule => ({
  identifier,
  name,
  resourceType,
  trigger: 'change',
  judge: (resource) => complies(isGood(field(resource, property)), annotation),
  breaking: () => ({ [property]: bad }),
});

const isTrue = (value: unknown): boolean => value === true;
const isFalse = (value: unknown): boolean => value === false;
const isPositive = (value: unknown): boolean => typeof value === 'number' && value > 0;
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

const DB = 'AWS::RDS::DBInstance';
const REDSHIFT = 'AWS::Redshift::Cluster';

export const DATA_RULES: readonly ManagedRule[] = [
  wants(
    'RDS_INSTANCE_PUBLIC_ACCESS_CHECK',
    'rds-instance-public-access-check',
    DB,
    'publiclyAccessible',
    isFalse,
    true,
  ),
  wants('RDS_MULTI_AZ_SUPPORT', 'rds-multi-az-support', DB, 'multiAZ', isTrue, false),
  wants(
    'RDS_INSTANCE_DELETION_PROTECTION_ENABLED',
    'rds-instance-deletion-protection-enabled',
    DB,
    'deletionProtection',
    isTrue,
    false,
  ),
  wants(
    'DB_INSTANCE_BACKUP_ENABLED',
    'db-instance-backup-enabled',
    DB,
    'backupRetentionPeriod',
    isPositive,
    0,
  ),
  wants(
    'RDS_AUTOMATIC_MINOR_VERSION_UPGRADE_ENABLED',
    'rds-automatic-minor-version-upgrade-enabled',
    DB,
    'autoMinorVersionUpgrade',
    isTrue,
    false,
  ),
  wants(
    'RDS_ENHANCED_MONITORING_ENABLED',
    'rds-enhanced-monitoring-enabled',
    DB,
    'monitoringInterval',
    isPositive,
    0,
  ),
  wants('RDS_STORAGE_ENCRYPTED', 'rds-storage-encrypted', DB, 'storageEncrypted', isTrue, false),
  wants(
    'REDSHIFT_CLUSTER_PUBLIC_ACCESS_CHECK',
    'redshift-cluster-public-access-check',
    REDSHIFT,
    'publiclyAccessible',
    isFalse,
    true,
  ),
  wants(
    'REDSHIFT_BACKUP_ENABLED',
    'redshift-backup-enabled',
    REDSHIFT,
    'automatedSnapshotRetentionPeriod',
    isPositive,
    0,
  ),
  wants(
    'REDSHIFT_ENHANCED_VPC_ROUTING_ENABLED',
    'redshift-enhanced-vpc-routing-enabled',
    REDSHIFT,
    'enhancedVpcRouting',
    isTrue,
    false,
  ),
  wants(
    'DYNAMODB_PITR_ENABLED',
    'dynamodb-pitr-enabled',
    'AWS::DynamoDB::Table',
    'pointInTimeRecoveryStatus',
    (value) => value === 'ENABLED',
    'DISABLED',
  ),
  wants('SNS_ENCRYPTED_KMS', 'sns-encrypted-kms', 'AWS::SNS::Topic', 'kmsMasterKeyId', isText, null),
  {
    ...wants(
      'CLOUDWATCH_LOG_GROUP_ENCRYPTED',
      'cloudwatch-log-group-encrypted',
      'AWS::Logs::LogGroup',
      'kmsKeyId',
      isText,
      null,
      'This log group is not encrypted.',
    ),
    trigger: 'periodic',
  },
];
