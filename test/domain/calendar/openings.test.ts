/** When windows open and close: over changes of the clocks, leap days, midnights, ends of months and years. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMsOfWall, localText, wallMsAt } from '../../../domain/calendar/local-clock.ts';
import {
  isOpen,
  lastOpening,
  nextOpening,
  openUntil,
  type Recurring,
} from '../../../domain/calendar/openings.ts';
import { dayMs, epochMs, hourMs, instant, minuteMs, plusMs } from '../../../domain/time.ts';
import { openingsByMinute } from './minute-model.ts';

const window = (cron: string, timezone: string, durationMs = hourMs): Recurring => ({
  cron,
  timezone,
  durationMs,
});
const openings = (of: Recurring, after: string, count: number): readonly (string | undefined)[] => {
  const found: (string | undefined)[] = [];
  for (let at: string | undefined = after; at !== undefined && found.length < count; ) {
    at = nextOpening(of, at);
    found.push(at?.slice(0, 16));
  }
  return found;
};

describe('when the clocks are put forward', () => {
  it.each([
    // zone, an opening that is skipped, from when on, the instants before, on and after the day of the change
    [
      'Europe/Berlin',
      '30 2 * * *',
      '2026-03-27T12:00',
      ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'],
    ],
    [
      'America/New_York',
      '15 2 * * *',
      '2026-03-06T12:00',
      ['2026-03-07T07:15', '2026-03-08T07:00', '2026-03-09T06:15'],
    ],
    [
      'Australia/Lord_Howe',
      '15 2 * * *',
      '2026-10-02T03:00',
      ['2026-10-02T15:45', '2026-10-03T15:30', '2026-10-04T15:15'],
    ],
    [
      'Asia/Tokyo',
      '30 2 * * *',
      '2026-03-27T23:00',
      ['2026-03-28T17:30', '2026-03-29T17:30', '2026-03-30T17:30'],
    ],
  ])('in %s, an opening that is skipped comes as soon as it was: %s', (zone, cron, after, expected) => {
    expect(openings(window(cron, zone), `${after}:00.000Z`, 3)).toEqual(expected);
  });

  it('two openings that are skipped are one, together with the one at that time', () => {
    expect(openings(window('0,30 2,3 * * *', 'Europe/Berlin'), '2026-03-28T12:00:00.000Z', 3)).toEqual([
      '2026-03-29T01:00',
      '2026-03-29T01:30',
      '2026-03-30T00:00',
    ]);
  });

  it('it stays open for as long as it says, whatever the clocks show', () => {
    const across = window('0 1 * * *', 'Europe/Berlin', 2 * hourMs);
    // Opens at 1:00, closes at 4:00 by the clocks: two hours later.
    expect(openUntil(across, '2026-03-29T00:00:00.000Z')).toBe('2026-03-29T02:00:00.000Z');
    expect(isOpen(across, '2026-03-29T01:59:59.999Z')).toBe(true);
    expect(isOpen(across, '2026-03-29T02:00:00.000Z')).toBe(false);
  });

  it('a midnight that does not exist in Santiago opens at one', () => {
    expect(openings(window('0 0 * * *', 'America/Santiago'), '2026-09-05T12:00:00.000Z', 2)).toEqual([
      '2026-09-06T04:00',
      '2026-09-07T03:00',
    ]);
  });
});

describe('when the clocks are put back', () => {
  it.each([
    [
      'Europe/Berlin',
      '30 2 * * *',
      '2026-10-23T12:00',
      ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    [
      'America/New_York',
      '30 1 * * *',
      '2026-10-30T12:00',
      ['2026-10-31T05:30', '2026-11-01T05:30', '2026-11-02T06:30'],
    ],
    [
      'Australia/Lord_Howe',
      '45 1 * * *',
      '2026-04-03T00:00',
      ['2026-04-03T14:45', '2026-04-04T14:45', '2026-04-05T15:15'],
    ],
    [
      'Asia/Kolkata',
      '30 2 * * *',
      '2026-10-23T22:00',
      ['2026-10-24T21:00', '2026-10-25T21:00', '2026-10-26T21:00'],
    ],
  ])('in %s, an opening that comes twice opens once: %s', (zone, cron, after, expected) => {
    expect(openings(window(cron, zone), `${after}:00.000Z`, 3)).toEqual(expected);
  });

  it('so do openings of every few minutes: the hour that is repeated has none', () => {
    expect(openings(window('*/30 * * * *', 'Europe/Berlin'), '2026-10-25T00:10:00.000Z', 3)).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T02:00',
      '2026-10-25T02:30',
    ]);
  });

  it('in the repeated hour the last opening is the last of its first time', () => {
    const halves = window('*/30 * * * *', 'Europe/Berlin', 20 * minuteMs);
    expect(lastOpening(halves, '2026-10-25T01:10:00.000Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(isOpen(halves, '2026-10-25T01:10:00.000Z')).toBe(false);
  });

  it('it stays open for as long as it says, whatever the clocks show', () => {
    const across = window('0 2 * * *', 'Europe/Berlin', 90 * minuteMs);
    // Opens at 2:00, and at 2:00 for the second time it is still open, until 2:30.
    expect(openUntil(across, '2026-10-25T01:00:00.000Z')).toBe('2026-10-25T01:30:00.000Z');
    expect(isOpen(across, '2026-10-25T01:30:00.000Z')).toBe(false);
  });
});

