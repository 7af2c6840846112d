/** Shares: compared as they are, never as they are printed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAtLeast, shareOf, shareText } from '../../../domain/compliance/share.ts';

const share = (text: string) => {
  const found = shareOf(text);
  if (found === undefined) throw new Error(`no share: ${text}`);
  return found;
};

describe('a minimum', () => {
  it.each(['0', '1', '0.95', '0.0', '1.000', '0.999999999'])('%s is one', (text) => {
    expect(shareOf(text)).toMatchObject({ text });
  });

  it.each(['', '95', '95%', '1.01', '-0.5', '0,95', '.95', '2', '1e-1', 'NaN', '0.1234567891', ' 1', '0x1'])(
    '"%s" is none',
    (text) => {
      expect(shareOf(text)).toBeUndefined();
    },
  );
});

describe('a share', () => {
  it.each([
    [95, 100, true],
    [1425, 1500, true],
    [1424, 1500, false],
    [9499, 10_000, false],
    [94_999_999_999_999, 100_000_000_000_000, false],
    [0, 0, false],
  ])('%d of %d is at least 0.95: %s', (count, total, answer) => {
    expect(isAtLeast(count, total, share('0.95'))).toBe(answer);
  });

  it('of nothing is not even at least 0', () => {
    expect(isAtLeast(0, 0, share('0'))).toBe(false);
  });

  it('is printed cut, and says so: never as more than it is', () => {
    expect(shareText(94_999_999, 100_000_000)).toBe('0.949999…');
    expect(shareText(999_999_999, 1_000_000_000)).toBe('0.999999…');
    expect(shareText(2, 2)).toBe('1');
    expect(shareText(0, 7)).toBe('0');
    expect(shareText(0, 0)).toBe('none');
  });

  it('that misses a minimum never prints as one that reaches it', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000_000),
        fc.integer({ min: 1, max: 1_000_000_000 }),
        fc.nat(999_999_999),
        (part, total, least) => {
          const count = Math.min(part, total);
          const text = `0.${String(least).padStart(9, '0')}`;
          const printed = share(shareText(count, total, 9).replace('…', ''));
          if (!isAtLeast(count, total, share(text)))
            expect(isAtLeast(printed.parts, printed.of, share(text))).toBe(false);
        },
      ),
    );
  });
});
