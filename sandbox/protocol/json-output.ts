/** Writes answers and errors of AWS's JSON protocols (1.0 and 1.1). */
import type { AwsError } from '../service.ts';
import { sqsQueryCode } from './sqs-query.ts';

/** Timestamps are numbers of seconds in these protocols, whatever form an operation gave them. */
export const toJson = (output: unknown): string => JSON.stringify(output ?? {}, secondsForDates);

// `this` holds the value before its own toJSON made a string of the date.
function secondsForDates(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const raw = this[key];
  return raw instanceof Date ? raw.getTime() / 1_000 : value;
}

export const errorJson = (
  service: string,
  error: AwsError,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } => {
  const type = service === 'sqs' ? `com.amazonaws.sqs#${error.code}` : error.code;
  const queryError =
    service === 'sqs'
      ? {
          'x-amzn-query-error': `${sqsQueryCode(error.code)};${error.httpStatus >= 500 ? 'Receiver' : 'Sender'}`,
        }
      : {};
  return {
    headers: { 'x-amzn-errortype': type, ...queryError },
    body: JSON.stringify({ __type: type, message: error.message }),
  };
};
