/** How SNS says that a parameter is wrong. */
import { AwsError } from '../../service.ts';

/** SNS calls its exceptions so on the wire. */
export const invalidParameter = (what: string): AwsError =>
  new AwsError('InvalidParameter', `Invalid parameter: ${what}`);
