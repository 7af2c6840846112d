/** How IAM compares text with a pattern: `*` stands for any text, `?` for one character, in ARNs colon by colon. */

/** Linear in practice: only the latest star is ever extended. */
export const matchesWildcards = (pattern: string, text: string): boolean => {
  let at = 0;
  let read = 0;
  let starAt = -1;
  let starRead = 0;
  while (read < text.length) {
    if (pattern[at] === '*') {
      starAt = at++;
      starRead = read;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[read])) {
      at += 1;
      read += 1;
    } else if (starAt !== -1) {
      at = starAt + 1;
      read = ++starRead;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
};

/**
 * A statement's Resource: each part between colons by itself, except that a `*` at the end of a part reaches
 * over colons.
 *
 * @example matchesResource('arn:aws:sqs:*', 'arn:aws:sqs:us-east-1:111122223333:wakes') // true
 */
export const matchesResource = (pattern: string, resource: string): boolean => {
  if (pattern === '*' || pattern === resource) return true;
  return hasWildcard(pattern) && partsMatch(pattern.split(':'), resource.split(':'), 0, 0);
};

const hasWildcard = (pattern: string): boolean => pattern.includes('*') || pattern.includes('?');

const partsMatch = (
  patterns: readonly string[],
  parts: readonly string[],
  at: number,
  read: number,
): boolean => {
  const pattern = patterns[at];
  if (pattern === undefined) return read === parts.length;
  const longest = pattern.endsWith('*') ? parts.length : read + 1;
  for (let end = read + 1; end <= Math.min(longest, parts.length); end += 1) {
    if (
      matchesWildcards(pattern, parts.slice(read, end).join(':')) &&
      partsMatch(patterns, parts, at + 1, end)
    )
      return true;
  }
  return false;
};

/** The condition operators ArnLike and ArnEquals, which are the same: six parts, each by itself. */
export const matchesArn = (pattern: string, arn: string): boolean => {
  const patterns = arnParts(pattern);
  const parts = arnParts(arn);
  return (parts && patterns?.every((each, n) => matchesWildcards(each, parts[n] ?? ''))) ?? false;
};

const arnParts = (arn: string): readonly string[] | undefined => {
  const parts = arn.split(':');
  return parts.length < ARN_PARTS
    ? undefined
    : [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
};

const ARN_PARTS = 6;
