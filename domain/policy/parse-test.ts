/**
 * Reads one item of a field's list: a plain value, or a mapping with one operator.
 */
import { cidrTest } from './cidr.ts';
import { didYouMean } from './did-you-mean.ts';
import { type DocumentPath, listed, type PathProblem, shown } from './policy-problem.ts';
import type { Comparison, NumericBound, SimpleTest, ValueTest } from './value-test.ts';
import { parseGlob } from './wildcard.ts';

type Report = (problem: PathProblem) => void;

export const OPERATORS = [
  'prefix',
  'suffix',
  'wildcard',
  'equals-ignore-case',
  'anything-but',
  'numeric',
  'exists',
  'cidr',
] as const;

/** Operators that `anything-but` may turn round. */
const EXCLUDABLE = ['prefix', 'suffix', 'wildcard', 'equals-ignore-case'] as const;

/** The test that an item asks for, or undefined after its problems have been reported. */
export const parseTest = (raw: unknown, path: DocumentPath, report: Report): ValueTest | undefined => {
  if (typeof raw === 'string') return { op: 'equals', text: raw };
  const operation = singleKey(raw, path, OPERATORS, 'text, or an operator such as {prefix: s3-}', report);
  if (operation === undefined) return undefined;
  const { key, value, at } = operation;
  switch (key) {
    case 'exists':
      return parseExists(value, at, report);
    case 'numeric':
      return parseNumeric(value, at, report);
    case 'cidr':
      return parseCidr(value, at, report);
    case 'anything-but':
      return parseAnythingBut(value, at, report);
    default:
      return parseTextTest(key, value, at, report);
  }
};

const parseTextTest = (
  op: string,
  value: unknown,
  path: DocumentPath,
  report: Report,
): SimpleTest | undefined => {
  switch (op) {
    case 'prefix':
    case 'suffix': {
      if (typeof value === 'string') return { op, text: value, ignoreCase: false };
      const expected = 'text, or {equals-ignore-case: text}';
      const folded = singleKey(value, path, ['equals-ignore-case'], expected, report);
      const text = folded && parseText(folded.value, folded.at, report);
      return text === undefined ? undefined : { op, text, ignoreCase: true };
    }
    case 'wildcard': {
      const text = parseText(value, path, report);
      if (text === undefined) return undefined;
      const glob = parseGlob(text);
      if ('refused' in glob) {
        report({ path, expected: 'a wildcard pattern', found: shown(text), action: glob.refused });
        return undefined;
      }
      return { op, text };
    }
    default: {
      const text = parseText(value, path, report);
      return text === undefined ? undefined : { op: 'equals-ignore-case', text };
    }
  }
};

const parseText = (value: unknown, path: DocumentPath, report: Report): string | undefined => {
  if (typeof value === 'string') return value;
  report({ path, expected: 'text', found: shown(value) });
  return undefined;
};

const parseExists = (value: unknown, path: DocumentPath, report: Report): ValueTest | undefined => {
  if (typeof value === 'boolean') return { op: 'exists', wanted: value };
  report({ path, expected: 'true or false', found: shown(value) });
  return undefined;
};

const parseCidr = (value: unknown, path: DocumentPath, report: Report): ValueTest | undefined => {
  if (typeof value === 'string' && cidrTest(value) !== undefined) return { op: 'cidr', text: value };
  report({ path, expected: 'a block such as 10.0.0.0/8 or 2001:db8::/32', found: shown(value) });
  return undefined;
};

