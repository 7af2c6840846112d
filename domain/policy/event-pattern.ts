/**
 * An event pattern over a finding: which findings a policy entry speaks of. Written like EventBridge's
 * event patterns, so that nobody has to learn a second language.
 *
 * - Every field named must hold, and at least one alternative of `$or`. `{}` holds for everything.
 * - A field holds when any of its listed tests holds for any of its values: a finding has several rule
 *   names (source identifier, name as deployed, name without decoration) and several frameworks.
 * - `anything-but` is the exception: it holds only when *none* of the values is excluded. Excluding
 *   `restricted-ssh` thus excludes `securityhub-restricted-ssh-1a2b3c4d` as well.
 * - A field that is absent (a tag, the severity of a rule no catalog knows, no framework) holds for
 *   `exists: false` and for nothing else, not even for `anything-but`.
 */
import type { PolicySubject } from './policy.ts';
import { compileTests, type FieldValues, type ValueTest } from './value-test.ts';

export const MATCH_FIELDS = [
  'rule',
  'resourceType',
  'resourceId',
  'account',
  'region',
  'severity',
  'framework',
] as const;
export type MatchField = (typeof MATCH_FIELDS)[number];

/** What is looked at: a field of the finding, or one of its tags. */
export type FieldRef =
  | { readonly kind: 'field'; readonly field: MatchField }
  | { readonly kind: 'tag'; readonly key: string };

export interface FieldPattern {
  readonly ref: FieldRef;
  /** Alternatives; at least one. */
  readonly tests: readonly ValueTest[];
}

/** A pattern as data. All of `fields` and one alternative of each group in `anyOf` must hold. */
export interface EventPattern {
  readonly fields: readonly FieldPattern[];
  readonly anyOf: readonly (readonly EventPattern[])[];
}

export type Matcher = (subject: PolicySubject) => boolean;

/**
 * Compiles a pattern into a test.
 *
 * @example
 * const matches = compileEventPattern(pattern);
 * matches(subject) // true when every field holds
 */
export const compileEventPattern = (pattern: EventPattern): Matcher => {
  // Comparisons with exact values cost least and fail most often: they are asked first.
  const exactFirst = pattern.fields.toSorted((left, right) => Number(isExact(right)) - Number(isExact(left)));
  const matchers = [...exactFirst.map(compileField), ...pattern.anyOf.map(compileAlternatives)];
  const [first, second] = matchers;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (matchers.length === 2) return (subject) => first(subject) && second(subject);
  return (subject) => {
    for (const matches of matchers) if (!matches(subject)) return false;
    return true;
  };
};

const isExact = ({ tests }: FieldPattern): boolean => tests.every((test) => test.op === 'equals');

const compileField = ({ ref, tests }: FieldPattern): Matcher => {
  const holds = compileTests(tests);
  const read = valuesReader(ref);
  return (subject) => holds(read(subject));
};

const compileAlternatives = (patterns: readonly EventPattern[]): Matcher => {
  const alternatives = patterns.map(compileEventPattern);
  return (subject) => {
    for (const matches of alternatives) if (matches(subject)) return true;
    return false;
  };
};

const NOTHING: FieldValues = [];

/** Reads a field's values from a subject; an absent field has none. */
export const valuesReader = (ref: FieldRef): ((subject: PolicySubject) => FieldValues) => {
  if (ref.kind === 'tag') {
    const { key } = ref;
    return (subject) => {
      const value = Object.hasOwn(subject.tags, key) ? subject.tags[key] : undefined;
      return one(value);
    };
  }
  const { field } = ref;
  switch (field) {
    case 'rule':
      return (subject) => subject.rule;
    case 'framework':
      return (subject) => subject.frameworks;
    default:
      return (subject) => one(subject[field]);
  }
};

/** A value that is not text (a caller's mistake at run time) is as good as none: it must match nothing. */
const one = (value: unknown): FieldValues => (typeof value === 'string' ? [value] : NOTHING);
