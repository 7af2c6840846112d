/**
 * Decides whether one parameter value may go to SSM, and shows values that may not so that they can do
 * no harm where the reason is read: a terminal, a log, a message.
 */
import type { ParameterType, RunbookParameter } from './catalog/catalog.ts';
import { unreachable } from './unreachable.ts';

/** SSM refuses more than this many values a parameter, and longer ones. */
export const VALUES_MAX = 50;
const VALUE_LENGTH_MAX = 512;

/** Control (C0, C1), format (bidi, zero width), private use, unassigned, lone surrogates; line and paragraph separators. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/u;
const CANONICAL_INTEGER = /^(?:0|-?[1-9][0-9]{0,17})$/;

/**
 * Why a value may not be used, in words that follow "NAME …"; undefined when it may.
 *
 * @example
 * valueFault(parameter, '{{ ssm:secret }}') // 'must not hold "{{", which SSM would expand, but is "{{ ssm:secret }}"'
 */
export const valueFault = (parameter: RunbookParameter, value: unknown): string | undefined => {
  if (typeof value !== 'string') return `must be text, but is ${inert(value)}`;
  if (value.length === 0) return 'must not be empty';
  if (value.length > VALUE_LENGTH_MAX) {
    return `must have at most ${VALUE_LENGTH_MAX} characters, but has ${value.length}: ${inert(value)}`;
  }
  if (value.includes('{{')) return `must not hold "{{", which SSM would expand, but is ${inert(value)}`;
  if (INVISIBLE.test(value)) return `must not hold control or invisible characters, but is ${inert(value)}`;
  return typeFault(parameter.type, value) ?? patternFault(parameter.pattern, value);
};

const typeFault = (type: ParameterType, value: string): string | undefined => {
  switch (type) {
    case 'Boolean':
      return value === 'true' || value === 'false'
        ? undefined
        : `must be true or false, but is ${inert(value)}`;
    case 'Integer':
      return CANONICAL_INTEGER.test(value)
        ? undefined
        : `must be a whole number such as 60, but is ${inert(value)}`;
    case 'String':
    case 'StringList':
      return undefined;
    default:
      return unreachable(type);
  }
};

const patternFault = (pattern: RegExp, value: string): string | undefined =>
  pattern.test(value) ? undefined : `must match ${pattern.source}, but is ${inert(value)}`;

const SHOWN_MAX = 80;

/**
 * A value as quoted, printable ASCII of bounded length, whatever it was.
 *
 * @example
 * inert('a\u202eb') // '"a\\u202eb"'
 */
export const inert = (value: unknown): string => {
  const text = typeof value === 'string' ? value : String(JSON.stringify(value) ?? typeof value);
  const shown = JSON.stringify(text.slice(0, SHOWN_MAX)).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length > SHOWN_MAX ? `${shown} (shortened)` : shown;
};
