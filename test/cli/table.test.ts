import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, table, width } from '../../cli/render/table.ts';

const columns = [
  { title: 'A', value: ({ a }: { a: string; b: string }) => a },
  { title: 'B', value: ({ b }: { a: string; b: string }) => b, widthMin: 4 },
];

describe('table', () => {
  it('aligns columns and leaves no space behind', () => {
    expect(
      table(
        columns,
        [
          { a: 'one', b: 'x' },
          { a: 'three', b: 'yy' },
        ],
        80,
      ),
    ).toBe('A      B\none    x\nthree  yy');
  });

  it('cuts the columns that may give until the line fits', () => {
    expect(table(columns, [{ a: 'fixed', b: 'a long text' }], 14)).toBe('A      B\nfixed  a long…');
  });

  it('does not cut what may not give', () => {
    expect(table(columns, [{ a: 'fixed', b: 'a long text' }], 3)).toBe('A      B\nfixed  a l…');
  });

  it('leaves columns out when there is no room for all', () => {
    const three = [...columns, { title: 'C', value: () => 'ccc', leaveOut: 1 }];
    const rows = [{ a: 'fixed', b: 'a long text' }];
    expect(table(three, rows, 16)).toBe('A      B     C\nfixed  a l…  ccc');
    expect(table(three, rows, 14)).toBe('A      B\nfixed  a long…');
  });

  it('keeps every line within the width when it can', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ a: fc.string({ maxLength: 5 }), b: fc.string({ maxLength: 50 }) })),
        fc.integer({ min: 12, max: 70 }),
        (rows, widthMax) => {
          for (const line of table(columns, rows, widthMax).split('\n'))
            expect(width(line)).toBeLessThanOrEqual(widthMax);
        },
      ),
      { seed: 3 },
    );
  });
});

describe('cut', () => {
  it('cuts by characters, not by halves of them', () => {
    expect(cut('🦊🦊🦊', 2)).toBe('🦊…');
  });
});
