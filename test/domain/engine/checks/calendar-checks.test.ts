/** The checks of grace and window, by themselves: yes, no, and everything that makes them unable to tell. */
import { describe, expect, it } from 'vitest';
import type { CheckContext } from '../../../../domain/engine/checks/check.ts';
import { grace } from '../../../../domain/engine/checks/grace.ts';
import { window } from '../../../../domain/engine/checks/window.ts';
import type { Blackout, Safeguards, Window } from '../../../../domain/policy/policy.ts';
import { dayMs, hourMs, plusMs } from '../../../../domain/time.ts';
import { aCase, assessment, hash, NOW, planned, terms } from '../../../support/cases.ts';

interface Given {
  readonly terms?: Partial<Safeguards>;
  readonly blackouts?: readonly Blackout[];
  readonly now?: string;
  readonly openedAt?: string;
  readonly ownerToldAt?: string;
}

const context = ({
  terms: own,
  blackouts = [],
  now = NOW,
  openedAt = NOW,
  ownerToldAt,
}: Given): CheckContext =>
  ({
    ports: { clock: { now: () => now } },
    checked: {
      ...aCase('queued', {}, { openedAt, ...(ownerToldAt && { ownerToldAt }) }),
      document: 'any',
      planHash: hash,
      clientToken: 'any',
    },
    assessment: { ...assessment({ kind: 'planned', ...planned }), terms: { ...terms, ...own } },
    blackouts,
  }) as unknown as CheckContext;

const nights: Window = {
  name: 'nights',
  cron: '0 22 * * *',
  durationMs: 4 * hourMs,
  timezone: 'Europe/Berlin',
};
const freeze = (until: string): Blackout => ({
  name: 'year-end',
  reason: 'nobody is in',
  from: '2026-11-20T23:00:00.000Z',
  until,
});

describe('the window', () => {
  it('is open when the policy names none', async () => {
    expect(await window(context({}))).toMatchObject({ answer: 'yes' });
  });

  it('is open, and the start knows until when', async () => {
    const asked = context({ terms: { windows: [nights] }, now: '2026-11-21T21:30:00.000Z' });
    expect(await window(asked)).toEqual({
      answer: 'yes',
      reason: 'open until Sun 2026-11-22 02:00 (Europe/Berlin)',
    });
    expect(asked.startBefore).toBe('2026-11-22T01:00:00.000Z');
  });

  it('is open until a blackout begins in it', async () => {
    const asked = context({
      terms: { windows: [nights] },
      now: '2026-11-21T21:30:00.000Z',
      blackouts: [{ name: 'late', from: '2026-11-21T22:00:00.000Z', until: '2026-11-21T23:00:00.000Z' }],
    });
    expect((await window(asked)).answer).toBe('yes');
    expect(asked.startBefore).toBe('2026-11-21T22:00:00.000Z');
  });

  it('is closed: held until it opens, and says when, in its own zone', async () => {
    expect(await window(context({ terms: { windows: [nights] } }))).toEqual({
      answer: 'no',
      reason: 'window "nights" is closed; it may start Sat 2026-11-21 22:00 (Europe/Berlin)',
      next: { kind: 'hold', reason: 'window', until: '2026-11-21T21:00:00.000Z' },
    });
  });

  it('opens in a month: held for a day, so that another policy is noticed, but the person is told the month', async () => {
    const monthly = { ...nights, name: 'monthly', cron: '0 3 15 * *' };
    expect(await window(context({ terms: { windows: [monthly] } }))).toEqual({
      answer: 'no',
      reason: 'window "monthly" is closed; it may start Tue 2026-12-15 03:00 (Europe/Berlin)',
      next: { kind: 'hold', reason: 'window', until: plusMs(NOW, dayMs) },
    });
  });

  it('in a blackout: held until its end, whatever window is open, and says why', async () => {
    const now = '2026-11-21T21:30:00.000Z';
    expect(
      await window(
        context({ now, terms: { windows: [nights] }, blackouts: [freeze('2026-11-21T22:00:00.000Z')] }),
      ),
    ).toEqual({
      answer: 'no',
      reason: 'blackout "year-end" (nobody is in) holds until Sat 2026-11-21 22:00 (UTC)',
      next: { kind: 'hold', reason: 'blackout', until: '2026-11-21T22:00:00.000Z' },
    });
  });

  it('in a blackout after which the window is closed: held until the next opening', async () => {
    const now = '2026-11-21T21:30:00.000Z';
    const answer = await window(
      context({ now, terms: { windows: [nights] }, blackouts: [freeze('2026-11-22T03:00:00.000Z')] }),
    );
    expect(answer.next).toEqual({ kind: 'hold', reason: 'blackout', until: '2026-11-22T21:00:00.000Z' });
    expect(answer.reason).toContain('it may start Sun 2026-11-22 21:00 (UTC)');
  });

  it('that never opens again is handed over, and says what to mend', async () => {
    const never = { ...nights, cron: '0 0 31 2 *' };
    const answer = await window(context({ terms: { windows: [never] } }));
    expect(answer).toMatchObject({ answer: 'no', next: { kind: 'hand-over' } });
    expect(answer.reason).toContain('window "nights" is closed, and no time comes at which it could start');
    expect(answer.reason).toContain('Mend `windows` or `blackouts` in the policy');
  });

  it.each<[string, Given]>([
    ['a cron expression that is none', { terms: { windows: [{ ...nights, cron: 'at night' }] } }],
    ['no cron expression', { terms: { windows: [{ ...nights, cron: undefined as unknown as string }] } }],
    ['no time zone of this world', { terms: { windows: [{ ...nights, timezone: 'Mars/Olympus' }] } }],
    ['no duration', { terms: { windows: [{ ...nights, durationMs: undefined as unknown as number }] } }],
    ['no windows at all', { terms: { windows: undefined as unknown as readonly Window[] } }],
    ['a blackout without times', { blackouts: [{ name: 'odd' } as unknown as Blackout] }],
    ['a clock that tells no time', { terms: { windows: [nights] }, now: 'never' }],
  ])('cannot tell from %s, and says no to nothing: it throws, which is a no', async (_, given) => {
    await expect(window(context(given))).rejects.toThrow();
  });

  it.each(['assessment', 'blackouts'] as const)('cannot tell without the %s', async (part) => {
    const asked = context({});
    delete asked[part];
    expect((await window(asked)).answer).toBe('failed');
  });
});

