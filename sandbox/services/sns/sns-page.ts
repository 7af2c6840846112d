/** SNS lists come in pages of a hundred; the token is the place to go on from. */
import { invalidParameter } from './invalid-parameter.ts';

const PAGE_SIZE = 100;

export const snsPage = <T>(
  all: readonly T[],
  nextToken: string | undefined,
): { readonly items: readonly T[]; readonly next: { readonly NextToken?: string } } => {
  const from = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64').toString());
  if (!Number.isSafeInteger(from) || from < 0) throw invalidParameter('NextToken');
  const to = from + PAGE_SIZE;
  return {
    items: all.slice(from, to),
    next: to < all.length ? { NextToken: Buffer.from(String(to)).toString('base64') } : {},
  };
};
