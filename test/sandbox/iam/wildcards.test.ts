import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesArn, matchesResource, matchesWildcards } from '../../../sandbox/iam/wildcards.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', '.'), maxLength: 8 });
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', ':', '.', '*', '?'), maxLength: 8 });

const reference = (wildcards: string): RegExp => {
  const source = [...wildcards].map((each) =>
    each === '*' ? '.*' : each === '?' ? '.' : each === '.' ? '\\.' : each,
  );
  return new RegExp(`^${source.join('')}$`, 's');
};

test('wildcards match exactly what the regular expression for them matches', () => {
  fc.assert(
    fc.property(pattern, text, (wildcards, word) => {
      expect(matchesWildcards(wildcards, word)).toBe(reference(wildcards).test(word));
    }),
    { numRuns: 2_000 },
  );
});

test('a resource or an ARN never matches more than its wildcards would as plain text', () => {
  fc.assert(
    fc.property(pattern, text, (wildcards, word) => {
      const plain = reference(wildcards).test(word);
      if (matchesResource(wildcards, word)) expect(plain).toBe(true);
      if (matchesArn(wildcards, word)) expect(plain).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('a text matches itself and the star', () => {
  fc.assert(
    fc.property(text, (word) => {
      expect([matchesWildcards(word, word), matchesResource(word, word), matchesResource('*', word)]).toEqual(
        [true, true, true],
      );
    }),
    { numRuns: 200 },
  );
});

test('many stars in a long text are judged at once', () => {
  expect(matchesWildcards(`${'*a'.repeat(50)}b`, 'a'.repeat(5_000))).toBe(false);
});
