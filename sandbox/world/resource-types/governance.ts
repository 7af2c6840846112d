/** Keys, trails, topics, users and the account itself. */
import { derivedBase32, derivedUuid } from '../ids.ts';
import type { ResourceType } from './resource-type.ts';

export const kmsKeyType: ResourceType = {
  type: 'AWS::KMS::Key',
  id: ({ account, region, name, seed }) => derivedUuid(seed, account, region, 'kms', name),
  arn: ({ account, region }, id) => `arn:aws:kms:${region}:${account}:key/${id}`,
  healthy: ({ name }, id) => ({
    keyId: id,
    description: name,
    keyManager: 'CUSTOMER',
    keyState: 'Enabled',
    keyRotationEnabled: true,
  }),
};

export const trailType: ResourceType = {
  type: 'AWS::CloudTrail::Trail',
  id: ({ name }) => name,
  arn: ({ account, region, name }) => `arn:aws:cloudtrail:${region}:${account}:trail/${name}`,
  healthy: ({ name, account, region, seed }) => ({
    name,
    logFileValidationEnabled: true,
    kmsKeyId: `arn:aws:kms:${region}:${account}:key/${derivedUuid(seed, account, region, 'kms', 'audit')}`,
    s3BucketName: `audit-logs-${account}`,
    isMultiRegionTrail: true,
  }),
};

export const topicType: ResourceType = {
  type: 'AWS::SNS::Topic',
  id: ({ account, region, name }) => `arn:aws:sns:${region}:${account}:${name}`,
  arn: ({ account, region, name }) => `arn:aws:sns:${region}:${account}:${name}`,
  healthy: ({ name }, id) => ({ topicArn: id, displayName: name, kmsMasterKeyId: 'alias/aws/sns' }),
};

export const userType: ResourceType = {
  type: 'AWS::IAM::User',
  global: true,
  id: ({ account, name, seed }) => `AIDA${derivedBase32(17, seed, account, 'user', name)}`,
  arn: ({ account, name }) => `arn:aws:iam::${account}:user/${name}`,
  healthy: ({ name }, id) => ({
    userId: id,
    userName: name,
    attachedManagedPolicies: [],
    userPolicies: [],
    accessKeyAgeDays: 12,
    credentialUnusedDays: 3,
    accessKeysActive: 1,
  }),
};

export const accountType: ResourceType = {
  type: 'AWS::::Account',
  global: true,
  recorded: false,
  id: ({ account }) => account,
  arn: ({ account }) => `arn:aws:iam::${account}:root`,
  healthy: () => ({
    passwordPolicy: {
      minimumPasswordLength: 14,
      maxPasswordAge: 90,
      passwordReusePrevention: 24,
      requireLowercaseCharacters: true,
      requireNumbers: true,
      requireSymbols: true,
      requireUppercaseCharacters: true,
    },
    publicAccessBlock: {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    // The one setting of an account that differs by Region: the Regions where it is switched off.
    ebsEncryptionOffIn: [],
  }),
};
