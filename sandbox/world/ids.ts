/**
 * Ids that look like AWS's own but are derived from what they name, so that the same seed gives the
 * same world, bit for bit.
 */
import { createHash } from 'node:crypto';

const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyz0123456789';
const UPPER_BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const digest = (parts: readonly unknown[]): Buffer =>
  createHash('sha256').update(JSON.stringify(parts)).digest();

/** Hexadecimal digits, up to 64 of them. */
export const derivedHex = (length: number, ...parts: readonly unknown[]): string =>
  digest(parts).toString('hex').slice(0, length);

const derivedText = (length: number, alphabet: string, parts: readonly unknown[]): string =>
  Array.from(digest(parts).subarray(0, length), (byte) => alphabet[byte % alphabet.length]).join('');

/** Lower-case letters and digits, up to 32 of them. */
export const derivedAlphanumeric = (length: number, ...parts: readonly unknown[]): string =>
  derivedText(length, ALPHANUMERIC, parts);

/** Upper-case letters and digits as in `AIDA…` and `db-…` ids, up to 32 of them. */
export const derivedBase32 = (length: number, ...parts: readonly unknown[]): string =>
  derivedText(length, UPPER_BASE32, parts);

/**
 * A version 4 shaped UUID.
 *
 * @example
 * derivedUuid('seed', 1) === derivedUuid('seed', 1) // true
 */
export const derivedUuid = (...parts: readonly unknown[]): string => {
  const hex = digest(parts).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** A whole number in [min, max]. */
export const derivedNumber = (min: number, max: number, ...parts: readonly unknown[]): number =>
  min + (digest(parts).readUInt32BE(0) % (max - min + 1));
