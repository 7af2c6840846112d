/** An approval lasts until the window that it waits for has been open once, and not for ever. */
import { describe, expect, it } from 'vitest';
import { decide } from '../../../domain/case/case-machine.ts';
import type { Window } from '../../../domain/policy/policy.ts';
import { dayMs, hourMs, plusMs } from '../../../domain/time.ts';
import { aCase, moment, NOW, observations, terms } from '../../support/cases.ts';

const weekly: Window = { name: 'weekly', cron: '0 22 * * 6', durationMs: 4 * hourMs, timezone: 'UTC' };

const validUntil = (windows: readonly Window[], expiresAfterMs = 4 * hourMs): string | undefined => {
  const waiting = aCase(
    'awaiting-approval',
    {},
    {
      terms: { ...terms, windows, approval: { quorum: 1, expiresAfterMs } },
    },
  );
  const outcome = decide(waiting, observations.decided, moment());
  if (outcome.kind !== 'moved') throw new Error('it should be approved');
  return outcome.case.approval?.validUntil;
};

describe('an approval', () => {
  it('lasts as long as the policy says, where no window must be waited for', () => {
    expect(validUntil([])).toBe(plusMs(NOW, 4 * hourMs));
  });

  it('lasts until the next opening closes', () => {
    // NOW is a Saturday, 3:00.
    expect(validUntil([weekly])).toBe('2026-11-22T02:00:00.000Z');
    expect(validUntil([{ ...weekly, cron: '0 22 * * 5' }])).toBe('2026-11-28T02:00:00.000Z');
  });

  it('lasts no shorter than the policy says', () => {
    expect(validUntil([weekly], 3 * dayMs)).toBe(plusMs(NOW, 3 * dayMs));
  });

  it('given inside a window lasts through the next whole opening', () => {
    expect(validUntil([{ ...weekly, cron: '0 2 * * *' }])).toBe('2026-11-22T06:00:00.000Z');
  });

  it('waits for a monthly window, and not for the next leap day: people are asked again', () => {
    expect(validUntil([{ ...weekly, cron: '0 3 20 * *' }])).toBe('2026-12-20T07:00:00.000Z');
    expect(validUntil([{ ...weekly, cron: '0 3 29 2 *' }])).toBe(plusMs(NOW, 35 * dayMs));
    expect(validUntil([{ ...weekly, cron: '0 0 31 2 *' }])).toBe(plusMs(NOW, 4 * hourMs));
  });

  it("leaves the request's own expiry as it is", () => {
    const waiting = aCase('awaiting-approval', {}, { terms: { ...terms, windows: [weekly] } });
    const late = decide(waiting, observations.decided, moment(waiting.state.expiresAt));
    expect(late).toMatchObject({ kind: 'refused', code: 'approval-expired' });
  });
});
