import { describe, expect, it } from 'vitest';
import { personName } from '../../console/who-is.ts';

describe("a person's name", () => {
  it('is the same person however it is written', () => {
    for (const written of ['ada', ' Ada ', 'ADA', '\uFF21da'])
      expect(personName(written)).toEqual({ ok: true, name: 'ada' });
  });

  it.each([
    undefined,
    '',
    '   ',
    'selfheal',
    'Config',
    'SSM',
    'a\u0000b',
    'a\u202Eb',
    'a\nb',
    '<b>',
    'x'.repeat(101),
  ])('is not %o, which is not a person or not a name', (name) => {
    expect(personName(name)).toMatchObject({ ok: false });
  });
});
