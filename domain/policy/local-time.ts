/** Dates and times as people write them in a policy, read in a time zone; and what is a time zone at all. */
import { epochMsOfWall, offsetMsAt, wallMsAt } from '../calendar/local-clock.ts';
import { type Instant, instant, minuteMs } from '../time.ts';

/** True for the name of a zone in the IANA database, such as `Europe/Berlin` or `UTC`. */
export const isTimezone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
};

const SHAPE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?)?$/;

/**
 * The instant of a local date (its beginning) or date and time; undefined when the text is none. A time that the
 * clocks skip is read as if they had not yet been put forward; of one that they repeat, the first is meant.
 *
 * @example
 * localInstant('2026-12-20', 'Europe/Berlin') // '2026-12-19T23:00:00.000Z'
 * localInstant('2026-12-20T08:30', 'UTC') // '2026-12-20T08:30:00.000Z'
 */
export const localInstant = (text: string, timezone: string): Instant | undefined => {
  if (!SHAPE.test(text)) return undefined;
  const full = text.length === 10 ? `${text}T00:00:00` : text.length === 16 ? `${text}:00` : text;
  // 31 February must not become a day in March.
  const [date = ''] = full.split('T');
  const asUtc = Date.parse(`${full}Z`);
  if (Number.isNaN(asUtc) || instant(asUtc).slice(0, 10) !== date) return undefined;
  if (!isTimezone(timezone)) return undefined;
  const shownAtMs = epochMsOfWall(asUtc, timezone);
  const isSkipped = wallMsAt(shownAtMs, timezone) !== asUtc;
  const found = instant(isSkipped ? asUtc - offsetMsAt(shownAtMs - minuteMs, timezone) : shownAtMs);
  // From the year 10000 on, instants are written with a sign, and no longer sort as text.
  return found.startsWith('+') ? undefined : found;
};

/**
 * The end of a local date (the beginning of the next), or a local date and time as it stands: how long something
 * lasts that ends "on" a date.
 *
 * @example
 * localEnd('2026-12-31', 'UTC') // '2027-01-01T00:00:00.000Z'
 */
export const localEnd = (text: string, timezone: string): Instant | undefined => {
  if (text.length !== 10) return localInstant(text, timezone);
  const midnight = Date.parse(`${text}T00:00:00Z`);
  if (localInstant(text, timezone) === undefined) return undefined;
  return localInstant(instant(midnight + 86_400_000).slice(0, 10), timezone);
};
