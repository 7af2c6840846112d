/**
 * Finds, among many patterns, the few that a subject could match at all, so that a decision does not get
 * slower with every entry. Each pattern is filed under the texts of one of its fields; a pattern that has
 * no such field is always a candidate. Order is kept: candidates are bits, read from the lowest up.
 *
 *     subject.rule = "s3-bucket-…"
 *         exact "s3-bucket-…"   -> entries 3, 17      bits  0001 0000 0000 1010
 *         prefix "s3-"          -> entry 12                 ^17       ^12   ^3 ^1
 *         always                -> entry 1            asked in the order 1, 3, 12, 17
 */
import { type EventPattern, type FieldPattern, type FieldRef, valuesReader } from './event-pattern.ts';
import type { PolicySubject } from './policy.ts';
import { PrefixTree } from './prefix-tree.ts';
import type { FieldValues, ValueTest } from './value-test.ts';
import { parseGlob } from './wildcard.ts';

export interface EntryIndex {
  /** The first pattern that could match and that `holds` confirms, or -1. */
  first(subject: PolicySubject, holds: (index: number) => boolean): number;
}

export const buildEntryIndex = (patterns: readonly EventPattern[]): EntryIndex => {
  const always = new Int32Array(Math.ceil(patterns.length / 32));
  const files = new Map<string, FieldFile>();
  for (const [index, pattern] of patterns.entries()) {
    const keys = filingKeys(pattern);
    if (keys === undefined) setBit(always, index);
    for (const { ref, literal } of keys ?? []) {
      const name = JSON.stringify(ref);
      const file = files.get(name) ?? new FieldFile(ref);
      files.set(name, file);
      file.add(literal, index);
    }
  }
  const fieldFiles = [...files.values()];
  // One scratch area for all decisions: a decision never waits, so no other can come in between.
  const candidates = new Int32Array(always.length);
  return {
    first: (subject, holds) => {
      candidates.set(always);
      for (const file of fieldFiles) file.mark(subject, candidates);
      for (let word = 0; word < candidates.length; word += 1) {
        let bits = candidates[word] ?? 0;
        while (bits !== 0) {
          const lowest = bits & -bits;
          const index = word * 32 + 31 - Math.clz32(lowest);
          if (holds(index)) return index;
          bits ^= lowest;
        }
      }
      return -1;
    },
  };
};

const setBit = (bits: Int32Array, index: number): void => {
  bits[index >> 5] = (bits[index >> 5] ?? 0) | (1 << (index & 31));
};

/** Text that a value must be, begin with or end with, for a test to have a chance. */
type Literal = { readonly kind: 'exact' | 'head' | 'tail'; readonly text: string };

interface FilingKey {
  readonly ref: FieldRef;
  readonly literal: Literal;
}

/** Where to file a pattern: it cannot match unless one of these holds. Undefined when there is no such set. */
const filingKeys = (pattern: EventPattern): readonly FilingKey[] | undefined => {
  let best: readonly FilingKey[] | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const field of pattern.fields) {
    const keys = fieldKeys(field);
    if (keys !== undefined && filingCost(keys) < bestCost) {
      best = keys;
      bestCost = filingCost(keys);
    }
  }
  for (const group of pattern.anyOf) {
    const alternatives = group.map(filingKeys);
    if (!alternatives.every((keys) => keys !== undefined)) continue;
    const keys = alternatives.flat();
    if (filingCost(keys) < bestCost) {
      best = keys;
      bestCost = filingCost(keys);
    }
  }
  return best;
};

/** How many subjects are likely to pass, roughly: a rule name tells more than a Region. */
const FIELD_COST = {
  rule: 1,
  resourceId: 1,
  tag: 2,
  resourceType: 4,
  account: 5,
  region: 20,
  framework: 50,
  severity: 60,
};

const filingCost = (keys: readonly FilingKey[]): number =>
  keys.reduce((worst, { ref, literal }) => {
    const fieldCost = FIELD_COST[ref.kind === 'tag' ? 'tag' : ref.field];
    return Math.max(worst, literal.kind === 'exact' ? fieldCost : fieldCost + 20 / literal.text.length);
  }, 0);

const fieldKeys = (field: FieldPattern): readonly FilingKey[] | undefined => {
  const keys: FilingKey[] = [];
  for (const test of field.tests) {
    const literal = literalOf(test);
    if (literal === undefined) return undefined;
    keys.push({ ref: field.ref, literal });
  }
  return keys;
};

const literalOf = (test: ValueTest): Literal | undefined => {
  switch (test.op) {
    case 'equals':
      return { kind: 'exact', text: test.text };
    case 'prefix':
      return test.ignoreCase ? undefined : partOf('head', test.text);
    case 'suffix':
      return test.ignoreCase ? undefined : partOf('tail', test.text);
    case 'wildcard': {
      const glob = parseGlob(test.text);
      if ('refused' in glob) return undefined;
      return partOf('head', glob[0] ?? '') ?? partOf('tail', glob.at(-1) ?? '');
    }
    default:
      return undefined;
  }
};

const partOf = (kind: 'head' | 'tail', text: string): Literal | undefined =>
  text === '' ? undefined : { kind, text };

/** All patterns that are filed under one field. */
class FieldFile {
  private readonly read: (subject: PolicySubject) => FieldValues;
  private readonly exact = new Map<string, number[]>();
  private readonly heads = new PrefixTree('forwards');
  private readonly tails = new PrefixTree('backwards');

  constructor(ref: FieldRef) {
    this.read = valuesReader(ref);
  }

  add({ kind, text }: Literal, index: number): void {
    if (kind === 'head') {
      this.heads.add(text, index);
    } else if (kind === 'tail') {
      this.tails.add(text, index);
    } else {
      const filed = this.exact.get(text);
      if (filed === undefined) this.exact.set(text, [index]);
      else filed.push(index);
    }
  }

  mark(subject: PolicySubject, candidates: Int32Array): void {
    for (const value of this.read(subject)) {
      const filed = this.exact.get(value);
      if (filed !== undefined) for (const index of filed) setBit(candidates, index);
      this.heads.mark(value, candidates);
      this.tails.mark(value, candidates);
    }
  }
}
