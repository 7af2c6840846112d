/** S3 as far as the sandbox has it, asked by the real SDK and by Debian's aws command. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessKeyIdFor, writeSessionToken } from '../../../sandbox/core/session.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts';
import { stackBuckets } from '../../../sandbox/services/s3/buckets.ts';
import { createResource } from '../../../sandbox/world/admin.ts';
import { aws, hasAwsCommand } from '../../support/aws-command.ts';
import { HUB, MEMBER, START_MS } from '../core/with-sandbox.ts';
import { giveRole, sessionArn } from '../iam/as-role.ts';

const REGION = 'us-east-1';
const TEXT = 'Weekly report 2026-W47: 93 % – healed \u{1f6d1}\n';
let sandbox: Sandbox;
const clients: S3Client[] = [];

const clientAs = (credentials: { accessKeyId: string; sessionToken?: string }, region = REGION) => {
  const client = new S3Client({
    endpoint: sandbox.url,
    region,
    credentials: { secretAccessKey: 'not-checked', ...credentials },
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
};
const as = (role: string) =>
  clientAs({
    accessKeyId: accessKeyIdFor(HUB, 'TEST'),
    sessionToken: writeSessionToken({ principalArn: sessionArn(role), expiresMs: START_MS + 86_400_000 }),
  });
let s3: S3Client;
const put = (more: Partial<PutObjectCommandInput> = {}, client = s3) =>
  client.send(new PutObjectCommand({ Bucket: 'reports', Key: 'weekly/a b+ü.html', Body: TEXT, ...more }));
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'done',
    ({ name, $metadata }: { name: string; $metadata: { httpStatusCode: number } }) =>
      `${name} ${$metadata.httpStatusCode}`,
  );

beforeAll(async () => {
  sandbox = await startSandbox({ clock: { kind: 'driven', startMs: START_MS } });
  s3 = clientAs({ accessKeyId: HUB });
  const named = (account: string, name: string, region = REGION) =>
    createResource(sandbox.world, { account, region, type: 'AWS::S3::Bucket', name }, START_MS);
  named(HUB, 'reports');
  named(MEMBER, 'theirs');
  named(HUB, 'far-away', 'eu-west-1');
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await sandbox.close();
});

describe('an object', () => {
  it('is given back as it was put, with what was said of it', async () => {
    const told = await put({ ContentType: 'text/html; charset=utf-8', ExpectedBucketOwner: HUB });
    const etag = `"${createHash('md5').update(TEXT).digest('hex')}"`;
    expect(told).toMatchObject({
      ETag: etag,
      ServerSideEncryption: 'AES256',
      ChecksumCRC32: expect.any(String),
    });
    const where = { Bucket: 'reports', Key: 'weekly/a b+ü.html' };
    const got = await s3.send(new GetObjectCommand(where));
    expect(await got.Body?.transformToString()).toBe(TEXT);
    const head = {
      ETag: etag,
      ContentType: 'text/html; charset=utf-8',
      ContentLength: Buffer.byteLength(TEXT),
    };
    expect(got).toMatchObject({ ...head, LastModified: new Date(START_MS) });
    expect(await s3.send(new HeadObjectCommand(where))).toMatchObject(head);
    await put({ Body: 'new' });
    expect(await (await s3.send(new GetObjectCommand(where))).Body?.transformToString()).toBe('new');
  });

  it('may come as a stream in chunks, with its checksum behind the last', async () => {
    const parts = ['x'.repeat(70_000), TEXT, 'y'.repeat(70_000)];
    const ContentLength = Buffer.byteLength(parts.join(''));
    await put({
      Key: 'streamed',
      Body: Readable.from(parts.map((part) => Buffer.from(part))),
      ContentLength,
    });
    const got = await s3.send(new GetObjectCommand({ Bucket: 'reports', Key: 'streamed' }));
    expect(await got.Body?.transformToString()).toBe(parts.join(''));
  });

  it('is found by the bucket in the host name too', async () => {
    await put({ Key: 'weekly/hosted' });
    const { port } = new URL(sandbox.url);
    const status = await new Promise((resolve) => {
      const scope = `Credential=${HUB}/20260101/${REGION}/s3/aws4_request`;
      httpRequest(
        {
          port,
          host: '127.0.0.1',
          path: '/weekly/hosted',
          headers: { host: `reports.localhost:${port}`, authorization: `AWS4-HMAC-SHA256 ${scope}` },
        },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      ).end();
    });
    expect(status).toBe(200);
  });

  it.each<[string, Partial<PutObjectCommandInput>]>([
    ['BadDigest 400', { ContentMD5: createHash('md5').update('other').digest('base64') }],
    ['InvalidDigest 400', { ContentMD5: 'bm8=' }],
    ['BadDigest 400', { ChecksumSHA256: createHash('sha256').update('other').digest('base64') }],
    ['BadDigest 400', { ChecksumCRC32: 'AAAAAA==' }],
    ['InvalidArgument 400', { ServerSideEncryption: 'rot13' as 'AES256' }],
    ['InvalidArgument 400', { ServerSideEncryption: 'AES256', SSEKMSKeyId: 'a-key' }],
    ['KeyTooLongError 400', { Key: 'x'.repeat(1_025) }],
    ['NotImplemented 501', { ACL: 'private' }],
    ['NotImplemented 501', { Tagging: 'a=b' }],
    ['NotImplemented 501', { IfNoneMatch: '*' }],
    ['NotImplemented 501', { ObjectLockMode: 'GOVERNANCE' }],
    ['NotImplemented 501', { ChecksumCRC32C: 'AAAAAA==' }],
  ])('is refused with %s: %j', async (code, more) => {
    expect(await codeOf(put({ Key: 'refused', ...more }))).toBe(code);
    const where = { Bucket: 'reports', Key: more.Key ?? 'refused' };
    if (code !== 'KeyTooLongError 400')
      expect(await codeOf(s3.send(new GetObjectCommand(where)))).toBe('NoSuchKey 404');
  });

  it('says how it was encrypted: as asked, or as its bucket does', async () => {
    expect(await put({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'a-key' })).toMatchObject({
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'a-key',
    });
    stackBuckets(sandbox.world).put('sealed', {
      name: 'sealed',
      account: HUB,
      region: REGION,
      encryption: 'aws:kms',
    });
    expect((await put({ Bucket: 'sealed' })).ServerSideEncryption).toBe('aws:kms');
  });

  it('does nothing else, and says so', async () => {
    const where = { Bucket: 'reports', Key: 'weekly/a b+ü.html' };
    const others: Readonly<Record<string, () => Promise<unknown>>> = {
      delete: () => s3.send(new DeleteObjectCommand(where)),
      copy: () => s3.send(new CopyObjectCommand({ ...where, CopySource: 'reports/other' })),
      list: () => s3.send(new ListObjectsV2Command({ Bucket: 'reports' })),
      'an older version': () => s3.send(new GetObjectCommand({ ...where, VersionId: 'v1' })),
      'a part': () => s3.send(new GetObjectCommand({ ...where, Range: 'bytes=0-3' })),
    };
    for (const [name, ask] of Object.entries(others))
      expect(await codeOf(ask()), name).toBe('NotImplemented 501');
  });
});

describe('a bucket', () => {
  it('that is not there, is somebody else’s or is in another Region takes nothing', async () => {
    expect(await codeOf(put({ Bucket: 'nowhere' }))).toBe('NoSuchBucket 404');
    expect(await codeOf(put({ Bucket: 'theirs' }))).toBe('AccessDenied 403');
    expect(await codeOf(put({ ExpectedBucketOwner: MEMBER }))).toBe('AccessDenied 403');
    expect(await codeOf(put({ Bucket: 'far-away' }))).toBe('PermanentRedirect 301');
    expect(await codeOf(s3.send(new HeadObjectCommand({ Bucket: 'reports', Key: 'none' })))).toBe(
      'NotFound 404',
    );
  });

  it('lets a role do what its policies allow, under the prefix that they name', async () => {
    giveRole(sandbox, 'reporter', [
      { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::reports/weekly/*' },
    ]);
    const reporter = as('reporter');
    expect(await codeOf(put({}, reporter))).toBe('done');
    expect(await codeOf(put({ Key: 'monthly/x' }, reporter))).toBe('AccessDenied 403');
    const read = new GetObjectCommand({ Bucket: 'reports', Key: 'weekly/a b+ü.html' });
    expect(await codeOf(reporter.send(read))).toBe('AccessDenied 403');
  });

  it('tells who may not list it nothing of what is not in it', async () => {
    giveRole(sandbox, 'reader', [
      { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/*' },
    ]);
    giveRole(sandbox, 'lister', [
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:ListBucket'],
        Resource: ['arn:aws:s3:::reports', 'arn:aws:s3:::reports/*'],
      },
    ]);
    const missing = new GetObjectCommand({ Bucket: 'reports', Key: 'none' });
    expect(await codeOf(as('reader').send(missing))).toBe('AccessDenied 403');
    expect(await codeOf(as('lister').send(missing))).toBe('NoSuchKey 404');
  });

  it('refuses whom its own policy denies', async () => {
    const policy = JSON.stringify({
      Statement: [
        { Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: 'arn:aws:s3:::kept/locked/*' },
      ],
    });
    stackBuckets(sandbox.world).put('kept', {
      name: 'kept',
      account: HUB,
      region: REGION,
      encryption: 'AES256',
      policy,
    });
    giveRole(sandbox, 'writer', [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
    expect(await codeOf(put({ Bucket: 'kept', Key: 'open/x' }, as('writer')))).toBe('done');
    expect(await codeOf(put({ Bucket: 'kept', Key: 'locked/x' }, as('writer')))).toBe('AccessDenied 403');
  });

  it('can be made to throttle and to fail', async () => {
    sandbox.faults.add({ kind: 'throttle', service: 's3', nextCalls: 1 });
    expect(await codeOf(put())).toBe('SlowDown 503');
    sandbox.faults.add({ kind: 'error', service: 's3', nextCalls: 1 });
    expect(await codeOf(put())).toBe('InternalError 500');
    expect(await codeOf(put())).toBe('done');
  });
});

it('answers the aws command', async () => {
  if (!hasAwsCommand()) return;
  const dir = mkdtempSync(join(tmpdir(), 'sandbox-s3-'));
  const [from, to] = [join(dir, 'from'), join(dir, 'to')];
  writeFileSync(from, TEXT);
  const where = ['--bucket', 'reports', '--key', 'weekly/by-command.html'];
  const sent = await aws(sandbox.url, ['s3api', 'put-object', ...where, '--body', from]);
  expect(sent.stderr).toBe('');
  expect(sent.json).toMatchObject({ ServerSideEncryption: 'AES256' });
  expect((await aws(sandbox.url, ['s3api', 'get-object', ...where, to])).code).toBe(0);
  expect(readFileSync(to, 'utf8')).toBe(TEXT);
  expect((await aws(sandbox.url, ['s3api', 'head-object', ...where])).json.ContentLength).toBe(
    Buffer.byteLength(TEXT),
  );
  const none = await aws(sandbox.url, ['s3api', 'get-object', '--bucket', 'nowhere', '--key', 'x', to]);
  expect(none.stderr).toContain('NoSuchBucket');
  rmSync(dir, { recursive: true });
}, 60_000);
