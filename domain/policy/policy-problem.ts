/**
 * What is wrong with a policy, said so that its author can repair it without asking: where, what was
 * found, what was expected, and what to do.
 */

export interface PolicyProblem {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 code units. */
  readonly column: number;
  /** Place in the document, e.g. `entries[3].mode`; empty for the whole document. */
  readonly path: string;
  readonly expected: string;
  /** What stands there, as text; `nothing` when it is missing. */
  readonly found: string;
  /** What to do about it, when that is more than writing what was expected. */
  readonly action?: string;
  /** The policy can be used all the same; its author probably means something else. */
  readonly warning?: true;
}

export type DocumentPath = readonly (string | number)[];

/** A problem before its place in the text is known. */
export interface PathProblem {
  readonly path: DocumentPath;
  /** The key itself is wrong, not the value behind it. */
  readonly atKey?: boolean;
  readonly expected: string;
  readonly found: string;
  readonly action?: string;
  readonly warning?: true;
}

/**
 * One line for a terminal.
 *
 * @example
 * formatProblem(problem)
 * // policy.yml:12:5 entries[3].mode: expected one of observe, approve, auto; found "atuo" (did you mean "auto"?)
 */
export const formatProblem = (problem: PolicyProblem): string => {
  const place = `${problem.file}:${problem.line}:${problem.column}`;
  const path = problem.path === '' ? '' : ` ${problem.path}`;
  const warning = problem.warning ? ' warning:' : '';
  const action = problem.action === undefined ? '' : ` (${problem.action})`;
  return `${place}${warning}${path}: expected ${problem.expected}; found ${problem.found}${action}`;
};

/** `['entries', 3, 'match', 'anything-but']` as `entries[3].match.anything-but`. */
export const formatPath = (path: DocumentPath): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const plain = /^[$\w-]+$/.test(step);
    if (!plain) return `${text}[${shown(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');

const SHOWN_LENGTH_MAX = 60;

/** Any value on one short line, without control characters. */
export const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (value !== null && typeof value === 'object') {
    const keys = Object.keys(value);
    if (keys.length === 0) return 'an empty mapping';
    return cut(`a mapping with ${keys.map((key) => cut(key, 20)).join(', ')}`);
  }
  return cut(JSON.stringify(value) ?? String(value));
};

/** Text from outside on one short line. */
export const cut = (text: string, lengthMax = SHOWN_LENGTH_MAX): string => {
  // Neither control characters nor the ones that turn the direction of text may reach a terminal.
  const clean = text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');
  if (clean.length <= lengthMax) return clean;
  return `${clean.slice(0, lengthMax).replace(/[\uD800-\uDBFF]$/, '')}…`;
};

/** `a, b, c` with at most a dozen of the names. */
export const listed = (names: readonly string[]): string => names.join(', ');
