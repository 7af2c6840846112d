/** The AWS-owned runbooks that mend buckets. */
import { changingRunbook, type RunbookParameter, type SandboxRunbook } from './runbook.ts';

const bucketName = (name: string): RunbookParameter => ({
  name,
  type: 'String',
  description: 'The name of the S3 bucket.',
  pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
});

export const blockSwitches: readonly RunbookParameter[] = [
  'BlockPublicAcls',
  'BlockPublicPolicy',
  'IgnorePublicAcls',
  'RestrictPublicBuckets',
].map((name) => ({ name, type: 'Boolean', description: `Whether to set ${name}.`, default: 'true' }));

export const S3_RUNBOOKS: readonly SandboxRunbook[] = [
  changingRunbook({
    document: 'AWS-ConfigureS3BucketVersioning',
    description: 'Configures versioning for an Amazon S3 bucket.',
    target: { type: 'AWS::S3::Bucket', parameter: 'BucketName' },
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
    steps: ['GetBucketVersioning', 'PutBucketVersioning', 'VerifyBucketVersioning'],
    notFound: 'NoSuchBucket',
    changes: (context) => ({ versioning: { status: context.value('VersioningState') } }),
  }),
];
