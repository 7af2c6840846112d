/**
 * Reads the `match` of a policy entry, as plain data, into an event pattern; tells everything that is
 * wrong with it, each at its place.
 */

import { didYouMean } from './did-you-mean.ts';
import { type EventPattern, type FieldPattern, type FieldRef, MATCH_FIELDS } from './event-pattern.ts';
import { parseTest } from './parse-test.ts';
import { type DocumentPath, listed, type PathProblem, shown } from './policy-problem.ts';

/** Deeper nesting of `$or` than this is no pattern that a person could check. */
export const OR_DEPTH_MAX = 8;

export const FIELD_VALUES: Readonly<Record<string, readonly string[]>> = {
  severity: ['low', 'medium', 'high', 'critical'],
  framework: ['cis', 'pci', 'hipaa', 'soc2', 'nist'],
};

/**
 * @param raw the `match` mapping as plain data; scalars that stand for text are text already
 * @param path where it stands in the document
 * @param report called for every problem
 */
export const parsePattern = (
  raw: unknown,
  path: DocumentPath,
  report: (problem: PathProblem) => void,
): EventPattern => parseMapping(raw, path, report, 'match', 0);

type Level = 'match' | 'tags';
const MATCH_KEYS = [...MATCH_FIELDS, 'tags', '$or'] as const;

const parseMapping = (
  raw: unknown,
  path: DocumentPath,
  report: (problem: PathProblem) => void,
  level: Level,
  depth: number,
): EventPattern => {
  const fields: FieldPattern[] = [];
  const anyOf: EventPattern[][] = [];
  if (!isMapping(raw)) {
    report({
      path,
      expected:
        level === 'tags' ? 'a mapping from tag keys to patterns' : 'a mapping from fields to patterns',
      found: shown(raw),
      ...(raw === null && level === 'match' ? { action: 'write {} to match every finding' } : {}),
    });
    return { fields, anyOf };
  }
  for (const [key, value] of Object.entries(raw)) {
    const at = [...path, key];
    if (key === '$or') {
      anyOf.push(parseAlternatives(value, at, report, level, depth + 1));
    } else if (level === 'tags') {
      fields.push(parseField({ kind: 'tag', key }, value, at, report));
    } else if (key === 'tags') {
      const tags = parseMapping(value, at, report, 'tags', depth);
      if (isMapping(value) && Object.keys(value).length === 0) {
        report({ path: at, expected: 'at least one tag key', found: shown(value), action: 'leave tags out' });
      }
      fields.push(...tags.fields);
      anyOf.push(...tags.anyOf.map((group) => [...group]));
    } else if (isMatchField(key)) {
      fields.push(parseField({ kind: 'field', field: key }, value, at, report));
    } else {
      report(unknownField(key, at));
    }
  }
  return { fields, anyOf };
};

const parseAlternatives = (
  raw: unknown,
  path: DocumentPath,
  report: (problem: PathProblem) => void,
  level: Level,
  depth: number,
): EventPattern[] => {
  if (depth > OR_DEPTH_MAX) {
    report({ path, expected: `$or nested at most ${OR_DEPTH_MAX} deep`, found: 'a deeper one' });
    return [];
  }
  if (!Array.isArray(raw) || raw.length < 2) {
    report({ path, expected: 'a list of at least two alternatives, each a mapping', found: shown(raw) });
    return [];
  }
  return raw.map((alternative, index) => {
    const at = [...path, index];
    if (isMapping(alternative) && Object.keys(alternative).length === 0) {
      report({
        path: at,
        expected: 'an alternative with at least one field',
        found: shown(alternative),
        action: 'an empty one would make the whole $or hold for everything',
      });
    }
    return parseMapping(alternative, at, report, level, depth);
  });
};

const parseField = (
  ref: FieldRef,
  raw: unknown,
  path: DocumentPath,
  report: (problem: PathProblem) => void,
): FieldPattern => {
  const list = typeof raw === 'string' ? [raw] : raw;
  if (!Array.isArray(list) || list.length === 0) {
    report({
      path,
      expected: 'text, or a list with at least one value or operator',
      found: shown(raw),
      ...(isMapping(raw) ? { action: mappingAction(ref, raw) } : {}),
    });
    return { ref, tests: [] };
  }
  const tests = list.flatMap((item, index) => {
    const at = typeof raw === 'string' ? path : [...path, index];
    const test = parseTest(item, at, report);
    if (test?.op === 'equals') checkValue(ref, test.text, at, report);
    return test === undefined ? [] : [test];
  });
  return { ref, tests };
};

const mappingAction = (ref: FieldRef, raw: object): string => {
  const [key = ''] = Object.keys(raw);
  return ref.kind === 'tag' || isOperatorLike(key)
    ? `put the operator into a list: [{${key}: …}]`
    : 'a field has no fields of its own';
};

const isOperatorLike = (key: string): boolean => /^[a-z-]+$/.test(key);

/** A value that the field can never have is a mistake that would silently match nothing. */
const checkValue = (
  ref: FieldRef,
  text: string,
  path: DocumentPath,
  report: (problem: PathProblem) => void,
): void => {
  if (ref.kind === 'tag') return;
  const known = FIELD_VALUES[ref.field];
  if (known !== undefined && !known.includes(text)) {
    const meant = didYouMean(text, known);
    report({
      path,
      expected: `one of ${listed(known)}`,
      found: shown(text),
      ...(meant === undefined ? {} : { action: `did you mean "${meant}"?` }),
    });
  }
  if (ref.field === 'account' && !/^\d{12}$/.test(text)) {
    report({ path, expected: 'an account id of 12 digits', found: shown(text) });
  }
};

const unknownField = (key: string, path: DocumentPath): PathProblem => {
  const tagKey = /^tags\.(?<tag>.+)$/.exec(key)?.groups?.tag;
  const meant = didYouMean(key, MATCH_KEYS);
  const action =
    tagKey === undefined ? meant && `did you mean "${meant}"?` : `write it nested: tags: {${tagKey}: […]}`;
  return {
    path,
    atKey: true,
    expected: `one of the fields ${listed(MATCH_KEYS)}`,
    found: `unknown field ${shown(key)}`,
    ...(action === undefined ? {} : { action }),
  };
};

const isMatchField = (key: string): key is (typeof MATCH_FIELDS)[number] =>
  (MATCH_FIELDS as readonly string[]).includes(key);

const isMapping = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
