import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globTest, parseGlob } from '../../../domain/policy/wildcard.ts';

const like = (pattern: string, value: string): boolean => {
  const glob = parseGlob(pattern);
  if ('refused' in glob) throw new Error(glob.refused);
  return globTest(glob)(value);
};

/** The same by trying everything: slow, and plainly right. */
const naive = (pattern: string, value: string): boolean => {
  const [first] = pattern;
  if (first === undefined) return value === '';
  if (first !== '*') return value[0] === first && naive(pattern.slice(1), value.slice(1));
  return naive(pattern.slice(1), value) || (value !== '' && naive(pattern, value.slice(1)));
};

describe('wildcard', () => {
  it.each<[string, string, boolean]>([
    ['*', '', true],
    ['a*', 'a', true],
    ['*a', 'ba', true],
    ['a*a', 'a', false],
    ['ab*ba', 'aba', false],
    ['ab*ba', 'abba', true],
    ['*x*x*', 'x', false],
    ['*x*x*', 'axbxc', true],
    ['plain', 'plain', true],
    ['plain', 'plainer', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a\\\\*', 'a\\z', true],
    ['', '', true],
    ['日*語', '日本語', true],
  ])('%s against %s: %s', (pattern, value, expected) => {
    expect(like(pattern, value)).toBe(expected);
  });

  it.each(['**', 'a**b', '\\', 'a\\b', '*\\'])('refuses %s', (pattern) => {
    expect(parseGlob(pattern)).toHaveProperty('refused');
  });

  it('agrees with trying everything, for short and for long values', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    const values = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
    fc.assert(
      fc.property(letters, values, (written, value) => {
        const pattern = written.replaceAll(/\*+/g, '*');
        const expected = naive(pattern, value);
        expect(like(pattern, value)).toBe(expected);
        // A long run of another letter in front and behind, so that the search for long values is used.
        const padding = 'c'.repeat(2_000);
        expect(like(`c*${pattern}*c`.replaceAll(/\*+/g, '*'), padding + value + padding)).toBe(
          naive(`*${pattern}*`, value),
        );
      }),
      { seed: 20261121, numRuns: 500 },
    );
  });

  it('takes time that grows with the value alone: a megabyte made to be searched again and again', () => {
    const value = 'a'.repeat(1_000_000);
    const pattern = `*${`${'a'.repeat(200)}b*`.repeat(20)}`;
    // Without a linear search these are 2 * 10^8 comparisons each, or for ever.
    for (let time = 0; time < 5; time += 1) expect(like(pattern, value)).toBe(false);
    expect(like(`${'*a'.repeat(500)}*`, value)).toBe(true);
  });
});
