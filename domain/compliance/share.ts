/** Shares of a whole, told and compared exactly: 0.9499 is not 0.95, however it is printed. */

/** A decimal between 0 and 1 as somebody wrote it: `parts / of`. */
export interface Share {
  readonly text: string;
  readonly parts: number;
  readonly of: number;
}

/**
 * Undefined for what is no decimal from 0 to 1 with nine digits behind the point at most.
 *
 * @example
 * shareOf('0.95') // { text: '0.95', parts: 95, of: 100 }
 * shareOf('95') // undefined
 */
export const shareOf = (text: string): Share | undefined => {
  const { whole, digits = '' } = /^(?<whole>[01])(?:\.(?<digits>\d{1,9}))?$/.exec(text)?.groups ?? {};
  if (whole === undefined) return undefined;
  const share = { text, parts: Number(`${whole}${digits}`), of: 10 ** digits.length };
  return isShare(share) ? share : undefined;
};

export const isShare = ({ parts, of }: Pick<Share, 'parts' | 'of'>): boolean =>
  Number.isSafeInteger(parts) && Number.isSafeInteger(of) && of > 0 && parts >= 0 && parts <= of;

/** Whether so many of so many are at least this share. Of nothing they never are. */
export const isAtLeast = (count: number, total: number, least: Share): boolean =>
  total > 0 && BigInt(count) * BigInt(least.of) >= BigInt(least.parts) * BigInt(total);

/**
 * Cut and never rounded up: what is printed is never more than what is. An ellipsis says that it was cut.
 *
 * @param digitsMin how many digits at least, so that it can be compared with another one
 *
 * @example
 * shareText(1425, 1500) // '0.95'
 * shareText(1424, 1500) // '0.949333…'
 */
export const shareText = (count: number, total: number, digitsMin = DIGITS): string => {
  if (total === 0) return 'none';
  const digits = Math.max(DIGITS, digitsMin);
  const scaled = BigInt(count) * 10n ** BigInt(digits);
  const cut = scaled / BigInt(total);
  const text = cut.toString().padStart(digits + 1, '0');
  const [whole, behind] = [text.slice(0, -digits), text.slice(-digits)];
  if (scaled % BigInt(total) !== 0n) return `${whole}.${behind}…`;
  const shortest = behind.replace(/0+$/, '');
  return shortest === '' ? whole : `${whole}.${shortest}`;
};

const DIGITS = 6;
