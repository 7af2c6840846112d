/**
 * What the clocks on the wall of a time zone show, and when they show it. A wall time is written as the
 * milliseconds at which UTC's clocks show the same.
 */
import { dayMs, minuteMs, secondMs } from '../time.ts';

/**
 * @param epochMs an instant
 * @param timezone IANA name; throws RangeError when there is no such zone
 */
export const wallMsAt = (epochMs: number, timezone: string): number =>
  epochMs + offsetMsAt(epochMs, timezone);

/**
 * The instant at which the clocks show a wall time. Of a time that they show twice it is the first; a time that
 * they skip comes when they have skipped it. So later wall times never come earlier.
 *
 *     put forward at 2:00    wall 1:59 │ 3:00     2:30 is skipped: it comes at 3:00
 *     put back at 3:00       wall 2:59 │ 2:00     2:30 is shown twice: the first counts
 */
export const epochMsOfWall = (wallMs: number, timezone: string): number => {
  const before = offsetMsAt(wallMs - dayMs, timezone);
  const after = offsetMsAt(wallMs + dayMs, timezone);
  // The larger offset gives the earlier instant.
  for (const offsetMs of [Math.max(before, after), Math.min(before, after)]) {
    const candidate = wallMs - offsetMs;
    if (offsetMsAt(candidate, timezone) === offsetMs) return candidate;
  }
  return changeBetween(wallMs - dayMs, wallMs + dayMs, timezone);
};

/** The first minute with the later offset. */
const changeBetween = (fromMs: number, untilMs: number, timezone: string): number => {
  let low = Math.floor(fromMs / minuteMs);
  let high = Math.ceil(untilMs / minuteMs);
  const offsetMs = offsetMsAt(low * minuteMs, timezone);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMsAt(middle * minuteMs, timezone) === offsetMs) low = middle;
    else high = middle;
  }
  return high * minuteMs;
};

/** How far the zone's clocks are ahead of UTC. */
export const offsetMsAt = (epochMs: number, timezone: string): number => {
  const shown = offsetFormat(timezone).format(epochMs);
  const parts = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(shown);
  if (parts === null) throw new Error(`the offset of ${timezone} cannot be read from "${shown}"`);
  // Before zones were agreed on, each town had its own, to the second.
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = parts;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * minuteMs + Number(seconds) * secondMs;
  return sign === '-' ? -offsetMs : offsetMs;
};

const formats = new Map<string, Intl.DateTimeFormat>();

/** Made once for a zone: that takes longer than all else here. There are no more zones than the IANA database has. */
const offsetFormat = (timezone: string): Intl.DateTimeFormat => {
  const known = formats.get(timezone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
  formats.set(timezone, made);
  return made;
};

/**
 * An instant as people in the zone would say it.
 *
 * @example
 * localText('2026-11-21T21:00:00.000Z', 'Europe/Berlin') // 'Sat 2026-11-21 22:00 (Europe/Berlin)'
 */
export const localText = (at: string, timezone: string): string => {
  const wall = new Date(wallMsAt(Date.parse(at), timezone));
  const text = wall.toISOString();
  return `${DAYS[wall.getUTCDay()]} ${text.slice(0, 10)} ${text.slice(11, 16)} (${timezone})`;
};

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