describe('the calendar', () => {
  it('opens on leap days alone, and knows that 2100 is no leap year', () => {
    const leap = window('0 3 29 2 *', 'Europe/Berlin', 2 * hourMs);
    expect(openings(leap, '2026-11-21T00:00:00.000Z', 2)).toEqual(['2028-02-29T02:00', '2032-02-29T02:00']);
    expect(openings(leap, '2097-01-01T00:00:00.000Z', 1)).toEqual(['2104-02-29T02:00']);
    expect(isOpen(leap, '2028-02-29T03:59:00.000Z')).toBe(true);
    expect(isOpen(leap, '2027-03-01T02:30:00.000Z')).toBe(false);
  });

  it('crosses midnight, the end of a month and the end of a year', () => {
    const nights = window('0 22 * * *', 'Europe/Berlin', 4 * hourMs);
    expect(openUntil(nights, '2026-12-31T23:30:00.000Z')).toBe('2027-01-01T01:00:00.000Z');
    expect(openUntil(nights, '2027-01-01T00:59:59.999Z')).toBe('2027-01-01T01:00:00.000Z');
    expect(openUntil(nights, '2027-01-01T01:00:00.000Z')).toBeUndefined();
    expect(openUntil(nights, '2026-05-31T22:30:00.000Z')).toBe('2026-06-01T00:00:00.000Z');
    expect(nextOpening(nights, '2026-12-31T21:00:00.000Z')).toBe('2027-01-01T21:00:00.000Z');
  });

  it('Friday night is open on Saturday morning', () => {
    const friday = window('0 22 * * 5', 'America/New_York', 8 * hourMs);
    expect(isOpen(friday, '2026-11-21T10:59:00.000Z')).toBe(true);
    expect(isOpen(friday, '2026-11-22T10:59:00.000Z')).toBe(false);
  });

  it('is open from the opening on, and no more at the closing', () => {
    const noon = window('0 12 * * *', 'UTC');
    expect(isOpen(noon, '2026-11-21T11:59:59.999Z')).toBe(false);
    expect(isOpen(noon, '2026-11-21T12:00:00.000Z')).toBe(true);
    expect(isOpen(noon, '2026-11-21T12:59:59.999Z')).toBe(true);
    expect(isOpen(noon, '2026-11-21T13:00:00.000Z')).toBe(false);
  });

  it('openings that overlap or touch are one stretch', () => {
    const morning = window('0 6-9 * * *', 'UTC', hourMs);
    expect(openUntil(morning, '2026-11-21T06:30:00.000Z')).toBe('2026-11-21T10:00:00.000Z');
    const weekly = window('0 0 * * 1', 'UTC', 7 * dayMs);
    expect((openUntil(weekly, '2026-11-21T06:30:00.000Z') ?? '') > '2027-01-01').toBe(true);
  });

  it('what is never open never opens', () => {
    const never = window('0 0 31 2 *', 'UTC');
    expect(nextOpening(never, '2026-11-21T00:00:00.000Z')).toBeUndefined();
    expect(lastOpening(never, '2026-11-21T00:00:00.000Z')).toBeUndefined();
    expect(isOpen(never, '2026-11-21T00:00:00.000Z')).toBe(false);
  });

  it.each([
    ['a cron expression', window('every day', 'UTC')],
    ['six fields', window('0 0 2 * * *', 'UTC')],
    ['a time zone', window('0 2 * * *', 'Mars/Olympus')],
    ['a duration', { ...window('0 2 * * *', 'UTC'), durationMs: Number.NaN }],
    ['a cron expression at all', { ...window('', 'UTC'), cron: undefined as unknown as string }],
  ])('throws for what is not %s', (_, broken) => {
    expect(() => isOpen(broken, '2026-11-21T00:00:00.000Z')).toThrow();
  });

  it('says times as the people of the zone do', () => {
    expect(localText('2026-11-21T21:00:00.000Z', 'Europe/Berlin')).toBe(
      'Sat 2026-11-21 22:00 (Europe/Berlin)',
    );
    expect(localText('2026-07-01T15:45:00.000Z', 'Australia/Lord_Howe')).toBe(
      'Thu 2026-07-02 02:15 (Australia/Lord_Howe)',
    );
  });
});

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Asia/Kolkata',
  'UTC',
];
/** Days around which something happens somewhere, and a dull one. */
const DAYS = [
  '2026-03-08',
  '2026-03-29',
  '2026-04-05',
  '2026-09-06',
  '2026-10-04',
  '2026-10-25',
  '2026-11-01',
  '2028-02-29',
  '2026-12-31',
  '2026-06-15',
];

