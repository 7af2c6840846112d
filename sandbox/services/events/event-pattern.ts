/**
 * EventBridge's event patterns over whole events, with the operators and the refusals of the real thing.
 * A field of an event that is a list holds when any of its elements does; `anything-but` too.
 */
import { isIP } from 'node:net';
import { cidrMatcher } from './cidr-matcher.ts';

/** Told whether the event, as parsed JSON, matches. */
export type EventMatcher = (event: unknown) => boolean;

/** Values of one field; empty when it is absent. */
type FieldTest = (values: readonly unknown[]) => boolean;

export class InvalidPattern extends Error {}

/** @throws InvalidPattern with the reason. */
export const compileEventPattern = (text: string): EventMatcher => {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch {
    throw new InvalidPattern('Filter is not valid JSON');
  }
  return compileObject(asObject(pattern, 'Filter is not an object'));
};

/** The same, for a pattern that is data already. */
export const compileObject = (pattern: Readonly<Record<string, unknown>>): EventMatcher => {
  const names = Object.keys(pattern);
  if (names.length === 0) throw new InvalidPattern('Empty objects are not allowed');
  const tests = names.map((name) =>
    name === '$or' ? compileOr(pattern[name]) : compileField(name, pattern[name]),
  );
  return (event) => tests.every((test) => test(event));
};

const compileOr = (alternatives: unknown): EventMatcher => {
  if (!Array.isArray(alternatives) || alternatives.length < 2) {
    throw new InvalidPattern('"$or" must be an array of at least two objects');
  }
  const matchers = alternatives.map((each) => compileObject(asObject(each, '"$or" must hold objects only')));
  return (event) => matchers.some((matches) => matches(event));
};

const compileField = (name: string, pattern: unknown): EventMatcher => {
  if (Array.isArray(pattern)) {
    if (pattern.length === 0) throw new InvalidPattern('Empty arrays are not allowed');
    const tests = pattern.map((value) => compileValue(name, value));
    return (event) => {
      const values = valuesOf(event, name);
      return tests.some((test) => test(values));
    };
  }
  const inner = compileObject(asObject(pattern, `"${name}" must be an object or an array`));
  // Of a list of objects one must match as a whole.
  return (event) => nodesOf(event, name).some(inner);
};

const nodesOf = (event: unknown, name: string): readonly unknown[] => {
  const value = isObject(event) ? event[name] : undefined;
  // An absent object is looked into as well: `exists: false` may be asked of what is in it.
  return Array.isArray(value) ? (value.length === 0 ? [undefined] : value) : [value];
};

const valuesOf = (event: unknown, name: string): readonly unknown[] => {
  const value = isObject(event) ? event[name] : undefined;
  if (value === undefined || isObject(value)) return [];
  return Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
};

const compileValue = (name: string, wanted: unknown): FieldTest => {
  if (!isObject(wanted)) return (values) => values.includes(wanted);
  const entries = Object.entries(wanted);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1)
    throw new InvalidPattern(`Only one key allowed in match expression of "${name}"`);
  return compileOperator(entry[0], entry[1]);
};

const compileOperator = (operator: string, operand: unknown): FieldTest => {
  switch (operator) {
    case 'exists': {
      if (typeof operand !== 'boolean')
        throw new InvalidPattern('exists match pattern must be either true or false');
      return (values) => values.length > 0 === operand;
    }
    case 'anything-but': {
      const excluded = compileExcluded(operand);
      return (values) => values.some((value) => !excluded(value));
    }
    default: {
      const test = compileTest(operator, operand);
      return (values) => values.some(test);
    }
  }
};

/** `anything-but` takes a value, a list of values, or an operator on one value or several. */
const compileExcluded = (operand: unknown): ((value: unknown) => boolean) => {
  if (!isObject(operand)) {
    const excluded = new Set(Array.isArray(operand) ? operand : [operand]);
    if (excluded.size === 0) throw new InvalidPattern('Empty arrays are not allowed');
    return (value) => excluded.has(value);
  }
  const [[operator, inner] = ['', undefined]] = Object.entries(operand);
  if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(operator)) {
    throw new InvalidPattern(`Unsupported anything-but pattern: ${operator}`);
  }
  const tests = (Array.isArray(inner) ? inner : [inner]).map((each) => compileTest(operator, each));
  return (value) => tests.some((test) => test(value));
};

const compileTest = (operator: string, operand: unknown): ((value: unknown) => boolean) => {
  switch (operator) {
    case 'prefix':
    case 'suffix': {
      const folded = isObject(operand) ? operand['equals-ignore-case'] : undefined;
      const text = asText(folded ?? operand, operator);
      const part = folded === undefined ? text : text.toLowerCase();
      return ofText((value) => {
        const whole = folded === undefined ? value : value.toLowerCase();
        return operator === 'prefix' ? whole.startsWith(part) : whole.endsWith(part);
      });
    }
    case 'equals-ignore-case': {
      const text = asText(operand, operator).toLowerCase();
      return ofText((value) => value.toLowerCase() === text);
    }
    case 'wildcard': {
      const pattern = wildcardPattern(asText(operand, operator));
      return ofText((value) => pattern.test(value));
    }
    case 'numeric':
      return compileNumeric(operand);
    case 'cidr': {
      const contains = cidrMatcher(asText(operand, operator));
      if (contains === undefined) throw new InvalidPattern('Malformed CIDR');
      return ofText((value) => isIP(value) !== 0 && contains(value));
    }
    default:
      throw new InvalidPattern(`Unrecognized match type ${operator}`);
  }
};

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

const compileNumeric = (operand: unknown): ((value: unknown) => boolean) => {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw new InvalidPattern('Value of numeric must be an array of one or two comparisons');
  }
  const tests: ((value: number) => boolean)[] = [];
  for (let at = 0; at < operand.length; at += 2) {
    const compare = COMPARISONS[String(operand[at])];
    const bound: unknown = operand[at + 1];
    if (compare === undefined)
      throw new InvalidPattern(`Unrecognized numeric range operator: ${operand[at]}`);
    if (typeof bound !== 'number' || Math.abs(bound) > 5e9)
      throw new InvalidPattern('Value of numeric must be between -5.0E9 and 5.0E9');
    tests.push((value) => compare(value, bound));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
};

const ofText =
  (test: (value: string) => boolean) =>
  (value: unknown): boolean =>
    typeof value === 'string' && test(value);

/** `*` stands for anything, `\*` for itself. */
const wildcardPattern = (text: string): RegExp => {
  if (/(?<!\\)(?:\\\\)*\*\*/.test(text)) throw new InvalidPattern('Consecutive wildcard characters');
  if (/\\(?![*\\])/.test(text.replaceAll('\\\\', ''))) throw new InvalidPattern('Invalid escape character');
  const source = text.replace(/\\([*\\])|(\*)|([^*\\])/gsu, (_all, escaped, star, plain) =>
    star === undefined ? escapeRegExp(escaped ?? plain) : '.*?',
  );
  return new RegExp(`^${source}$`, 'su');
};

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

const asText = (value: unknown, operator: string): string => {
  if (typeof value === 'string') return value;
  throw new InvalidPattern(`${operator} match pattern must be a string`);
};

const asObject = (value: unknown, otherwise: string): Readonly<Record<string, unknown>> => {
  if (isObject(value)) return value;
  throw new InvalidPattern(otherwise);
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
