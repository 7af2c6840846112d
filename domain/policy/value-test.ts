/**
 * The tests a pattern can put to one value, as data (kept in the policy, shown by explanations) and
 * compiled. Operators mean what EventBridge's event patterns mean by them; all our values are text, so
 * `numeric` reads a number out of the text.
 */
import { unreachable } from '../unreachable.ts';
import { cidrTest } from './cidr.ts';
import { globTest, parseGlob } from './wildcard.ts';

export type Comparison = '=' | '<' | '<=' | '>' | '>=';
export interface NumericBound {
  readonly comparison: Comparison;
  readonly number: number;
}

/** A test of one value that is there. */
export type SimpleTest =
  | { readonly op: 'equals'; readonly text: string }
  | { readonly op: 'equals-ignore-case'; readonly text: string }
  | { readonly op: 'prefix'; readonly text: string; readonly ignoreCase: boolean }
  | { readonly op: 'suffix'; readonly text: string; readonly ignoreCase: boolean }
  | { readonly op: 'wildcard'; readonly text: string }
  | { readonly op: 'numeric'; readonly bounds: readonly NumericBound[] }
  | { readonly op: 'cidr'; readonly text: string };

/** A test of all values of a field at once. */
export type ValueTest =
  | SimpleTest
  | { readonly op: 'exists'; readonly wanted: boolean }
  | { readonly op: 'anything-but'; readonly none: readonly SimpleTest[] };

export type FieldValues = readonly string[];

/** Compiles alternatives: the field holds when any of them does. An absent field is an empty list. */
export const compileTests = (tests: readonly ValueTest[]): ((values: FieldValues) => boolean) => {
  const compiled = tests.every((test) => test.op === 'equals')
    ? [equalsAny(tests.map((test) => test.text))]
    : tests.map(compileTest);
  const [only] = compiled;
  if (only !== undefined && compiled.length === 1) return only;
  return (values) => {
    for (const test of compiled) if (test(values)) return true;
    return false;
  };
};

/** Lists of names are the most common pattern by far, and may be long. */
const equalsAny = (texts: readonly string[]): ((values: FieldValues) => boolean) => {
  const [only] = texts;
  if (only !== undefined && texts.length === 1) return (values) => values.includes(only);
  const wanted = new Set(texts);
  return (values) => {
    for (const value of values) if (wanted.has(value)) return true;
    return false;
  };
};

const compileTest = (test: ValueTest): ((values: FieldValues) => boolean) => {
  if (test.op === 'exists') return (values) => values.length > 0 === test.wanted;
  if (test.op === 'anything-but') {
    const excluded = test.none.map(compileSimpleTest);
    // Unlike the other operators it speaks of every value: one excluded name excludes the finding.
    return (values) => {
      if (values.length === 0) return false;
      for (const value of values) for (const holds of excluded) if (holds(value)) return false;
      return true;
    };
  }
  const holds = compileSimpleTest(test);
  return (values) => {
    for (const value of values) if (holds(value)) return true;
    return false;
  };
};

const compileSimpleTest = (test: SimpleTest): ((value: string) => boolean) => {
  switch (test.op) {
    case 'equals':
      return (value) => value === test.text;
    case 'equals-ignore-case':
      return equalsIgnoringCase(test.text);
    case 'prefix':
      return test.ignoreCase ? startsIgnoringCase(test.text) : (value) => value.startsWith(test.text);
    case 'suffix':
      return test.ignoreCase ? endsIgnoringCase(test.text) : (value) => value.endsWith(test.text);
    case 'wildcard':
      return compileWildcard(test.text);
    case 'numeric':
      return (value) => numberIsWithin(value, test.bounds);
    case 'cidr':
      return cidrTest(test.text) ?? never;
    default:
      return unreachable(test);
  }
};

/** What cannot be understood holds for nothing; the parser has refused it already. */
const never = (): boolean => false;

const compileWildcard = (text: string): ((value: string) => boolean) => {
  const glob = parseGlob(text);
  return 'refused' in glob ? never : globTest(glob);
};

const equalsIgnoringCase = (text: string): ((value: string) => boolean) => {
  const folded = text.toLowerCase();
  return (value) => value.toLowerCase() === folded;
};

const startsIgnoringCase = (text: string): ((value: string) => boolean) => {
  const folded = text.toLowerCase();
  return (value) => value.toLowerCase().startsWith(folded);
};

const endsIgnoringCase = (text: string): ((value: string) => boolean) => {
  const folded = text.toLowerCase();
  return (value) => value.toLowerCase().endsWith(folded);
};

const NUMBER = /^-?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?$/;

const numberIsWithin = (value: string, bounds: readonly NumericBound[]): boolean => {
  if (!NUMBER.test(value)) return false;
  const number = Number(value);
  return bounds.every((bound) => boundHolds(number, bound));
};

const boundHolds = (number: number, bound: NumericBound): boolean => {
  switch (bound.comparison) {
    case '=':
      return number === bound.number;
    case '<':
      return number < bound.number;
    case '<=':
      return number <= bound.number;
    case '>':
      return number > bound.number;
    case '>=':
      return number >= bound.number;
    default:
      return unreachable(bound.comparison);
  }
};
