/** Reports in a bucket, over the real client: what lies there, and what a bucket that refuses looks like. */
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createReportBucket } from '../../../infra/s3/report-bucket.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts';
import { stackBuckets } from '../../../sandbox/services/s3/buckets.ts';
import { HUB, MEMBER, START_MS } from '../../sandbox/core/with-sandbox.ts';
import { WEEKLY_REPORT } from '../../support/weekly-report.ts';

let sandbox: Sandbox;
let s3: S3Client;
beforeAll(async () => {
  sandbox = await startSandbox({ clock: { kind: 'driven', startMs: START_MS } });
  for (const [name, account] of [
    ['reports', HUB],
    ['squatted', MEMBER],
  ] as const)
    stackBuckets(sandbox.world).put(name, { name, account, region: 'us-east-1', encryption: 'AES256' });
  s3 = new S3Client({
    endpoint: sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: HUB, secretAccessKey: 'sandbox' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  s3.destroy();
  await sandbox.close();
});

const bucketNamed = (bucket: string, consoleUrl?: string) =>
  createReportBucket({ s3, bucket, owner: HUB, ...(consoleUrl !== undefined && { consoleUrl }) });
const objectAt = async (Key: string) => {
  const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket: 'reports', Key }));
  return { type: ContentType, text: (await Body?.transformToString()) ?? '' };
};

it('are JSON, and a page that needs nothing else and leads to the cases behind each figure', async () => {
  const bucket = bucketNamed('reports', 'https://selfheal.example.com');
  expect([bucket.name, bucket.at('2026-W47')]).toEqual(['s3://reports', 's3://reports/weekly/2026-W47.html']);
  await bucket.put(WEEKLY_REPORT);
  const json = await objectAt('weekly/2026-W47.json');
  expect(json.type).toBe('application/json');
  expect(JSON.parse(json.text)).toEqual(JSON.parse(JSON.stringify(WEEKLY_REPORT)));
  const page = await objectAt('weekly/2026-W47.html');
  expect(page.type).toBe('text/html; charset=utf-8');
  expect(page.text).toMatch(/^<!doctype html>/i);
  expect(page.text).toContain('https://selfheal.example.com/reports/2026-W47/cases?figure=resolved');
  expect(page.text).not.toMatch(/<(?:script|link|img)\b/);
  await bucket.put(WEEKLY_REPORT);
  expect(await objectAt('weekly/2026-W47.html')).toEqual(page);
});

it('lead nowhere where there are no pages', async () => {
  await bucketNamed('reports').put(WEEKLY_REPORT);
  expect((await objectAt('weekly/2026-W47.html')).text).not.toMatch(/<a [^>]*href="(?!#)/);
});

it.each([
  ['nowhere', 'NoSuchBucket', 'terminal'],
  ['squatted', 'AccessDenied', 'terminal'],
])('are refused by the bucket %s with %s', async (name, code, errorClass) => {
  await expect(bucketNamed(name).put(WEEKLY_REPORT)).rejects.toMatchObject({
    code,
    errorClass,
    operation: 's3:PutObject',
  });
});

it('are not half there when the second is refused: the page that people open is the last', async () => {
  const week = { ...WEEKLY_REPORT, week: { ...WEEKLY_REPORT.week, id: '2026-W50' } };
  sandbox.faults.add({ kind: 'throttle', service: 's3', nextCalls: 1 });
  await expect(bucketNamed('reports').put(week)).rejects.toMatchObject({
    code: 'SlowDown',
    errorClass: 'transient',
  });
  await expect(objectAt('weekly/2026-W50.html')).rejects.toMatchObject({ name: 'NoSuchKey' });
});
