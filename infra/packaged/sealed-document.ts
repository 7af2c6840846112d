/**
 * A document as it lies beside a packaged function: JSON with the hash of what it says, so that one which was
 * cut short or changed on its way is refused, and never half believed.
 */
import { createHash } from 'node:crypto';

/** What a sealed document is about: one kind is never taken for the other. */
export type SealedKind = 'policy' | 'catalog';

export type Unsealing<T> =
  | { readonly ok: true; readonly content: T }
  | { readonly ok: false; readonly why: string };

/** @example seal('policy', { version: 1 }) // '{"kind":"policy","sha256":"…","content":{"version":1}}' */
export const seal = (kind: SealedKind, content: unknown): string =>
  `${JSON.stringify({ kind, sha256: hashOf(kind, content), content })}\n`;

/** What was sealed, as it was; whoever asks checks its shape. It never throws, whatever the text. */
export const unseal = (kind: SealedKind, text: string): Unsealing<unknown> => {
  const sealed = parsed(text);
  if (sealed === undefined) return { ok: false, why: 'it is no whole JSON document' };
  if (sealed.kind !== kind) return { ok: false, why: `it is no packaged ${kind}` };
  if (sealed.sha256 !== hashOf(kind, sealed.content))
    return { ok: false, why: 'it was changed after it was packaged' };
  return { ok: true, content: sealed.content };
};

const parsed = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

/** JSON keeps the order of keys, so what was read is written back byte for byte. */
const hashOf = (kind: SealedKind, content: unknown): string =>
  createHash('sha256')
    .update(`${kind}\n${JSON.stringify(content)}`)
    .digest('hex');
