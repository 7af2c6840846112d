/**
 * EventBridge's `wildcard`: `*` stands for any run of characters, `\*` for a star, `\\` for a backslash.
 * No regular expression is built from it: a policy or a resource id could make one run for ever. The text
 * between stars is searched from left to right, so the time is linear in the value's length.
 */

/** Literal texts between the stars: `a*b` is ['a', 'b'], `*b*` is ['', 'b', '']. */
export type Glob = readonly string[];

/** A pattern that cannot be one says why not. */
export const parseGlob = (pattern: string): Glob | { readonly refused: string } => {
  const literals: string[] = [];
  let literal = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index] as string;
    if (character === '\\') {
      const escaped = pattern[index + 1];
      if (escaped !== '*' && escaped !== '\\') {
        return { refused: 'a backslash may only stand before * or another backslash' };
      }
      literal += escaped;
      index += 1;
    } else if (character === '*') {
      if (pattern[index + 1] === '*') return { refused: 'two stars in a row mean no more than one' };
      literals.push(literal);
      literal = '';
    } else {
      literal += character;
    }
  }
  return [...literals, literal];
};

/** Compiles a glob into a test whose time is linear in the length of the value. */
export const globTest = (glob: Glob): ((value: string) => boolean) => {
  const head = glob[0] ?? '';
  if (glob.length === 1) return (value) => value === head;
  const tail = glob[glob.length - 1] ?? '';
  const middles = glob.slice(1, -1).map(finder);
  const lengthMin = glob.reduce((sum, literal) => sum + literal.length, 0);
  return (value) => {
    if (value.length < lengthMin || !value.startsWith(head) || !value.endsWith(tail)) return false;
    const end = value.length - tail.length;
    let position = head.length;
    for (const find of middles) {
      position = find(value, position);
      if (position < 0 || position > end) return false;
    }
    return true;
  };
};

/** Returns where the search goes on behind the first occurrence, or -1. */
type Finder = (value: string, from: number) => number;

/** Above this length the engine's own search, fast but not linear in the worst case, is not trusted. */
const SHORT_VALUE_LENGTH = 1_024;

const finder = (literal: string): Finder => {
  const linear = linearFinder(literal);
  return (value, from) => {
    if (value.length > SHORT_VALUE_LENGTH) return linear(value, from);
    const found = value.indexOf(literal, from);
    return found < 0 ? -1 : found + literal.length;
  };
};

/** Knuth, Morris and Pratt: no character of the value is looked at again. */
const linearFinder = (literal: string): Finder => {
  const borders = borderLengths(literal);
  return (value, from) => {
    let matched = 0;
    for (let index = from; index < value.length; index += 1) {
      const code = value.charCodeAt(index);
      while (matched > 0 && literal.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
      if (literal.charCodeAt(matched) === code) matched += 1;
      if (matched === literal.length) return index + 1;
    }
    return -1;
  };
};

/** For every prefix of the literal: how much of its beginning is also its end. */
const borderLengths = (literal: string): Int32Array => {
  const borders = new Int32Array(literal.length);
  let matched = 0;
  for (let index = 1; index < literal.length; index += 1) {
    const code = literal.charCodeAt(index);
    while (matched > 0 && literal.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (literal.charCodeAt(matched) === code) matched += 1;
    borders[index] = matched;
  }
  return borders;
};
