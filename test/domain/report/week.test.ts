import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weekAt, weekNamed, weeksFrom } from '../../../domain/report/week.ts';
import { dayMs, epochMs, hourMs, instant, plusMs } from '../../../domain/time.ts';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/Sao_Paulo',
];
const moments = fc.integer({
  min: epochMs('2010-01-01T00:00:00.000Z'),
  max: epochMs('2060-01-01T00:00:00.000Z'),
});

describe('the ISO week', () => {
  it.each([
    ['2026-12-31T23:59:59.999Z', '2026-W53'],
    ['2027-01-03T00:00:00.000Z', '2026-W53'],
    ['2027-01-04T00:00:00.000Z', '2027-W01'],
    ['2024-12-30T00:00:00.000Z', '2025-W01'],
    ['2028-02-29T12:00:00.000Z', '2028-W09'],
  ])('of %s is %s in UTC', (at, week) => {
    expect(weekAt(at, 'UTC').id).toBe(week);
  });

  it.each([
    ['2027-01-03T22:59:59.999Z', 'Europe/Berlin', '2026-W53'],
    ['2027-01-03T23:00:00.000Z', 'Europe/Berlin', '2027-W01'],
    ['2027-01-04T04:59:59.999Z', 'America/New_York', '2026-W53'],
    ['2027-01-04T05:00:00.000Z', 'America/New_York', '2027-W01'],
    ['2027-01-03T18:29:59.999Z', 'Asia/Kolkata', '2026-W53'],
    ['2027-01-03T18:30:00.000Z', 'Asia/Kolkata', '2027-W01'],
  ])('of %s in %s is %s: it begins when its clocks show Monday', (at, timezone, week) => {
    expect(weekAt(at, timezone).id).toBe(week);
  });

  it.each([
    ['2026-W13', 'Europe/Berlin', 167, 'put forward'],
    ['2026-W43', 'Europe/Berlin', 169, 'put back'],
    ['2026-W10', 'America/New_York', 167, 'put forward'],
    ['2026-W44', 'America/New_York', 169, 'put back'],
    ['2026-W43', 'America/New_York', 168, 'left alone'],
    // Lord Howe's clocks change by half an hour.
    ['2026-W40', 'Australia/Lord_Howe', 167.5, 'put forward'],
    // Samoa had no Friday at the end of 2011: it went over the date line.
    ['2011-W52', 'Pacific/Apia', 144, 'put forward by a day'],
  ])('%s in %s has %d hours: clocks are %s', (id, timezone, hours) => {
    const week = weekNamed(id, timezone);
    expect(week && epochMs(week.to) - epochMs(week.from)).toBe(hours * hourMs);
  });

  it('by its name is the one that its instants are in; there is no 53rd where a year has none', () => {
    expect(weekNamed('2026-W53', 'UTC')).toMatchObject({
      from: '2026-12-28T00:00:00.000Z',
      to: '2027-01-04T00:00:00.000Z',
    });
    for (const id of ['2027-W53', '2026-W00', '2026-W54', '2026-47', 'W47', '', '2026-W047', '2026-W4'])
      expect(weekNamed(id, 'UTC')).toBeUndefined();
  });

  it('takes time whole: each instant is in one week, which the next one follows without a gap', () => {
    fc.assert(
      fc.property(moments, fc.constantFrom(...ZONES), (ms, timezone) => {
        const week = weekAt(instant(ms), timezone);
        expect(week.from <= instant(ms) && instant(ms) < week.to).toBe(true);
        expect(weekAt(week.from, timezone)).toEqual(week);
        expect(weekAt(plusMs(week.to, -1), timezone)).toEqual(week);
        expect(weekNamed(week.id, timezone)).toEqual(week);
        const [next, before] = [weeksFrom(week, 1), weeksFrom(week, -1)];
        expect(next.from).toBe(week.to);
        expect(before.to).toBe(week.from);
        expect(before.id < week.id && week.id < next.id).toBe(true);
        expect(weeksFrom(weeksFrom(week, -11), 11)).toEqual(week);
      }),
      { numRuns: 200 },
    );
  });

  it('begins on a Monday at midnight of its clocks, also where clocks change', () => {
    const shown = (at: string, timeZone: string) =>
      new Date(at).toLocaleString('en-GB', {
        timeZone,
        weekday: 'short',
        hour: '2-digit',
        minute: '2-digit',
      });
    fc.assert(
      fc.property(moments, fc.constantFrom(...ZONES), (ms, timezone) => {
        expect(shown(weekAt(instant(ms), timezone).from, timezone)).toMatch(/^Mon,? 00:00$/);
      }),
      { numRuns: 100 },
    );
  });

  it('lasts six to eight days, whatever is done to clocks', () => {
    fc.assert(
      fc.property(moments, fc.constantFrom(...ZONES), (ms, timezone) => {
        const { from, to } = weekAt(instant(ms), timezone);
        const days = (epochMs(to) - epochMs(from)) / dayMs;
        expect(days >= 6 && days < 8).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
