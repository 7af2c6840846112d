/** Pages of a list, with tokens that say where the next one starts. */
import { AwsError } from '../../service.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/** @throws AwsError `invalidToken` when the token was not made here. */
export const page = <T>(
  all: readonly T[],
  sizeMax: number,
  token: string | undefined,
  invalidToken = 'InvalidNextTokenException',
): Page<T> => {
  const start = token === undefined || token === '' ? 0 : startOf(token);
  if (start === undefined)
    throw new AwsError(
      invalidToken,
      'The specified next token is not valid. Use the one of the previous page.',
    );
  const end = start + sizeMax;
  const items = all.slice(start, end);
  return end < all.length
    ? { items, nextToken: Buffer.from(`from:${end}`).toString('base64url') }
    : { items };
};

const startOf = (token: string): number | undefined => {
  const digits = /^from:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.[1];
  return digits === undefined ? undefined : Number(digits);
};
