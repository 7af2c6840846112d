/** S3's errors: XML of its own, with nothing around it. */
import type { AwsError } from '../service.ts';
import { escapeXml } from './query-output.ts';

export const s3ErrorXml = ({ code, message }: AwsError, resource: string, requestId: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>` +
  `<Resource>${escapeXml(resource)}</Resource><RequestId>${requestId}</RequestId></Error>`;
