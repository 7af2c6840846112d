/** Whoever changes a value and not its digest is found. Who can write both is not: see docs/threat-model.md. */
import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/**
 * 22 characters of base64url.
 *
 * @example
 * digestOf({ b: 1, a: 2 }) === digestOf({ a: 2, b: 1 }) // true
 */
export const digestOf = (value: unknown): string => digestOfText(canonicalJson(value));

export const digestOfText = (text: string): string =>
  hash('sha256', text, 'base64url').slice(0, DIGEST_CHARS);

/** 132 bits. */
const DIGEST_CHARS = 22;
