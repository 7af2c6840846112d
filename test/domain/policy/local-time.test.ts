/** Dates and times of a policy in its zone: the ones that the clocks skip or repeat, and the ones that are none. */
import { expect, it } from 'vitest';
import { localEnd, localInstant } from '../../../domain/policy/local-time.ts';

it.each([
  // Skipped: as if the clocks had not yet been put forward.
  ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30'],
  ['2026-03-08T02:15', 'America/New_York', '2026-03-08T07:15'],
  ['2026-10-04T02:15', 'Australia/Lord_Howe', '2026-10-03T15:45'],
  ['2026-09-06', 'America/Santiago', '2026-09-06T04:00'],
  ['2011-12-30T12:00', 'Pacific/Apia', '2011-12-30T22:00'],
  // Shown twice: the first.
  ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30'],
  ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30'],
  ['2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45'],
  // Just before and just after.
  ['2026-03-29T01:59', 'Europe/Berlin', '2026-03-29T00:59'],
  ['2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00'],
  ['2026-10-25T03:00', 'Europe/Berlin', '2026-10-25T02:00'],
  ['2026-12-20', 'Europe/Berlin', '2026-12-19T23:00'],
  ['2026-12-20T08:30', 'UTC', '2026-12-20T08:30'],
  ['2026-12-20T10:00:30', 'Asia/Kolkata', '2026-12-20T04:30'],
])('%s in %s is %s', (text, timezone, expected) => {
  expect(localInstant(text, timezone)?.slice(0, 16)).toBe(expected);
});

it('keeps the seconds, those of the towns too that had their own time', () => {
  expect(localInstant('2026-12-20T10:00:30', 'Asia/Kolkata')).toBe('2026-12-20T04:30:30.000Z');
  expect(localInstant('1850-01-01', 'Europe/Berlin')).toBe('1849-12-31T23:06:32.000Z');
});

it.each([
  ['2026-02-29', 'UTC'],
  ['2026-02-31T10:00', 'UTC'],
  ['2026-12-20T24:00', 'UTC'],
  ['2026-12-20T10:60', 'UTC'],
  ['2026-12-20T10:00Z', 'UTC'],
  ['20 December', 'UTC'],
  ['2026-12-20', 'Mars/Olympus'],
  // Instants sort as text, and that one would come before all others.
  ['9999-12-31T23:00', 'America/New_York'],
])('%s in %s is none', (text, timezone) => {
  expect(localInstant(text, timezone)).toBeUndefined();
});

it('a date ends when the next begins, be it 23 hours later or 25', () => {
  expect(localEnd('2026-03-29', 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000Z');
  expect(localEnd('2026-10-25', 'Europe/Berlin')).toBe('2026-10-25T23:00:00.000Z');
  expect(localEnd('2026-12-31', 'UTC')).toBe('2027-01-01T00:00:00.000Z');
  expect(localEnd('2026-12-31T12:00', 'UTC')).toBe('2026-12-31T12:00:00.000Z');
  expect(localEnd('2026-02-31', 'UTC')).toBeUndefined();
});
