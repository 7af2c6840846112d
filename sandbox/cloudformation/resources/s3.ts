/**
 * Buckets that a stack makes, and their policies. Config watches none of them: the sandbox's rules are there for the
 * resources that people break and heal.
 */
import * as z from 'zod';
import { findBucket, stackBuckets } from '../../services/s3/buckets.ts';
import {
  anything,
  aPolicy,
  generatedName,
  type ResourcePlace,
  type ResourceTypes,
  resourceType,
  unnamed,
} from '../resource-type.ts';

const bucketSchema = z.strictObject({
  BucketName: z.string().optional(),
  BucketEncryption: z
    .object({
      ServerSideEncryptionConfiguration: z.array(
        z.object({
          ServerSideEncryptionByDefault: z.object({ SSEAlgorithm: z.enum(['AES256', 'aws:kms']) }).loose(),
        }),
      ),
    })
    .optional(),
  // What they say of versions, ages and the public makes no difference to whole objects that are put and read.
  LifecycleConfiguration: anything,
  ObjectLockEnabled: anything,
  OwnershipControls: anything,
  PublicAccessBlockConfiguration: anything,
  Tags: anything,
  VersioningConfiguration: anything,
});

const policySchema = z.strictObject({ Bucket: z.string(), PolicyDocument: aPolicy });

export const s3Types: ResourceTypes = {
  'AWS::S3::Bucket': resourceType({
    schema: bucketSchema,
    put: ({ BucketName, BucketEncryption }, place) => {
      const { account, region, world } = place;
      const name = nameOf(BucketName, place);
      const known = findBucket(world, name, place);
      if (known !== undefined && known.account !== account)
        throw new Error(`there is a bucket ${name} already, of somebody else`);
      const [rule] = BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
      const encryption = rule?.ServerSideEncryptionByDefault.SSEAlgorithm ?? 'AES256';
      stackBuckets(world).put(name, { ...known, name, account, region, encryption });
    },
    identify: ({ BucketName }, place) => {
      const ref = nameOf(BucketName, place);
      return {
        ref,
        attributes: {
          Arn: `arn:aws:s3:::${ref}`,
          DomainName: `${ref}.s3.amazonaws.com`,
          RegionalDomainName: `${ref}.s3.${place.region}.amazonaws.com`,
        },
      };
    },
  }),
  'AWS::S3::BucketPolicy': resourceType({
    schema: policySchema,
    put: ({ Bucket, PolicyDocument }, { world }) => {
      const bucket = stackBuckets(world).get(Bucket);
      if (bucket === undefined) throw new Error(`there is no bucket ${Bucket} in the stack`);
      stackBuckets(world).put(Bucket, { ...bucket, policy: JSON.stringify(PolicyDocument) });
    },
    identify: (_, place) => unnamed(place),
  }),
};

const nameOf = (name: string | undefined, place: ResourcePlace): string =>
  name ?? generatedName(place, 63).toLowerCase();
