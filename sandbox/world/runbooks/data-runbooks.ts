/** The AWS-owned runbooks that mend databases, tables, clusters and topics. */
import type { Configuration } from '../resource.ts';
import { changingRunbook, type RunbookParameter, type SandboxRunbook, type StepContext } from './runbook.ts';
import { type Access, passesRole } from './step-access.ts';

const dbParameter = (name: string): RunbookParameter => ({
  name,
  type: 'String',
  description: 'The resource identifier (DbiResourceId) of the DB instance.',
  pattern: '^db-[A-Z0-9]{1,64}$',
});

const retention = (name: string): RunbookParameter => ({
  name,
  type: 'Integer',
  description: 'Days to keep backups.',
  pattern: '^([1-9]|[12][0-9]|3[0-5])$',
});

const applyImmediately: RunbookParameter = {
  name: 'ApplyImmediately',
  type: 'Boolean',
  description: 'Whether not to wait for the maintenance window.',
  default: 'false',
};

/** Runbooks for DB instances differ in what they set and in how AWS named their parameter. */
const dbRunbook = (
  document: string,
  description: string,
  action: string,
  changes: (context: StepContext) => Configuration,
  more: {
    readonly id?: string;
    readonly parameters?: readonly RunbookParameter[];
    readonly access?: Access;
  } = {},
): SandboxRunbook => {
  const id = more.id ?? 'DbiResourceId';
  return changingRunbook({
    document: `AWSConfigRemediation-${document}`,
    description,
    target: { type: 'AWS::RDS::DBInstance', parameter: id },
    parameters: [dbParameter(id), ...(more.parameters ?? [])],
    steps: {
      look: ['GetRDSInstanceIdentifier', 'rds:DescribeDBInstances'],
      change: [action, 'rds:ModifyDBInstance', ...(more.access === undefined ? [] : [more.access])],
      verify: ['VerifyDBInstance', 'rds:DescribeDBInstances'],
    },
    durationsMs: [1_500, 6_000, 3_000],
    notFound: 'DBInstanceNotFound',
    changes,
  });
};

const redshiftRunbook = (
  document: string,
  description: string,
  changes: (context: StepContext) => Configuration,
  parameters: readonly RunbookParameter[] = [],
): SandboxRunbook =>
  changingRunbook({
    document: `AWSConfigRemediation-${document}`,
    description,
    target: { type: 'AWS::Redshift::Cluster', parameter: 'ClusterIdentifier' },
    parameters: [
      {
        name: 'ClusterIdentifier',
        type: 'String',
        description: 'The identifier of the cluster.',
        pattern: '^[a-z][a-z0-9-]{0,62}$',
      },
      ...parameters,
    ],
    steps: {
      change: ['ModifyCluster', 'redshift:ModifyCluster'],
      verify: ['VerifyCluster', 'redshift:DescribeClusters'],
    },
    durationsMs: [1_500, 12_000, 3_000],
    notFound: 'ClusterNotFound',
    changes,
  });

