/**
 * What a case remembers of its resource's tags: those that the policy looked at, so that another policy can be asked
 * what it would have said. No more than that, and nothing that looks like a secret.
 */
import type { EventPattern } from './event-pattern.ts';

/** Value of each tag that was looked at; null where the resource had none of that name. */
export type RecordedTags = Readonly<Record<string, string | null>>;

/**
 * @param keys those that the policy looks at
 * @returns undefined when it looks at none
 *
 * @example
 * recordTags(['env', 'owner'], { env: 'prod', cost: '42' }) // { env: 'prod', owner: null }
 */
export const recordTags = (
  keys: readonly string[],
  tags: Readonly<Record<string, string>>,
): RecordedTags | undefined => {
  const recorded = keys.slice(0, KEYS_MAX).flatMap((key): readonly (readonly [string, string | null])[] => {
    const value = Object.hasOwn(tags, key) ? tags[key] : undefined;
    if (value === undefined) return [[key, null]];
    return isRecordable(value) ? [[key, value]] : [];
  });
  return recorded.length === 0 ? undefined : Object.fromEntries(recorded);
};

/** Short, and nothing that looks like a secret. */
export const isRecordable = (value: string): boolean =>
  value.length <= VALUE_CHARS_MAX && !LOOKS_SECRET.test(value);

/** The tags that patterns look at, each once, in the order in which they are first named. */
export const tagKeysOf = (patterns: readonly EventPattern[]): readonly string[] => [
  ...new Set(patterns.flatMap(keysOf)),
];

const keysOf = ({ fields, anyOf }: EventPattern): readonly string[] => [
  ...fields.flatMap(({ ref }) => (ref.kind === 'tag' ? [ref.key] : [])),
  ...anyOf.flat().flatMap(keysOf),
];

const KEYS_MAX = 10;
const VALUE_CHARS_MAX = 128;
/** Access keys, tokens with a prefix that gives them away, what is named a secret, and long runs of random letters. */
const LOOKS_SECRET =
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\b(?:gh[opsu]_|xox[abpr]-|sk-|eyJ)[\w.-]{10}|-----BEGIN|(?:passw|secret|token|api[-_ ]?key)\w*\s*[:=]|[\w+/]{32}/i;
