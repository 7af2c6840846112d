/**
 * S3, as little as somebody needs who puts a file where it is kept: PutObject, GetObject and HeadObject of whole
 * objects. There are no versions, lists, copies, parts, tags or grants here: what asks for them is refused.
 */
import { createHash } from 'node:crypto';
import { authorize } from '../../iam/authorize.ts';
import { AwsError, type AwsService, type CallContext, type Table, type World } from '../../service.ts';
import { findBucket, type StackBucket } from './buckets.ts';
import { checkedBody } from './checked-body.ts';
import { notImplemented, type ObjectInput } from './s3-request.ts';

/** Headers and bytes; S3 answers nothing else. */
export interface S3Output {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface StoredObject {
  readonly base64: string;
  readonly modifiedMs: number;
  /** What is told of it, also by HEAD. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksums: Readonly<Record<string, string>>;
}

const objectsOf = (world: World): Table<StoredObject> => world.table('s3-objects');
const keyOf = ({ Bucket, Key }: Pick<ObjectInput, 'Bucket' | 'Key'>): string => `${Bucket}/${Key}`;

export const createS3Service = (world: World): AwsService => ({
  name: 's3',
  operations: {
    PutObject: (input: ObjectInput, context): S3Output => {
      const bucket = bucketOf(world, input, context);
      const { bytes, checksums } = checkedBody(input);
      const headers = {
        etag: `"${createHash('md5').update(bytes).digest('hex')}"`,
        ...encryptionOf(input, bucket),
      };
      const kept = Object.fromEntries(
        KEPT_HEADERS.flatMap((name) =>
          typeof input.headers[name] === 'string' ? [[name, input.headers[name]]] : [],
        ),
      );
      objectsOf(world).put(keyOf(input), {
        base64: bytes.toString('base64'),
        modifiedMs: context.nowMs,
        headers: { 'content-type': 'binary/octet-stream', ...kept, ...headers },
        checksums,
      });
      return { headers: { ...headers, ...checksums, ...typeOf(checksums) }, body: NOTHING };
    },
    GetObject: (input: ObjectInput, context): S3Output => read(world, input, context),
    HeadObject: (input: ObjectInput, context): S3Output => read(world, input, context),
  },
  dueAt: () => undefined,
  runDue: () => {},
});

const read = (world: World, input: ObjectInput, context: CallContext): S3Output => {
  bucketOf(world, input, context);
  const found = objectsOf(world).get(keyOf(input));
  if (found === undefined) throw noSuchKey(world, input, context);
  const checksums = input.headers['x-amz-checksum-mode'] === 'ENABLED' ? found.checksums : {};
  return {
    headers: {
      'accept-ranges': 'bytes',
      'last-modified': new Date(found.modifiedMs).toUTCString(),
      ...found.headers,
      ...checksums,
      ...typeOf(checksums),
    },
    body: Buffer.from(found.base64, 'base64'),
  };
};

/** Whoever may not list a bucket is not told what is not in it. */
const noSuchKey = (
  world: World,
  { Bucket, Key }: ObjectInput,
  { principalArn, region }: CallContext,
): AwsError => {
  const resource = `arn:aws:s3:::${Bucket}`;
  return authorize(world, { principalArn, region, action: 's3:ListBucket', resource }).allowed
    ? new AwsError('NoSuchKey', `The specified key does not exist: ${Key}`, 404)
    : new AwsError('AccessDenied', 'Access Denied', 403);
};

const bucketOf = (world: World, input: ObjectInput, { account, region }: CallContext): StackBucket => {
  const bucket = findBucket(world, input.Bucket, { account, region });
  if (bucket === undefined)
    throw new AwsError('NoSuchBucket', `The specified bucket does not exist: ${input.Bucket}`, 404);
  const expected = input.headers['x-amz-expected-bucket-owner'];
  // No bucket of the sandbox lets another account in.
  if (bucket.account !== account || (expected !== undefined && expected !== bucket.account))
    throw new AwsError('AccessDenied', 'Access Denied', 403);
  if (bucket.region !== region)
    throw new AwsError(
      'PermanentRedirect',
      `The bucket is in ${bucket.region}: it must be addressed using the endpoint of that Region.`,
      301,
    );
  return bucket;
};

const encryptionOf = (
  { headers }: ObjectInput,
  { encryption }: StackBucket,
): Readonly<Record<string, string>> => {
  const wanted = headers[ENCRYPTION] ?? encryption;
  const key = headers[ENCRYPTION_KEY];
  if (typeof wanted !== 'string' || !['AES256', 'aws:kms'].includes(wanted))
    throw new AwsError('InvalidArgument', 'The encryption method specified is not supported');
  if (key !== undefined && wanted !== 'aws:kms')
    throw new AwsError('InvalidArgument', 'The key belongs to another encryption method');
  return { [ENCRYPTION]: wanted, ...(typeof key === 'string' && { [ENCRYPTION_KEY]: key }) };
};

const typeOf = (checksums: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.keys(checksums).length === 0 ? {} : { 'x-amz-checksum-type': 'FULL_OBJECT' };

/** @throws AwsError always: the sandbox does not know what was asked */
export const unknownS3 = (method: string, url: string): AwsError =>
  notImplemented(`${method} ${url.split('?')[0]}, only whole objects`);

const ENCRYPTION = 'x-amz-server-side-encryption';
const ENCRYPTION_KEY = 'x-amz-server-side-encryption-aws-kms-key-id';
const KEPT_HEADERS = ['content-type', 'cache-control', 'content-disposition', 'content-language'] as const;
const NOTHING = Buffer.alloc(0);
