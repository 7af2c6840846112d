import { describe, expect, it } from 'vitest';
import { personOf } from '../../console/who-is.ts';

describe('personOf', () => {
  it('is the same person however the name is written', () => {
    for (const written of ['ada', ' Ada ', 'ADA', '\uFF21da']) expect(personOf(written)).toBe('ada');
  });

  it.each([undefined, '', '   '])('asks for a name instead of %o', (name) => {
    expect(() => personOf(name)).toThrow(expect.objectContaining({ status: 401 }));
  });

  it.each(['selfheal', 'Config', 'SSM', 'a\u0000b', 'a\u202Eb', 'a\nb', '<b>', 'x'.repeat(101)])(
    'refuses %o, which is not a person or not a name',
    (name) => {
      expect(() => personOf(name)).toThrow(expect.objectContaining({ status: 400 }));
    },
  );
});
