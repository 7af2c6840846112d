/** What an error says, without what differs from one case to the next: so the same trouble counts as one. */
import type { CaseRow } from './case-row.ts';

/**
 * Ids, ARNs, addresses, instants and numbers are left out, each shown as `…`; so are the resource and the account
 * that the case is about, and how many attempts there were.
 *
 * @param error as a case tells it; it may be cut off
 * @returns at most 160 characters
 * @example
 * errorKind('attempts-used-up: Failed: User: arn:aws:sts::111122223333:assumed-role/x is not authorized (attempt 3 of 3)') // 'Failed: User: … is not authorized'
 */
export const errorKind = (error: string, about?: Pick<CaseRow, 'resourceId' | 'account'>): string => {
  const own = [about?.resourceId ?? '', about?.account ?? ''].filter(({ length }) => length >= OWN_CHARS_MIN);
  const without = own.reduce((text, each) => text.replaceAll(each, LEFT_OUT), error.trim());
  const kind = PATTERNS.reduce((text, [pattern, instead]) => text.replace(pattern, instead), without).trim();
  return kind.length <= KIND_CHARS_MAX ? kind : `${kind.slice(0, KIND_CHARS_MAX - 1)}${LEFT_OUT}`;
};

const LEFT_OUT = '…';
const KIND_CHARS_MAX = 160;
/** What is shorter may be part of a word. */
const OWN_CHARS_MIN = 5;

/** In this order: what is left out first is not looked at again. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // Why it came to a person, and which attempt it was.
  [/^(?:unverified|[a-z]+(?:-[a-z]+)+): /, ''],
  [/;? \(?attempt \d+ of .*$/s, ''],
  [/\bhttps?:\/\/[^\s"'<>)]+/g, LEFT_OUT],
  [/\barn:[^\s"',;)\]]+/g, LEFT_OUT],
  [/\b\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?/g, LEFT_OUT],
  // bucket-7f3a…, sg-0a1b2c3d, AROAEXAMPLE, request ids, UUIDs: long and with several digits, unlike words.
  [/(?<![\w+/=-])(?=(?:[\w+/=-]*\d){3})[\w+/=-]{8,}/g, LEFT_OUT],
  [/(?<![\w-])[a-z]{1,8}-[0-9a-f]{8,17}\b/g, LEFT_OUT],
  [/(?<!\w)\d+(?:[.,:]\d+)*(?!\w)/g, LEFT_OUT],
  [/\s+/g, ' '],
];

/**
 * The kind that was met most; of those met equally often, the first by the alphabet. A text that was cut off is taken
 * for what it begins.
 */
export const commonest = (
  kinds: ReadonlyMap<string, number>,
): { readonly error: string; readonly count: number } | undefined => {
  const merged: { readonly error: string; count: number }[] = [];
  for (const [error, count] of [...kinds].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const last = merged.at(-1);
    if (last !== undefined && last.error.length >= TELLING_CHARS && error.startsWith(last.error))
      last.count += count;
    else merged.push({ error, count });
  }
  return merged.toSorted((one, other) => other.count - one.count)[0];
};

/** Less than that says too little to be taken for the beginning of something. */
const TELLING_CHARS = 60;
