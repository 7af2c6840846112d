/**
 * A request over S3's own protocol: the method and the path say what is meant, headers the rest. The bucket stands
 * first in the path, or first in the host name. What is not understood whole is refused, as S3 refuses what it does
 * not offer.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../../service.ts';

export interface S3Request {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What every operation here is about. */
export interface ObjectInput {
  readonly Bucket: string;
  readonly Key: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const OPERATIONS: Readonly<Record<string, string>> = {
  PUT: 'PutObject',
  GET: 'GetObject',
  HEAD: 'HeadObject',
};

/** Of one object only, as a whole: everything else is `undefined`. */
export const s3OperationOf = (request: S3Request): string | undefined => {
  const { key } = placeIn(request);
  const query = new URL(request.url, 'http://s3').searchParams;
  // The JavaScript SDK says which operation it means; with anything else in the query it is another one.
  const isPlain = [...query.keys()].every((name) => name === 'x-id');
  return key === '' || !isPlain ? undefined : OPERATIONS[request.method];
};

/** @throws AwsError `NotImplemented` for a header that would change what is asked */
export const s3InputOf = (request: S3Request): ObjectInput => {
  const foreign = Object.keys(request.headers).find((name) => isForeign(name));
  if (foreign !== undefined) throw notImplemented(`the header ${foreign}`);
  const { bucket, key } = placeIn(request);
  const Key = decoded(key);
  if (Buffer.byteLength(Key) > KEY_BYTES_MAX)
    throw new AwsError('KeyTooLongError', 'Your key is too long', 400);
  return { Bucket: decoded(bucket), Key, headers: request.headers, body: request.body };
};

export const notImplemented = (what: string): AwsError =>
  new AwsError(
    'NotImplemented',
    `A header or query you provided implies functionality that is not implemented: the sandbox does not know ${what}`,
    501,
  );

/** As it was sent. */
const placeIn = ({
  url,
  headers: { host = '' },
}: S3Request): { readonly bucket: string; readonly key: string } => {
  const path = (url.split('?')[0] ?? '').slice(1);
  const [, inHost] = VIRTUAL_HOST.exec(host) ?? [];
  if (inHost !== undefined) return { bucket: inHost, key: path };
  const [bucket = '', ...key] = path.split('/');
  return { bucket, key: key.join('/') };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", 400);
  }
};

/** `reports.localhost:4511`, `reports.s3.us-east-1.amazonaws.com`. */
const VIRTUAL_HOST =
  /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.(?:localhost|127\.0\.0\.1|s3[a-z0-9.-]*\.amazonaws\.com)(?::\d+)?$/;
const KEY_BYTES_MAX = 1_024;

/** What the operations read, and what says nothing of the object. */
const KNOWN_HEADERS: ReadonlySet<string> = new Set([
  'x-amz-checksum-crc32',
  'x-amz-checksum-mode',
  'x-amz-checksum-sha1',
  'x-amz-checksum-sha256',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-decoded-content-length',
  'x-amz-expected-bucket-owner',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-security-token',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-trailer',
  'x-amz-user-agent',
]);
const CONDITIONS = /^(?:if-|range$)/;

const isForeign = (name: string): boolean =>
  CONDITIONS.test(name) || (name.startsWith('x-amz-') && !KNOWN_HEADERS.has(name));
