/** Windows and blackouts together: a blackout beats every window, and what is closed says when it may go on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextClosing, startTimes } from '../../../domain/calendar/start-times.ts';
import type { Blackout, Window } from '../../../domain/policy/policy.ts';
import { hourMs, minuteMs, plusMs } from '../../../domain/time.ts';

const nights: Window = { name: 'nights', cron: '0 22 * * *', durationMs: 4 * hourMs, timezone: 'UTC' };
const noons: Window = { name: 'noons', cron: '0 12 * * *', durationMs: hourMs, timezone: 'UTC' };
const span = (from: string, until: string, name = 'freeze'): Blackout => ({
  name,
  from: `${from}:00.000Z`,
  until: `${until}:00.000Z`,
});
const at = (time: string) => `${time}:00.000Z`;

describe('without a blackout', () => {
  it('no window at all is open for ever', () => {
    expect(startTimes([], [], at('2026-11-21T03:00'))).toEqual({ kind: 'open' });
  });

  it('one open window will do, and it is open until the last of them closes', () => {
    const overlapping: Window = { ...nights, name: 'late', cron: '30 23 * * *' };
    expect(startTimes([nights, noons], [], at('2026-11-21T12:30'))).toEqual({
      kind: 'open',
      until: at('2026-11-21T13:00'),
    });
    expect(startTimes([nights, overlapping], [], at('2026-11-21T23:45'))).toEqual({
      kind: 'open',
      until: at('2026-11-22T03:30'),
    });
  });

  it('closed windows say when the first of them opens', () => {
    expect(startTimes([nights, noons], [], at('2026-11-21T03:00'))).toMatchObject({
      kind: 'closed',
      by: { kind: 'window' },
      opensAt: at('2026-11-21T12:00'),
    });
  });

  it('a window that never opens says so', () => {
    const never = { ...nights, cron: '0 0 31 2 *' };
    const times = startTimes([never], [], at('2026-11-21T03:00'));
    expect(times.kind).toBe('closed');
    expect(times).not.toHaveProperty('opensAt');
    expect(startTimes([never, noons], [], at('2026-11-21T03:00'))).toMatchObject({
      opensAt: at('2026-11-21T12:00'),
    });
  });
});

describe('a blackout', () => {
  it('beats an open window, and it goes on when the blackout ends inside the window', () => {
    expect(
      startTimes([nights], [span('2026-11-21T22:30', '2026-11-21T23:15')], at('2026-11-21T23:00')),
    ).toMatchObject({
      kind: 'closed',
      by: { kind: 'blackout', until: at('2026-11-21T23:15') },
      opensAt: at('2026-11-21T23:15'),
    });
  });

  it('that outlasts the window waits for the next opening', () => {
    expect(
      startTimes([nights], [span('2026-11-21T22:30', '2026-11-22T05:00')], at('2026-11-21T23:00')),
    ).toMatchObject({
      by: { kind: 'blackout', until: at('2026-11-22T05:00') },
      opensAt: at('2026-11-22T22:00'),
    });
  });

  it('begins at its beginning and is over at its end', () => {
    const freeze = [span('2026-11-21T05:00', '2026-11-21T06:00')];
    expect(startTimes([], freeze, '2026-11-21T04:59:59.999Z')).toEqual({
      kind: 'open',
      until: at('2026-11-21T05:00'),
    });
    expect(startTimes([], freeze, at('2026-11-21T05:00')).kind).toBe('closed');
    expect(startTimes([], freeze, '2026-11-21T05:59:59.999Z').kind).toBe('closed');
    expect(startTimes([], freeze, at('2026-11-21T06:00'))).toEqual({ kind: 'open' });
  });

  it('that overlaps another holds until the last of them ends, and names the one that ends last', () => {
    const times = startTimes(
      [],
      [
        span('2026-11-21T02:00', '2026-11-21T05:00', 'first'),
        span('2026-11-21T04:00', '2026-11-21T09:00', 'second'),
        { name: 'mornings', cron: '0 9 * * *', durationMs: 2 * hourMs, timezone: 'UTC' },
      ],
      at('2026-11-21T04:30'),
    );
    expect(times).toMatchObject({
      by: { blackout: { name: 'second' }, until: at('2026-11-21T09:00') },
      opensAt: at('2026-11-21T11:00'),
    });
  });

  it('that lies over the next opening puts it off, although a window is what is closed now', () => {
    expect(
      startTimes([nights], [span('2026-11-21T20:00', '2026-11-22T10:00')], at('2026-11-21T12:00')),
    ).toMatchObject({
      by: { kind: 'window' },
      opensAt: at('2026-11-22T22:00'),
    });
  });

  it('that holds whenever the window opens leaves no time at all', () => {
    const always: Blackout = { name: 'nightly', cron: '0 21 * * *', durationMs: 6 * hourMs, timezone: 'UTC' };
    const times = startTimes([nights], [always], at('2026-11-21T12:00'));
    expect(times).toMatchObject({ kind: 'closed', by: { kind: 'window' } });
    expect(times).not.toHaveProperty('opensAt');
  });

  it('without an end leaves no time at all; a long one does', () => {
    const daily: Blackout = { name: 'always', cron: '0 0 * * *', durationMs: 24 * hourMs, timezone: 'UTC' };
    expect(startTimes([], [daily], at('2026-11-21T12:00'))).not.toHaveProperty('opensAt');
    const years = span('2026-11-01T00:00', '2029-01-01T00:00');
    expect(startTimes([], [years], at('2026-11-21T12:00'))).toMatchObject({
      opensAt: at('2029-01-01T00:00'),
    });
  });

  it('in its own zone follows the clocks there', () => {
    const mornings: Blackout = {
      name: 'trading',
      cron: '0 8 * * *',
      durationMs: hourMs,
      timezone: 'America/New_York',
    };
    expect(startTimes([], [mornings], at('2026-10-31T12:30')).kind).toBe('closed');
    expect(startTimes([], [mornings], at('2026-11-01T12:30')).kind).toBe('open');
    expect(startTimes([], [mornings], at('2026-11-01T13:30')).kind).toBe('closed');
  });

  it('whose times are none is an error and no permission', () => {
    expect(() =>
      startTimes([], [{ name: 'odd', from: 'soon', until: 'later' }], at('2026-11-21T12:30')),
    ).toThrow(/no times/);
  });
});

describe('what must last through a window', () => {
  it('lasts until the next whole opening closes, also when one is open now', () => {
    expect(nextClosing([nights], at('2026-11-21T12:00'))).toBe(at('2026-11-22T02:00'));
    expect(nextClosing([nights], at('2026-11-21T23:00'))).toBe(at('2026-11-23T02:00'));
    expect(nextClosing([nights, noons], at('2026-11-21T03:00'))).toBe(at('2026-11-21T13:00'));
    expect(nextClosing([{ ...nights, cron: '0 0 31 2 *' }], at('2026-11-21T03:00'))).toBeUndefined();
  });
});

const aTime = fc
  .integer({ min: 0, max: 4 * 24 * 60 })
  .map((minutes) => plusMs(at('2026-10-23T00:00'), minutes * minuteMs));
const aWindow = fc
  .record({
    cron: fc.constantFrom('0 22 * * *', '30 2 * * *', '0 */6 * * *', '15 1-3 * * *'),
    durationMs: fc.constantFrom(20 * minuteMs, hourMs, 5 * hourMs),
    timezone: fc.constantFrom('Europe/Berlin', 'UTC', 'Australia/Lord_Howe'),
  })
  .map((window): Window => ({ name: 'any', ...window }));
