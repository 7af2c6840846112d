/**
 * Translates zod's issues into problems that a policy's author understands, with the nearest known key.
 */
import * as z from '../zod.ts';
import { didYouMean } from './did-you-mean.ts';
import { type DocumentPath, listed, type PathProblem, shown } from './policy-problem.ts';

/** All problems of one issue: an issue about unknown keys is one problem a key. */
export const schemaProblems = (
  schema: z.ZodMiniType,
  issue: z.core.$ZodIssue,
  data: unknown,
): readonly PathProblem[] => {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => unknownKey(key, [...path, key], known, valueAt(data, path)));
  }
  if (issue.code === 'invalid_key') {
    const key = String(path.at(-1) ?? '');
    const said = issue.issues[0]?.message;
    return [
      {
        path,
        atKey: true,
        expected:
          said === undefined || said.startsWith(UNSAID)
            ? 'a name of letters, digits, dots, dashes or underscores'
            : said,
        found: shown(key),
      },
    ];
  }
  const value = valueAt(data, path);
  const meant = meantOf(issue, value);
  if (meant !== undefined)
    return meant.flatMap((inner) =>
      schemaProblems(schema, { ...inner, path: [...issue.path, ...inner.path] }, data),
    );
  if (value === undefined) {
    return [
      { path, expected: issue.message, found: 'nothing', action: `add "${String(path.at(-1) ?? '')}"` },
    ];
  }
  return [{ path, expected: issue.message, found: shown(value), ...correction(issue, value) }];
};

/** How zod begins for a schema that has no words of its own. */
const UNSAID = 'Invalid ';

/** A mapping where a list or a mapping may stand: what is wrong with the mapping says more than that it is neither. */
const meantOf = (issue: z.core.$ZodIssue, value: unknown): readonly z.core.$ZodIssue[] | undefined =>
  issue.code === 'invalid_union' && value !== null && typeof value === 'object'
    ? issue.errors.find((one) => !one.some(({ code, path }) => path.length === 0 && code === 'invalid_type'))
    : undefined;

const correction = (issue: z.core.$ZodIssue, value: unknown): { action?: string } => {
  if (issue.path.length === 0) return { action: 'begin with its keys, each at the start of a line' };
  if (value === null) return { action: 'write a value behind the colon, or remove the key' };
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    if (issue.values.some((known) => typeof known === 'number' && String(known) === value)) {
      return { action: 'without quotes' };
    }
    const meant = didYouMean(value, issue.values.map(String));
    return meant === undefined ? {} : { action: `did you mean "${meant}"?` };
  }
  const isDuration = issue.message.startsWith('a duration');
  if (isDuration && typeof value === 'number') return { action: `add the unit, such as ${shown(value)}s` };
  return {};
};

const unknownKey = (
  key: string,
  path: DocumentPath,
  known: readonly string[],
  parent: unknown,
): PathProblem => {
  const isTaken = (candidate: string): boolean =>
    parent !== null && typeof parent === 'object' && Object.hasOwn(parent, candidate);
  const meant = didYouMean(
    key,
    known.filter((candidate) => !isTaken(candidate)),
  );
  return {
    path,
    atKey: true,
    expected: `one of the keys ${listed(known)}`,
    found: `unknown key ${shown(key)}`,
    ...(meant === undefined ? {} : { action: `did you mean "${meant}"?` }),
  };
};

export const valueAt = (data: unknown, path: DocumentPath): unknown => {
  let value = data;
  for (const step of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
};

/** The keys that a mapping at a path may have. */
const keysAt = (schema: z.ZodMiniType, path: DocumentPath): readonly string[] => {
  let at: unknown = schema;
  for (const step of path) {
    const inner = unwrapped(at);
    if (inner instanceof z.ZodMiniObject) at = inner.shape[String(step)];
    else if (inner instanceof z.ZodMiniArray) at = inner.def.element;
    else if (inner instanceof z.ZodMiniRecord) at = inner.def.valueType;
    else return [];
  }
  const inner = unwrapped(at);
  return inner instanceof z.ZodMiniObject ? Object.keys(inner.shape) : [];
};

const unwrapped = (schema: unknown): unknown => {
  if (schema instanceof z.ZodMiniOptional) return unwrapped(schema.def.innerType);
  if (schema instanceof z.ZodMiniUnion)
    return schema.def.options.find((one) => one instanceof z.ZodMiniObject) ?? schema;
  return schema;
};
