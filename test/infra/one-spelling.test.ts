import { describe, expect, it } from 'vitest';
import { isInOneSpelling } from '../../infra/one-spelling.ts';

describe('a token', () => {
  it('is spelt as it was signed', () => {
    expect(isInOneSpelling('e30.e30.AA')).toBe(true);
  });

  it.each([
    'e30.e30.AB',
    'e30.e31.AA',
    'e30.e30.AA==',
    'e30.e30.A+',
    'e30.e30',
    'e30..AA',
    '.e30.AA',
    'e30.e30.',
    'e30.e30.AA.AA',
    ' e30.e30.AA',
    'e30.e30.A A',
    '',
  ])('is not spelt %o', (token) => {
    expect(isInOneSpelling(token)).toBe(false);
  });
});