const aBlackout = fc.oneof(
  aWindow.map((window): Blackout => window),
  fc
    .tuple(aTime, fc.integer({ min: 1, max: 2_000 }))
    .map(([from, minutes]): Blackout => ({ name: 'span', from, until: plusMs(from, minutes * minuteMs) })),
);

it('whatever holds, it may start when it is said to, until it is said to, and not a moment before', () => {
  fc.assert(
    fc.property(
      fc.array(aWindow, { maxLength: 2 }),
      fc.array(aBlackout, { maxLength: 3 }),
      aTime,
      (windows, blackouts, now) => {
        const times = startTimes(windows, blackouts, now);
        if (times.kind === 'open') {
          if (times.until === undefined) return;
          expect(times.until > now).toBe(true);
          expect(startTimes(windows, blackouts, plusMs(times.until, -1)).kind).toBe('open');
          return;
        }
        if (times.opensAt === undefined) return;
        expect(times.opensAt > now).toBe(true);
        expect(startTimes(windows, blackouts, times.opensAt).kind).toBe('open');
        const waitMs = Date.parse(times.opensAt) - Date.parse(now);
        for (const share of [0.2, 0.5, 0.8, 0.999])
          expect(startTimes(windows, blackouts, plusMs(now, Math.floor(waitMs * share))).kind).toBe('closed');
      },
    ),
    { seed: 20261121, numRuns: 150 },
  );
});