export const DATA_RUNBOOKS: readonly SandboxRunbook[] = [
  dbRunbook(
    'DisablePublicAccessToRDSInstance',
    'Disables public accessibility of a DB instance.',
    'DisablePublicAccessibility',
    () => ({ publiclyAccessible: false }),
  ),
  dbRunbook(
    'EnableMultiAZOnRDSInstance',
    'Changes a DB instance to a Multi-AZ deployment.',
    'EnableMultiAZ',
    () => ({ multiAZ: true }),
    { parameters: [applyImmediately] },
  ),
  dbRunbook(
    'EnableRDSInstanceDeletionProtection',
    'Enables deletion protection of a DB instance.',
    'EnableDeletionProtection',
    () => ({ deletionProtection: true }),
    { id: 'DbInstanceResourceId', parameters: [applyImmediately] },
  ),
  dbRunbook(
    'EnableRDSInstanceBackup',
    'Enables backups of a DB instance.',
    'EnableBackup',
    (context) => ({ backupRetentionPeriod: Number(context.value('BackupRetentionPeriod')) }),
    {
      parameters: [
        retention('BackupRetentionPeriod'),
        applyImmediately,
        { name: 'PreferredBackupWindow', type: 'String', description: 'The daily window.', default: '' },
      ],
    },
  ),
  dbRunbook(
    'EnableMinorVersionUpgradeOnRDSDBInstance',
    'Enables automatic minor version upgrades of a DB instance.',
    'EnableMinorVersionUpgrade',
    () => ({ autoMinorVersionUpgrade: true }),
  ),
  dbRunbook(
    'EnableEnhancedMonitoringOnRDSInstance',
    'Enables enhanced monitoring of a DB instance.',
    'EnableEnhancedMonitoring',
    (context) => ({ monitoringInterval: Number(context.value('MonitoringInterval')) }),
    {
      id: 'ResourceId',
      access: passesRole('MonitoringRoleArn', 'monitoring.rds.amazonaws.com'),
      parameters: [
        {
          name: 'MonitoringInterval',
          type: 'Integer',
          description: 'Seconds between two points.',
          allowedValues: ['1', '5', '10', '15', '30', '60'],
        },
        { name: 'MonitoringRoleArn', type: 'String', description: 'The role that sends the metrics.' },
      ],
    },
  ),
  redshiftRunbook(
    'DisablePublicAccessToRedshiftCluster',
    'Disables public accessibility of a Redshift cluster.',
    () => ({ publiclyAccessible: false }),
  ),
  redshiftRunbook(
    'EnableRedshiftClusterAutomatedSnapshot',
    'Enables automated snapshots of a Redshift cluster.',
    (context) => ({
      automatedSnapshotRetentionPeriod: Number(context.value('AutomatedSnapshotRetentionPeriod')),
    }),
    [retention('AutomatedSnapshotRetentionPeriod')],
  ),
  redshiftRunbook(
    'EnableRedshiftClusterEnhancedVPCRouting',
    'Enables enhanced VPC routing of a Redshift cluster.',
    () => ({ enhancedVpcRouting: true }),
  ),
  changingRunbook({
    document: 'AWSConfigRemediation-EnablePITRForDynamoDbTable',
    description: 'Enables point-in-time recovery of a DynamoDB table.',
    target: { type: 'AWS::DynamoDB::Table', parameter: 'TableName' },
    parameters: [
      {
        name: 'TableName',
        type: 'String',
        description: 'The name of the table.',
        pattern: '^[a-zA-Z0-9_.-]{3,255}$',
      },
    ],
    steps: {
      change: ['EnablePointInTimeRecovery', 'dynamodb:UpdateContinuousBackups'],
      verify: ['VerifyPointInTimeRecovery', 'dynamodb:DescribeContinuousBackups'],
    },
    notFound: 'TableNotFoundException',
    changes: () => ({ pointInTimeRecoveryStatus: 'ENABLED' }),
  }),
  changingRunbook({
    document: 'AWSConfigRemediation-EncryptSNSTopic',
    description: 'Enables encryption of an SNS topic.',
    target: { type: 'AWS::SNS::Topic', parameter: 'TopicArn' },
    parameters: [
      {
        name: 'TopicArn',
        type: 'String',
        description: 'The ARN of the topic.',
        pattern: '^arn:aws(-cn|-us-gov)?:sns:[a-z0-9-]+:\\d{12}:[A-Za-z0-9_-]{1,256}(\\.fifo)?$',
      },
      {
        name: 'KmsKeyArn',
        type: 'String',
        description: 'The ARN of the KMS key.',
        pattern: '^arn:aws(-cn|-us-gov)?:kms:[a-z0-9-]+:\\d{12}:(key|alias)/.+$',
      },
    ],
    steps: {
      change: ['EncryptSNSTopic', 'sns:SetTopicAttributes'],
      verify: ['VerifyTopicAttributes', 'sns:GetTopicAttributes'],
    },
    notFound: 'NotFound',
    changes: (context) => ({ kmsMasterKeyId: context.value('KmsKeyArn') }),
  }),
];
