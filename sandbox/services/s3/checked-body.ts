/** The bytes of an object as they were sent, and whether they are those that the sender meant. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { AwsError } from '../../service.ts';
import { notImplemented, type ObjectInput } from './s3-request.ts';

export interface CheckedBody {
  readonly bytes: Buffer;
  /** By header, as they were given and found right: `x-amz-checksum-crc32`. */
  readonly checksums: Readonly<Record<string, string>>;
}

const ALGORITHMS: Readonly<Record<string, (bytes: Buffer) => string>> = {
  'x-amz-checksum-crc32': (bytes) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(bytes));
    return sum.toString('base64');
  },
  'x-amz-checksum-sha1': (bytes) => createHash('sha1').update(bytes).digest('base64'),
  'x-amz-checksum-sha256': (bytes) => createHash('sha256').update(bytes).digest('base64'),
};

/**
 * @throws AwsError `BadDigest`, `InvalidDigest`, `XAmzContentSHA256Mismatch`, `InvalidRequest` or `IncompleteBody` when
 * the bytes are not those that were announced, `NotImplemented` for a checksum that the sandbox cannot make
 */
export const checkedBody = ({ headers, body }: ObjectInput): CheckedBody => {
  const { bytes, trailers } = unpacked(headers, body);
  const given = { ...headers, ...trailers };
  checkContentHash(headers, bytes);
  checkMd5(textOf(headers['content-md5']), bytes);
  const named = textOf(headers['x-amz-sdk-checksum-algorithm']);
  const checksums: Record<string, string> = {};
  for (const [header, sumOf] of Object.entries(ALGORITHMS)) {
    const sum = textOf(given[header]);
    if (sum === undefined) continue;
    if (sum !== sumOf(bytes))
      throw new AwsError(
        'BadDigest',
        `The ${header.slice('x-amz-checksum-'.length).toUpperCase()} you specified did not match the calculated checksum.`,
      );
    checksums[header] = sum;
  }
  const unknown = Object.keys(given).find(
    (header) => header.startsWith('x-amz-checksum-') && !(header in ALGORITHMS) && !header.endsWith('-mode'),
  );
  if (unknown !== undefined) throw notImplemented(`the checksum ${unknown}`);
  if (named !== undefined && checksums[`x-amz-checksum-${named.toLowerCase()}`] === undefined)
    throw new AwsError(
      'InvalidRequest',
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  return { bytes, checksums };
};

const checkContentHash = (headers: IncomingHttpHeaders, bytes: Buffer): void => {
  const hash = textOf(headers['x-amz-content-sha256']);
  if (hash === undefined || !/^[0-9a-f]{64}$/.test(hash)) return;
  if (createHash('sha256').update(bytes).digest('hex') !== hash)
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
};

const checkMd5 = (given: string | undefined, bytes: Buffer): void => {
  if (given === undefined) return;
  if (Buffer.from(given, 'base64').length !== 16)
    throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  if (createHash('md5').update(bytes).digest('base64') !== given)
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
};

interface Unpacked {
  readonly bytes: Buffer;
  readonly trailers: Readonly<Record<string, string>>;
}

/** Clients send what they stream in chunks, each with its length, and what they only know then behind the last. */
const unpacked = (headers: IncomingHttpHeaders, body: Buffer): Unpacked => {
  if (!textOf(headers['x-amz-content-sha256'])?.startsWith('STREAMING-'))
    return { bytes: body, trailers: {} };
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    if (end < 0 || !Number.isSafeInteger(size)) throw incomplete();
    at = end + 2;
    if (size === 0) break;
    if (at + size > body.length) throw incomplete();
    chunks.push(body.subarray(at, at + size));
    at += size + 2;
  }
  const bytes = Buffer.concat(chunks);
  const announced = textOf(headers['x-amz-decoded-content-length']);
  if (announced !== undefined && Number(announced) !== bytes.length) throw incomplete();
  const lines = body.toString('latin1', at).split('\r\n');
  return {
    bytes,
    trailers: Object.fromEntries(
      lines.flatMap((line) => {
        const [, name = '', value = ''] = /^(x-amz-checksum-[\w-]+):(.*)$/.exec(line) ?? [];
        return name === '' ? [] : [[name, value.trim()]];
      }),
    ),
  };
};

const incomplete = (): AwsError =>
  new AwsError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  );

const textOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
