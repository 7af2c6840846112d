import { describe, expect, it } from 'vitest';
import { csrfHolds, csrfOf } from '../../../console/identity/session.ts';

describe("a form's token", () => {
  const csrf = csrfOf('a.b.c');

  it('holds for the visit that it was made in, and for no other', () => {
    expect(csrfHolds({ csrf }, csrfOf('a.b.c'))).toBe(true);
    expect(csrfHolds({ csrf }, csrfOf('a.b.d'))).toBe(false);
  });

  it.each([undefined, '', ['x'], 5, csrf.slice(0, -1), `${csrf}=`, `${csrf.slice(0, -1)}\u00e9`])(
    'does not hold as %o',
    (given) => {
      expect(csrfHolds({ csrf }, given)).toBe(false);
    },
  );

  it('does not tell the session', () => {
    expect(csrf).not.toContain('a.b.c');
    expect(csrf).toMatch(/^[\w-]{43}$/);
  });
});
