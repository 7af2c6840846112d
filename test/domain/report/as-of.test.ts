import { describe, expect, it } from 'vitest';
import { rowAsOf } from '../../../domain/report/as-of.ts';
import { hourMs, plusMs } from '../../../domain/time.ts';
import { aRow } from '../../support/case-row.ts';

const UNTIL = '2026-11-23T00:00:00.000Z';
const at = (hours: number): string => plusMs(UNTIL, hours * hourMs);

const head = { severity: 'low', mode: 'auto', entry: 'x' } as const;
const row = aRow({
  openedAt: at(-9),
  routed: [
    { at: at(-9), ...head },
    { at: at(0), ...head, owner: 'payroll' },
  ],
  asked: [at(-8), at(0)],
  decided: [
    { at: at(-7), answer: 'approved' },
    { at: at(1), answer: 'approved' },
  ],
  handed: [{ at: at(0), code: 'flapping' }],
  attempts: [
    { at: at(-6), document: 'x', failed: { at: at(-5), error: 'Failed: no' } },
    { at: at(-4), document: 'x', failed: { at: at(0), error: 'Failed: no' } },
    { at: at(2), document: 'x' },
  ],
  closed: { at: at(3), as: 'resolved' },
  spentMs: { queued: 12 * hourMs },
});

describe('a row as it was at an instant', () => {
  it('has nothing of that instant, nor of what came later, and no sums that went on', () => {
    const { closed: _, ...open } = row;
    expect(rowAsOf(row, UNTIL)).toStrictEqual({
      ...open,
      routed: [{ at: at(-9), ...head }],
      asked: [at(-8)],
      decided: [{ at: at(-7), answer: 'approved' }],
      handed: [],
      attempts: [
        { at: at(-6), document: 'x', failed: { at: at(-5), error: 'Failed: no' } },
        { at: at(-4), document: 'x' },
      ],
      spentMs: {},
    });
  });

  it('is whole of a case that was closed by then', () => {
    expect(rowAsOf(row, plusMs(at(3), 1))).toEqual(row);
    expect(rowAsOf(row, at(3))?.closed).toBeUndefined();
  });

  it('is not there of a case that was opened then, or later', () => {
    expect(rowAsOf(row, at(-9))).toBeUndefined();
    expect(rowAsOf(row, plusMs(at(-9), 1))).toMatchObject({ openedAt: at(-9), asked: [], attempts: [] });
  });
});
