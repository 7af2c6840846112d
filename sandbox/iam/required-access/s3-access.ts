/** What S3's operations need: on the object. Looking at what is told of it is reading it. */
import type { AccessRow, AccessRows } from './access-row.ts';

const onObject =
  (action: string): AccessRow =>
  ({ Bucket, Key }: { readonly Bucket: string; readonly Key: string }) => [
    { action: `s3:${action}`, resource: `arn:aws:s3:::${Bucket}/${Key}` },
  ];

export const S3_ACCESS: AccessRows = {
  PutObject: onObject('PutObject'),
  GetObject: onObject('GetObject'),
  HeadObject: onObject('GetObject'),
};