/** EventBridge takes one value or a list of them, here and behind each operator inside. */
const parseAnythingBut = (value: unknown, path: DocumentPath, report: Report): ValueTest | undefined => {
  if (typeof value === 'string' || Array.isArray(value)) {
    const none = texts(value, path, report).map(({ text }): SimpleTest => ({ op: 'equals', text }));
    return none.length === 0 ? undefined : { op: 'anything-but', none };
  }
  const expected = `text, a list of texts, or one of {${EXCLUDABLE.join('}, {')}}`;
  const operation = singleKey(value, path, EXCLUDABLE, expected, report);
  if (operation === undefined) return undefined;
  const none = texts(operation.value, operation.at, report).flatMap(({ text, at }) => {
    if (text === '' && operation.key !== 'equals-ignore-case') {
      report({
        path: at,
        expected: 'text that is not empty',
        found: shown(text),
        action: 'it would exclude all',
      });
      return [];
    }
    const test = parseTextTest(operation.key, text, at, report);
    return test === undefined ? [] : [test];
  });
  return none.length === 0 ? undefined : { op: 'anything-but', none };
};

const texts = (value: unknown, path: DocumentPath, report: Report): { text: string; at: DocumentPath }[] => {
  if (typeof value === 'string') return [{ text: value, at: path }];
  if (!Array.isArray(value) || value.length === 0) {
    report({ path, expected: 'text, or a list with at least one text', found: shown(value) });
    return [];
  }
  return value.flatMap((item, index) => {
    const at = [...path, index];
    const text = parseText(item, at, report);
    return text === undefined ? [] : [{ text, at }];
  });
};

const COMPARISONS: readonly string[] = ['=', '<', '<=', '>', '>='];

const parseNumeric = (value: unknown, path: DocumentPath, report: Report): ValueTest | undefined => {
  const bounds = numericBounds(value);
  if (bounds !== undefined) return { op: 'numeric', bounds };
  report({
    path,
    expected: "a comparison such as ['=', 5] or a range such as ['>=', 0, '<', 10], the lower bound first",
    found: Array.isArray(value) ? value.map(shown).join(' ') : shown(value),
    action: 'put < and > into quotes; they compare with = < <= > >=',
  });
  return undefined;
};

const numericBounds = (value: unknown): readonly NumericBound[] | undefined => {
  if (!Array.isArray(value) || (value.length !== 2 && value.length !== 4)) return undefined;
  const bounds: NumericBound[] = [];
  for (let index = 0; index < value.length; index += 2) {
    const comparison: unknown = value[index];
    const number: unknown = value[index + 1];
    if (typeof comparison !== 'string' || !COMPARISONS.includes(comparison)) return undefined;
    if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
    bounds.push({ comparison: comparison as Comparison, number });
  }
  const [lower, upper] = bounds;
  if (lower === undefined || upper === undefined) return bounds;
  const isRange = lower.comparison.startsWith('>') && upper.comparison.startsWith('<');
  return isRange && lower.number < upper.number ? bounds : undefined;
};

interface Operation {
  readonly key: string;
  readonly value: unknown;
  readonly at: DocumentPath;
}

/** The one operator in a mapping. */
const singleKey = (
  raw: unknown,
  path: DocumentPath,
  known: readonly string[],
  expected: string,
  report: Report,
): Operation | undefined => {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) {
    report({ path, expected, found: shown(raw) });
    return undefined;
  }
  const entries = Object.entries(raw);
  for (const [key] of entries.filter(([key]) => !known.includes(key))) {
    const meant = didYouMean(key, known);
    report({
      path: [...path, key],
      atKey: true,
      expected:
        known.length === 1 ? `the operator ${listed(known)}` : `one of the operators ${listed(known)}`,
      found: `unknown operator ${shown(key)}`,
      ...(meant === undefined ? {} : { action: `did you mean "${meant}"?` }),
    });
  }
  if (entries.some(([key]) => !known.includes(key))) return undefined;
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) {
    const action = 'alternatives are items of the list; what must hold at once goes into another field';
    report({
      path,
      expected: 'exactly one operator',
      found: shown(raw),
      ...(entry === undefined ? {} : { action }),
    });
    return undefined;
  }
  return { key: entry[0], value: entry[1], at: [...path, entry[0]] };
};
