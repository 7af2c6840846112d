/**
 * Makes a regular expression only from text that cannot let a value slip by or hang the process: a
 * catalog file is written by people, and its patterns meet values that strangers chose.
 */
import { unreachable } from '../unreachable.ts';

export type PatternResult =
  | { readonly ok: true; readonly pattern: RegExp }
  | { readonly ok: false; readonly why: string };

/**
 * Compiles a pattern that must match a whole value.
 *
 * Refused: what is not anchored by `^` and `$` in every alternative; a repeated group that can match the
 * same text in several ways (`(a+)*`, `(a|b)+`), two open repetitions side by side (`a*a*`), lookaround and
 * back references: these are what makes a backtracking engine explode.
 *
 * @example
 * safePattern('^sg-[0-9a-f]{8,17}$') // { ok: true, pattern: /^sg-[0-9a-f]{8,17}$/u }
 * safePattern('sg-[0-9a-f]+')        // { ok: false, why: 'it must begin with ^ and end with $, …' }
 */
export const safePattern = (text: string): PatternResult => {
  let pattern: RegExp;
  try {
    pattern = new RegExp(text, 'u');
  } catch (error) {
    return no(error instanceof Error ? error.message : 'it is no regular expression');
  }
  const why = weakness(text);
  return why === undefined ? { ok: true, pattern } : no(why);
};

const no = (why: string): PatternResult => ({ ok: false, why });

const weakness = (text: string): string | undefined => {
  if (!text.startsWith('^') || !/(?:^|[^\\])(?:\\\\)*\$$/.test(text)) {
    return 'it must begin with ^ and end with $, so that the whole value is matched';
  }
  if (/\(\?<?[=!]/.test(text)) return 'lookaround is not allowed: it hides costly repetition';
  if (/\\[1-9]|\\k</.test(text)) return 'back references are not allowed: they make matching costly';
  return weaknessOfTokens(tokensOf(text));
};

type Token =
  | { readonly kind: 'open' | 'close' | 'or' }
  | { readonly kind: 'atom' }
  | { readonly kind: 'times'; readonly min: number; readonly max: number };

const TOKEN =
  /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)|\[(?:\\.|[^\]\\])*\]|\((?:\?:|\?<[^>]*>)?|\)|\||[*+?]\??|\{(\d+)(,?)(\d*)\}\??|./gsu;

const tokensOf = (text: string): readonly Token[] => [...text.matchAll(TOKEN)].map(tokenOf);

const tokenOf = ([token, low, comma, high]: RegExpMatchArray): Token => {
  if (low !== undefined) {
    const min = Number(low);
    return { kind: 'times', min, max: comma === '' ? min : high ? Number(high) : Number.POSITIVE_INFINITY };
  }
  switch (token[0]) {
    case '(':
      return { kind: 'open' };
    case ')':
      return { kind: 'close' };
    case '|':
      return { kind: 'or' };
    case '*':
      return { kind: 'times', min: 0, max: Number.POSITIVE_INFINITY };
    case '+':
      return { kind: 'times', min: 1, max: Number.POSITIVE_INFINITY };
    case '?':
      return { kind: 'times', min: 0, max: 1 };
    default:
      return { kind: 'atom' };
  }
};

/** Whether what stands inside a group can match in several ways. */
interface Group {
  ambiguous: boolean;
}

const weaknessOfTokens = (tokens: readonly Token[]): string | undefined => {
  const groups: Group[] = [{ ambiguous: false }];
  let closed: Group | undefined;
  let afterOpenRepetition = false;
  for (const [index, token] of tokens.entries()) {
    const group = groups.at(-1);
    if (group === undefined) return 'its parentheses do not match';
    switch (token.kind) {
      case 'open':
        groups.push({ ambiguous: false });
        closed = undefined;
        break;
      case 'close': {
        closed = groups.pop();
        const parent = groups.at(-1);
        if (parent !== undefined && closed?.ambiguous) parent.ambiguous = true;
        break;
      }
      case 'or':
        if (groups.length === 1)
          return 'alternatives must stand in a group, or ^ and $ hold for only one of them';
        group.ambiguous = true;
        closed = undefined;
        break;
      case 'atom':
        if (tokens[index + 1]?.kind !== 'times') afterOpenRepetition = false;
        closed = undefined;
        break;
      case 'times': {
        const open = token.max === Number.POSITIVE_INFINITY;
        if (closed?.ambiguous && token.max > 1)
          return 'a repeated group holds a repetition or a choice: matching could take for ever';
        if (open && afterOpenRepetition)
          return 'two open repetitions stand side by side: matching could take very long';
        if (token.min !== token.max) group.ambiguous = true;
        afterOpenRepetition = open;
        closed = undefined;
        break;
      }
      default:
        return unreachable(token);
    }
  }
  return undefined;
};
