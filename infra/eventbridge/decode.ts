/** What reading a message from outside can come to. */

import { inert } from '../../domain/message.ts';
import type * as z from '../../domain/zod.ts';

export type Decoded<T> =
  | { readonly kind: 'decoded'; readonly value: T }
  /** Not for us, and rightly so. */
  | { readonly kind: 'ignored'; readonly why: string }
  /** Bad input: set aside with the reason. */
  | { readonly kind: 'refused'; readonly reason: string };

export const ignored = (why: string) => ({ kind: 'ignored' as const, why: inert(why, REASON_CHARS_MAX) });
export const refusedInput = (reason: string) => ({
  kind: 'refused' as const,
  reason: inert(reason, REASON_CHARS_MAX),
});

/** The event as an object, when the body is JSON and holds one. */
export const parseEnvelope = (body: string): Decoded<Readonly<Record<string, unknown>>> => {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    return refusedInput(`not JSON: ${error instanceof Error ? error.message.slice(0, 200) : 'unreadable'}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refusedInput('expected an EventBridge event, found JSON that is no object');
  if (typeof (value as Record<string, unknown>)['detail-type'] !== 'string')
    return refusedInput('detail-type: expected text, as every EventBridge event has it');
  return { kind: 'decoded', value: value as Record<string, unknown> };
};

/** Where it is wrong and what was expected; never the value, which may be anything, as may the names of fields. */
export const problemsOf = (error: z.core.$ZodError): string =>
  inert(
    error.issues
      .slice(0, PROBLEMS_MAX)
      .map(({ path, message }) => `${path.join('.') || '(event)'}: ${message}`)
      .join('; '),
    REASON_CHARS_MAX,
  );

/** Reasons are shown in logs, terminals and queue attributes. */
const REASON_CHARS_MAX = 500;

const PROBLEMS_MAX = 5;