const field = (min: number, max: number) => {
  const value = fc.integer({ min, max });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    { weight: 3, arbitrary: value.map(String) },
    { weight: 1, arbitrary: fc.tuple(value, value).map((two) => two.toSorted((a, b) => a - b).join('-')) },
    { weight: 1, arbitrary: fc.integer({ min: 2, max: Math.min(20, max) }).map((step) => `*/${step}`) },
    { weight: 1, arbitrary: fc.tuple(value, value).map((two) => two.join(',')) },
  );
};
const aWindow = fc.record({
  cron: fc
    .tuple(field(0, 59), field(0, 5), field(1, 31), field(1, 12), field(0, 6))
    .map((fields) => fields.join(' ')),
  timezone: fc.constantFrom(...ZONES),
  durationMs: fc.integer({ min: 1, max: 600 }).map((minutes) => minutes * minuteMs),
});
const anInstant = fc
  .tuple(fc.constantFrom(...DAYS), fc.integer({ min: -24 * 60, max: 24 * 60 }))
  .map(([day, minutes]) => plusMs(`${day}T00:00:00.000Z`, minutes * minuteMs));

describe('any window in any zone', () => {
  it('is open when it opens, was not open by that opening before, and closes as long afterwards as it lasts', () => {
    fc.assert(
      fc.property(aWindow, anInstant, (any, after) => {
        const opening = nextOpening(any, after);
        if (opening === undefined) return;
        expect(opening > after).toBe(true);
        expect(isOpen(any, opening)).toBe(true);
        expect(lastOpening(any, opening)).toBe(opening);
        expect((lastOpening(any, plusMs(opening, -1)) ?? '') <= after).toBe(true);
        expect((openUntil(any, opening) ?? '') >= plusMs(opening, any.durationMs)).toBe(true);
      }),
      { seed: 20261121, numRuns: 150 },
    );
  });

  it('misses no opening and invents none: compared with the clocks on the wall, minute by minute', () => {
    fc.assert(
      fc.property(aWindow, anInstant, (any, from) => {
        const fromMs = epochMs(from);
        const untilMs = fromMs + 30 * hourMs;
        const expected = openingsByMinute(any, fromMs, untilMs);
        const found: number[] = [];
        for (let at = nextOpening(any, plusMs(from, -1)); at !== undefined && epochMs(at) < untilMs; ) {
          found.push(epochMs(at));
          at = nextOpening(any, at);
        }
        expect(found).toEqual(expected);
        // Whether it is open follows from them, where they reach back far enough.
        for (let nowMs = fromMs + 10 * hourMs; nowMs < untilMs; nowMs += 77 * minuteMs)
          expect(isOpen(any, instant(nowMs))).toBe(
            expected.some((opening) => opening <= nowMs && nowMs < opening + any.durationMs),
          );
      }),
      { seed: 20261121, numRuns: 25 },
    );
  });

  it('later times on the wall never come earlier, and what the clocks show comes when they show it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        anInstant,
        fc.integer({ min: 1, max: 300 }),
        (zone, at, minutes) => {
          const wall = wallMsAt(epochMs(at), zone);
          const first = epochMsOfWall(wall, zone);
          expect(first <= epochMs(at)).toBe(true);
          expect(wallMsAt(first, zone)).toBe(wall);
          expect(epochMsOfWall(wall + minutes * minuteMs, zone) >= first).toBe(true);
        },
      ),
      { seed: 20261121, numRuns: 300 },
    );
  });
});
