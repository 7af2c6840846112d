/**
 * Which patterns hold for everything that another one holds for: what decides whether a policy entry can ever be
 * reached. A pattern is taken apart into alternatives without `$or`, each a list of fields that must all hold.
 */
import type { EventPattern, FieldPattern, FieldRef } from '../event-pattern.ts';
import type { ValueTest } from '../value-test.ts';
import { testsCover } from './test-cover.ts';

/** Fields that must all hold; a field may stand there more than once. */
export type Conjunction = readonly FieldPattern[];

const ALTERNATIVES_MAX = 256;

/** The pattern as alternatives; undefined when they are too many to be worth it. */
export const alternativesOf = ({ fields, anyOf }: EventPattern): readonly Conjunction[] | undefined => {
  let alternatives: readonly Conjunction[] = [fields];
  for (const group of anyOf) {
    const inner: Conjunction[] = [];
    for (const pattern of group) {
      const found = alternativesOf(pattern);
      if (found === undefined) return undefined;
      inner.push(...found);
    }
    if (alternatives.length * inner.length > ALTERNATIVES_MAX) return undefined;
    alternatives = alternatives.flatMap((left) => inner.map((right) => [...left, ...right]));
  }
  return alternatives;
};

/** True when `wider` holds wherever `narrower` does. */
export const conjunctionCovers = (wider: Conjunction, narrower: Conjunction): boolean =>
  wider.every(({ ref, tests }) =>
    narrower.some((field) => isSame(field.ref, ref) && testsCover(tests, field.tests, isSingle(ref))),
  );

const isSame = (left: FieldRef, right: FieldRef): boolean =>
  left.kind === 'tag'
    ? right.kind === 'tag' && left.key === right.key
    : right.kind === 'field' && left.field === right.field;

/** A finding has several rule names and frameworks, and at most one of everything else. */
const isSingle = (ref: FieldRef): boolean =>
  ref.kind === 'tag' || (ref.field !== 'rule' && ref.field !== 'framework');

/**
 * Those of `wider` that together hold wherever `narrower` does, or undefined when that cannot be shown: one of
 * them alone, or some of them, each for a part of the values that `narrower` lists.
 *
 * @param stepsMax how many comparisons it is worth
 */
export const coveredBy = <T extends { readonly fields: Conjunction }>(
  narrower: Conjunction,
  wider: readonly T[],
  stepsMax = 20_000,
): readonly T[] | undefined => {
  let steps = 0;
  const cover = (fields: Conjunction): readonly T[] | undefined => {
    steps += wider.length;
    if (steps > stepsMax && fields !== narrower) return undefined;
    const alone = wider.find((other) => conjunctionCovers(other.fields, fields));
    if (alone !== undefined) return [alone];
    const at = fields.findIndex(({ tests }) => tests.length > 1);
    const field = fields[at];
    if (field === undefined) return undefined;
    const together = new Set<T>();
    for (const test of field.tests) {
      const found = cover(fields.with(at, { ref: field.ref, tests: [test] }));
      if (found === undefined) return undefined;
      for (const one of found) together.add(one);
    }
    return [...together];
  };
  return cover(narrower);
};

/** True when every finding that the narrower pattern speaks of is one that the wider one speaks of, too. */
export const patternCovers = (wider: EventPattern, narrower: EventPattern): boolean => {
  const over = alternativesOf(wider)?.map((fields) => ({ fields }));
  const under = alternativesOf(narrower);
  if (over === undefined || under === undefined) return false;
  return under.every((fields) => coveredBy(fields, over) !== undefined);
};

/** The texts of tests that are all exact values; undefined when one of them is another operator. */
export const exactValues = (tests: readonly ValueTest[]): readonly string[] | undefined => {
  const texts: string[] = [];
  for (const test of tests) {
    if (test.op !== 'equals') return undefined;
    texts.push(test.text);
  }
  return texts;
};
