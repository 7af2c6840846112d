/** ISO weeks, Monday to Sunday as the clocks of a time zone show them. */
import { epochMsOfWall, wallMsAt } from '../calendar/local-clock.ts';
import { dayMs, epochMs, type Instant, instant } from '../time.ts';

export interface Week {
  /** `2026-W47` */
  readonly id: string;
  /** IANA name. */
  readonly timezone: string;
  /** Monday, 0:00. */
  readonly from: Instant;
  /** The next Monday, 0:00: not part of it. A week in which clocks change has an hour more or less. */
  readonly to: Instant;
}

/**
 * The week that an instant is in.
 *
 * @example
 * weekAt('2027-01-03T12:00:00.000Z', 'UTC').id // '2026-W53'
 * weekAt('2027-01-03T23:30:00.000Z', 'Europe/Berlin').id // '2027-W01'
 */
export const weekAt = (at: Instant, timezone: string): Week => {
  const day = Math.floor(wallMsAt(epochMs(at), timezone) / dayMs);
  return weekFromMonday(day - weekday(day), timezone);
};

/**
 * Undefined when there is no such week: not every year has 53.
 *
 * @example
 * weekNamed('2026-W47', 'UTC')?.from // '2026-11-16T00:00:00.000Z'
 * weekNamed('2027-W53', 'UTC') // undefined
 */
export const weekNamed = (id: string, timezone: string): Week | undefined => {
  const [, year, number] = /^([0-9]{4})-W([0-9]{2})$/.exec(id) ?? [];
  if (year === undefined || number === undefined) return undefined;
  // The fourth of January is always in the first week.
  const fourth = Date.UTC(Number(year), 0, 4) / dayMs;
  const week = weekFromMonday(fourth - weekday(fourth) + (Number(number) - 1) * 7, timezone);
  return week.id === id ? week : undefined;
};

/** So many weeks later; a negative number goes back. */
export const weeksFrom = ({ from, timezone }: Week, count: number): Week =>
  weekFromMonday(Math.floor(wallMsAt(epochMs(from), timezone) / dayMs) + count * 7, timezone);

/** @param monday in whole days since 1970-01-01, as the clocks show them */
const weekFromMonday = (monday: number, timezone: string): Week => ({
  id: idOf(monday),
  timezone,
  from: instant(epochMsOfWall(monday * dayMs, timezone)),
  to: instant(epochMsOfWall((monday + 7) * dayMs, timezone)),
});

/** A week belongs to the year that its Thursday is in. */
const idOf = (monday: number): string => {
  const year = new Date((monday + 3) * dayMs).getUTCFullYear();
  const number = Math.floor((monday + 3 - Date.UTC(year, 0, 1) / dayMs) / 7) + 1;
  return `${String(year).padStart(4, '0')}-W${String(number).padStart(2, '0')}`;
};

/** 0 on a Monday. The first of January 1970 was a Thursday. */
const weekday = (day: number): number => (((day + 3) % 7) + 7) % 7;
