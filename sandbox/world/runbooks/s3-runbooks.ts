/** The AWS-owned runbooks that mend buckets and the account's public access block. */
import type { Configuration } from '../resource.ts';
import { field } from '../rules/managed-rule.ts';
import { changingRunbook, type RunbookParameter, type SandboxRunbook, type StepContext } from './runbook.ts';

const BUCKET = 'AWS::S3::Bucket';

const bucketName = (name: string): RunbookParameter => ({
  name,
  type: 'String',
  description: 'The name of the S3 bucket.',
  pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
});

const BLOCK_SWITCHES = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

const blockParameters: readonly RunbookParameter[] = BLOCK_SWITCHES.map((name) => ({
  name,
  type: 'Boolean',
  description: `Whether to set ${name}.`,
  default: 'true',
}));

const blockWith = (isOn: (name: string) => boolean): Configuration =>
  Object.fromEntries(
    BLOCK_SWITCHES.map((name) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, isOn(name)]),
  );

const publicAccessBlock = (context: StepContext): Configuration => ({
  publicAccessBlock: blockWith((name) => context.value(name).toLowerCase() === 'true'),
});

export const S3_RUNBOOKS: readonly SandboxRunbook[] = [
  changingRunbook({
    document: 'AWS-ConfigureS3BucketVersioning',
    description: 'Configures versioning for an Amazon S3 bucket.',
    target: { type: BUCKET, parameter: 'BucketName' },
    parameters: [
      bucketName('BucketName'),
      {
        name: 'VersioningState',
        type: 'String',
        description: 'Applied to the VersioningConfiguration.Status property.',
        default: 'Enabled',
        allowedValues: ['Enabled', 'Suspended'],
      },
    ],
    steps: { change: ['PutBucketVersioning', 's3:PutBucketVersioning'] },
    notFound: 'NoSuchBucket',
    changes: (context) => ({ versioning: { status: context.value('VersioningState') } }),
  }),
  changingRunbook({
    document: 'AWS-EnableS3BucketEncryption',
    description: 'Enables default encryption of an Amazon S3 bucket.',
    target: { type: BUCKET, parameter: 'BucketName' },
    parameters: [
      bucketName('BucketName'),
      {
        name: 'SSEAlgorithm',
        type: 'String',
        description: 'Server-side encryption algorithm to use for the default encryption.',
        default: 'AES256',
        allowedValues: ['AES256', 'aws:kms'],
      },
    ],
    steps: { change: ['PutBucketEncryption', 's3:PutEncryptionConfiguration'] },
    notFound: 'NoSuchBucket',
    changes: (context) => ({ encryption: { sseAlgorithm: context.value('SSEAlgorithm') } }),
  }),
  changingRunbook({
    document: 'AWS-DisableS3BucketPublicReadWrite',
    description: 'Disables public read and write access of an Amazon S3 bucket by Block Public Access.',
    target: { type: BUCKET, parameter: 'S3BucketName' },
    parameters: [bucketName('S3BucketName')],
    steps: { change: ['DisableS3BucketPublicReadWrite', 's3:PutBucketPublicAccessBlock'] },
    notFound: 'NoSuchBucket',
    changes: () => ({ publicAccessBlock: blockWith(() => true) }),
  }),
  changingRunbook({
    document: 'AWSConfigRemediation-ConfigureS3BucketPublicAccessBlock',
    description: 'Configures the public access block of an Amazon S3 bucket.',
    target: { type: BUCKET, parameter: 'BucketName' },
    parameters: [bucketName('BucketName'), ...blockParameters],
    steps: {
      change: ['PutBucketPublicAccessBlock', 's3:PutBucketPublicAccessBlock'],
      verify: ['GetBucketPublicAccessBlock', 's3:GetBucketPublicAccessBlock'],
    },
    notFound: 'NoSuchBucket',
    changes: publicAccessBlock,
  }),
  changingRunbook({
    document: 'AWSConfigRemediation-RestrictBucketSSLRequestsOnly',
    description: 'Adds a statement that denies plain HTTP to the policy of an Amazon S3 bucket.',
    target: { type: BUCKET, parameter: 'BucketName' },
    parameters: [bucketName('BucketName')],
    steps: { change: ['RestrictBucketSSLRequestsOnly', 's3:GetBucketPolicy', 's3:PutBucketPolicy'] },
    notFound: 'NoSuchBucket',
    changes: () => ({ sslRequestsOnly: true }),
  }),
  changingRunbook({
    document: 'AWS-ConfigureS3BucketLogging',
    description: 'Enables server access logging of an Amazon S3 bucket.',
    target: { type: BUCKET, parameter: 'BucketName' },
    parameters: [
      bucketName('BucketName'),
      {
        name: 'GrantedPermission',
        type: 'String',
        description: 'Logging permissions of the grantee.',
        allowedValues: ['FULL_CONTROL', 'READ', 'WRITE'],
      },
      {
        name: 'GranteeType',
        type: 'String',
        description: 'Type of grantee.',
        allowedValues: ['CanonicalUser', 'AmazonCustomerByEmail', 'Group'],
      },
      { name: 'GranteeUri', type: 'String', description: 'URI of the grantee group.', default: '' },
      { name: 'GranteeEmailAddress', type: 'String', description: 'Email address.', default: '' },
      { name: 'GranteeId', type: 'String', description: 'Canonical user ID.', default: '' },
      bucketName('TargetBucket'),
      { name: 'TargetPrefix', type: 'String', description: 'Prefix for the log keys.', default: '/' },
    ],
    steps: { change: ['PutBucketLogging', 's3:PutBucketLogging'] },
    notFound: 'NoSuchBucket',
    changes: (context) => ({
      logging: { targetBucket: context.value('TargetBucket'), targetPrefix: context.value('TargetPrefix') },
    }),
  }),
  changingRunbook({
    document: 'AWSConfigRemediation-ConfigureS3PublicAccessBlock',
    description: 'Configures the S3 public access block of an account.',
    target: { type: 'AWS::::Account', parameter: 'AccountId' },
    parameters: [
      { name: 'AccountId', type: 'String', description: 'The account.', pattern: '^\\d{12}$' },
      ...blockParameters,
    ],
    steps: {
      change: ['PutAccountPublicAccessBlock', 's3:PutAccountPublicAccessBlock'],
      verify: ['GetPublicAccessBlock', 's3:GetAccountPublicAccessBlock'],
    },
    notFound: 'NoSuchPublicAccessBlockConfiguration',
    changes: publicAccessBlock,
  }),
  changingRunbook({
    document: 'AWSConfigRemediation-EnableEbsEncryptionByDefault',
    description: 'Enables EBS encryption by default in the account and Region in which it runs.',
    target: { type: 'AWS::::Account' },
    parameters: [],
    steps: {
      change: ['EnableEbsEncryptionByDefault', 'ec2:EnableEbsEncryptionByDefault'],
      verify: ['VerifyEbsEncryptionByDefault', 'ec2:GetEbsEncryptionByDefault'],
    },
    notFound: 'UnauthorizedOperation',
    changes: (context, account) => ({
      ebsEncryptionOffIn: ((field(account, 'ebsEncryptionOffIn') ?? []) as readonly string[]).filter(
        (region) => region !== context.region,
      ),
    }),
  }),
];
