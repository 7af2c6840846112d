/** Buckets, tables, databases, clusters and log groups. */
import { derivedBase32, derivedHex } from '../ids.ts';
import type { Naming, ResourceType } from './resource-type.ts';

const kmsKeyArn = ({ account, region, seed }: Naming): string =>
  `arn:aws:kms:${region}:${account}:key/${derivedHex(8, seed, account, region, 'key')}-0000-4000-a000-000000000000`;

export const bucketType: ResourceType = {
  type: 'AWS::S3::Bucket',
  id: ({ name }) => name,
  arn: ({ name }) => `arn:aws:s3:::${name}`,
  healthy: ({ name, region }) => ({
    name,
    location: region,
    versioning: { status: 'Enabled' },
    publicAccessBlock: {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    acl: 'private',
    encryption: { sseAlgorithm: 'AES256' },
    sslRequestsOnly: true,
    logging: { targetBucket: `${name}-access-logs`, targetPrefix: '/' },
  }),
};

export const tableType: ResourceType = {
  type: 'AWS::DynamoDB::Table',
  id: ({ name }) => name,
  arn: ({ account, region, name }) => `arn:aws:dynamodb:${region}:${account}:table/${name}`,
  healthy: (naming) => ({
    tableName: naming.name,
    pointInTimeRecoveryStatus: 'ENABLED',
    sseDescription: { sseType: 'KMS', kmsMasterKeyArn: kmsKeyArn(naming) },
  }),
};

export const dbInstanceType: ResourceType = {
  type: 'AWS::RDS::DBInstance',
  id: ({ account, region, name, seed }) => `db-${derivedBase32(26, seed, account, region, name)}`,
  arn: ({ account, region, name }) => `arn:aws:rds:${region}:${account}:db:${name}`,
  healthy: ({ name }, id) => ({
    dBInstanceIdentifier: name,
    dbiResourceId: id,
    dBInstanceStatus: 'available',
    engine: 'postgres',
    publiclyAccessible: false,
    multiAZ: true,
    deletionProtection: true,
    backupRetentionPeriod: 7,
    autoMinorVersionUpgrade: true,
    monitoringInterval: 60,
    storageEncrypted: true,
  }),
};

export const redshiftClusterType: ResourceType = {
  type: 'AWS::Redshift::Cluster',
  id: ({ name }) => name,
  arn: ({ account, region, name }) => `arn:aws:redshift:${region}:${account}:cluster:${name}`,
  healthy: ({ name }) => ({
    clusterIdentifier: name,
    clusterStatus: 'available',
    publiclyAccessible: false,
    automatedSnapshotRetentionPeriod: 7,
    enhancedVpcRouting: true,
    loggingEnabled: true,
  }),
};

export const logGroupType: ResourceType = {
  type: 'AWS::Logs::LogGroup',
  id: ({ name }) => name,
  arn: ({ account, region, name }) => `arn:aws:logs:${region}:${account}:log-group:${name}`,
  healthy: (naming) => ({
    logGroupName: naming.name,
    kmsKeyId: kmsKeyArn(naming),
    retentionInDays: 365,
  }),
};