describe('the grace', () => {
  const fourHours = { graceMs: 4 * hourMs };

  it('is none where the policy gives none', async () => {
    expect((await grace(context({}))).answer).toBe('yes');
  });

  it('is over when the owner was told and had the time', async () => {
    const asked = context({ terms: fourHours, ownerToldAt: NOW, now: plusMs(NOW, 4 * hourMs) });
    expect(await grace(asked)).toMatchObject({ answer: 'yes' });
  });

  it.each<[string, Given]>([
    ['the owner has time left', { ownerToldAt: NOW, now: plusMs(NOW, 4 * hourMs - 1) }],
    ['the owner was never told, however long ago it opened', { now: plusMs(NOW, 9 * dayMs) }],
    [
      'the owner was told so late that hardly any time was left',
      { ownerToldAt: plusMs(NOW, 3 * hourMs), now: plusMs(NOW, 5 * hourMs) },
    ],
  ])('runs while %s: the case goes back to where the policy puts it', async (_, given) => {
    const asked = context({ terms: fourHours, ...given });
    const answer = await grace(asked);
    expect(answer).toMatchObject({ answer: 'no', tells: { kind: 'assessed' } });
  });

  it.each<[string, Given]>([
    ['an opening that is no time', { ownerToldAt: NOW, openedAt: 'once' }],
    ['a telling that is no time', { ownerToldAt: 'once' }],
  ])('cannot be told from %s: it throws, which is a no', async (_, given) => {
    await expect(grace(context({ terms: fourHours, ...given }))).rejects.toThrow();
  });

  it.each([undefined, Number.NaN, -1])('of %s ms is no grace that anybody could tell', async (graceMs) => {
    const asked = context({
      terms: { graceMs: graceMs as number },
      ownerToldAt: NOW,
      now: plusMs(NOW, dayMs),
    });
    expect((await grace(asked)).answer).toBe('failed');
  });

  it('cannot be told without the policy', async () => {
    const asked: CheckContext = context({ terms: fourHours });
    delete asked.assessment;
    expect((await grace(asked)).answer).toBe('failed');
  });
});
