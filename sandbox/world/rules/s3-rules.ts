/** The managed rules that watch buckets. */
import type { Resource } from '../resource.ts';
import { complies, field, type ManagedRule } from './managed-rule.ts';

const TYPE = 'AWS::S3::Bucket';

/** The four switches of a public access block, all on. */
export const blocksPublicAccess = (resource: Resource): boolean =>
  ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'].every(
    (name) => field(resource, 'publicAccessBlock', name) === true,
  );

export const NO_PUBLIC_ACCESS_BLOCK = {
  blockPublicAcls: false,
  blockPublicPolicy: false,
  ignorePublicAcls: false,
  restrictPublicBuckets: false,
};

const aclIs = (resource: Resource, ...public_: readonly string[]): boolean =>
  public_.includes(String(field(resource, 'acl'))) &&
  field(resource, 'publicAccessBlock', 'ignorePublicAcls') !== true;

export const S3_RULES: readonly ManagedRule[] = [
  {
    identifier: 'S3_BUCKET_VERSIONING_ENABLED',
    name: 's3-bucket-versioning-enabled',
    resourceType: TYPE,
    trigger: 'change',
    judge: (bucket) => complies(field(bucket, 'versioning', 'status') === 'Enabled'),
    breaking: () => ({ versioning: { status: 'Suspended' } }),
  },
  {
    identifier: 'S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED',
    name: 's3-bucket-server-side-encryption-enabled',
    resourceType: TYPE,
    trigger: 'change',
    judge: (bucket) => complies(typeof field(bucket, 'encryption', 'sseAlgorithm') === 'string'),
    breaking: () => ({ encryption: null }),
  },
  {
    identifier: 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED',
    name: 's3-bucket-level-public-access-prohibited',
    resourceType: TYPE,
    trigger: 'change',
    judge: (bucket) => complies(blocksPublicAccess(bucket)),
    breaking: () => ({ publicAccessBlock: NO_PUBLIC_ACCESS_BLOCK }),
  },
  {
    identifier: 'S3_BUCKET_PUBLIC_READ_PROHIBITED',
    name: 's3-bucket-public-read-prohibited',
    resourceType: TYPE,
    trigger: 'both',
    judge: (bucket) =>
      complies(
        !aclIs(bucket, 'public-read', 'public-read-write'),
        'The S3 bucket ACL allows public read access.',
      ),
    breaking: () => ({ acl: 'public-read', publicAccessBlock: NO_PUBLIC_ACCESS_BLOCK }),
  },
  {
    identifier: 'S3_BUCKET_PUBLIC_WRITE_PROHIBITED',
    name: 's3-bucket-public-write-prohibited',
    resourceType: TYPE,
    trigger: 'both',
    judge: (bucket) =>
      complies(!aclIs(bucket, 'public-read-write'), 'The S3 bucket ACL allows public write access.'),
    breaking: () => ({ acl: 'public-read-write', publicAccessBlock: NO_PUBLIC_ACCESS_BLOCK }),
  },
  {
    identifier: 'S3_BUCKET_SSL_REQUESTS_ONLY',
    name: 's3-bucket-ssl-requests-only',
    resourceType: TYPE,
    trigger: 'change',
    judge: (bucket) => complies(field(bucket, 'sslRequestsOnly') === true),
    breaking: () => ({ sslRequestsOnly: false }),
  },
  {
    identifier: 'S3_BUCKET_LOGGING_ENABLED',
    name: 's3-bucket-logging-enabled',
    resourceType: TYPE,
    trigger: 'change',
    judge: (bucket) => complies(typeof field(bucket, 'logging', 'targetBucket') === 'string'),
    breaking: () => ({ logging: null }),
  },
];
