/**
 * Tokens in the one spelling in which they are signed (RFC 7515, compact). The last digit of base64url may hold bits
 * that stand for nothing: whoever decodes it kindly takes four or sixteen spellings of a signature for the same one,
 * and what is the same token could not be told from another.
 */

/** @example isInOneSpelling('e30.e30.AA') // true, and 'e30.e30.AB' is not: both are one byte, 0 */
export const isInOneSpelling = (token: string): boolean => {
  const parts = token.split('.');
  return (
    parts.length === 3 &&
    parts.every((part) => part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part)
  );
};
