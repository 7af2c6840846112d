/** A page of a list; the token is the place to go on from. */
import { AwsError } from '../../service.ts';

export const page = <T>(
  all: readonly T[],
  { Limit = 100, NextToken }: { readonly Limit?: number; readonly NextToken?: string },
): { readonly items: readonly T[]; readonly next: { readonly NextToken?: string } } => {
  const from = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64').toString());
  if (!Number.isSafeInteger(from) || from < 0)
    throw new AwsError('ValidationException', 'The NextToken is not valid.');
  const to = from + Limit;
  return {
    items: all.slice(from, to),
    next: to < all.length ? { NextToken: Buffer.from(String(to)).toString('base64') } : {},
  };
};
