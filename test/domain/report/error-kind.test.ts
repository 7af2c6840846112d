import { describe, expect, it } from 'vitest';
import { commonest, errorKind } from '../../../domain/report/error-kind.ts';

const about = { resourceId: 'shop-prod-orders', account: '111122223333' };

describe('the kind of an error', () => {
  it.each([
    [
      'of a retry and of the last attempt',
      'Failed: Step 1 failed; attempt 1 of 3, the next in 60.5 s',
      'attempts-used-up: Failed: Step 2 failed (attempt 3 of 3)',
      'Failed: Step … failed',
    ],
    [
      'with an ARN, a request and a host',
      'runbook-failed: Failed: AccessDenied: User: arn:aws:sts::111122223333:assumed-role/a/b is not authorized (Request ID: 4KXW9SZ2M7Q3HJ1B)',
      'runbook-failed: Failed: AccessDenied: User: arn:aws:sts::444455556666:assumed-role/c/d is not authorized (Request ID: 9PLQ2RT7Y1N4C8ZA)',
      'Failed: AccessDenied: User: … is not authorized (Request ID: …)',
    ],
    [
      'with ids of resources and a UUID',
      'Failed: sg-0a1b2c3d4e5f60718 is used by eni-0123456789abcdef0, see 3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      'Failed: sg-1b2c3d4e is used by eni-00ff00ff, see 7c9e6679-7425-40de-944b-e07fc1f90ae7',
      'Failed: … is used by …, see …',
    ],
    [
      'with instants and numbers',
      'unverified: the run succeeded, but Config gave no verdict recorded after 2026-11-21T03:10:00.000Z',
      'unverified: the run succeeded, but Config gave no verdict recorded after 2027-01-03T23:59:59Z',
      'the run succeeded, but Config gave no verdict recorded after …',
    ],
    [
      'with the resource and the account that it is about',
      'Failed: shop-prod-orders of 111122223333 is locked',
      'Failed: shop-prod-orders of 111122223333  is locked',
      'Failed: … of … is locked',
    ],
    [
      'with an address',
      'Failed: see https://docs.aws.amazon.com/a?b=1 and 10.0.12.7',
      'Failed: see https://docs.aws.amazon.com/c and 10.0.12.8:443',
      'Failed: see … and …',
    ],
  ])('leaves out what differs, %s', (_, one, other, kind) => {
    expect(errorKind(one, about)).toBe(kind);
    expect(errorKind(other, about)).toBe(kind);
  });

  it('keeps words with digits in them, and names of documents and operations', () => {
    const text =
      'Failed: AWS-ConfigureS3BucketVersioning: s3:PutBucketVersioning on EC2 and IMDSv2 with AES256 was refused';
    expect(errorKind(text, about)).toBe(text);
  });

  it('does not confound different troubles', () => {
    const kinds = [
      'Failed: An error occurred (AccessDenied) when calling the PutBucketVersioning operation: Access Denied',
      'Failed: An error occurred (NoSuchBucket) when calling the PutBucketVersioning operation: Access Denied',
      'Failed: An error occurred (AccessDenied) when calling the PutBucketAcl operation: Access Denied',
      'TimedOut: SSM gave no reason',
      'Failed: SSM gave no reason',
    ].map((text) => errorKind(text, about));
    expect(new Set(kinds).size).toBe(5);
  });

  it('is short, however long the text, and takes no time to speak of over a hostile one', () => {
    expect(errorKind('x'.repeat(10_000), about).length).toBeLessThanOrEqual(160);
    for (const piece of ['a1-', '1', '; attempt 1 of ', 'arn:', '-a0b1c2d3', ' ', '/+=1a'])
      expect(errorKind(piece.repeat(200), about).length).toBeLessThanOrEqual(160);
    expect(errorKind('')).toBe('');
  });
});

describe('the commonest kind', () => {
  it('is the one that was met most, and of those met equally often the first by the alphabet', () => {
    expect(
      commonest(
        new Map([
          ['b', 2],
          ['c', 3],
          ['a', 3],
        ]),
      ),
    ).toEqual({ error: 'a', count: 3 });
    expect(commonest(new Map())).toBeUndefined();
  });

  it('takes a text that was cut off for what it begins', () => {
    const long = 'Failed: An error occurred (AccessDenied) when calling the PutBucketVersioning operation';
    const kinds = new Map([
      [long, 2],
      [long.slice(0, 70), 2],
      [`${long}: no`, 1],
      ['Failed', 3],
      [long.replace('AccessDenied', 'NoSuchBucket'), 4],
    ]);
    expect(commonest(kinds)).toEqual({ error: long.slice(0, 70), count: 5 });
  });
});
