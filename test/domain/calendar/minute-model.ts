/**
 * When a window opens and whether it is open, worked out minute by minute from what the zone's clocks show: slow,
 * and sharing nothing with what it is compared with, not even croner.
 */
import type { Recurring } from '../../../domain/calendar/openings.ts';
import { minuteMs } from '../../../domain/time.ts';

/** All openings from the first instant up to, and without, the second. */
export const openingsByMinute = (
  { cron, timezone }: Recurring,
  fromMs: number,
  untilMs: number,
): number[] => {
  const fields = cron.split(' ');
  const shows = clock(timezone);
  const openings: number[] = [];
  // The furthest that the clocks have ever gone: what they show again is no opening.
  let furthest = shows(fromMs - minuteMs);
  for (let earlier = fromMs - 240 * minuteMs; earlier < fromMs; earlier += minuteMs)
    furthest = Math.max(furthest, shows(earlier));
  for (let nowMs = fromMs; nowMs < untilMs; nowMs += minuteMs) {
    const wall = shows(nowMs);
    // More than one when the clocks have just been put forward.
    const newlyShown: number[] = [];
    for (let each = furthest + minuteMs; each <= wall; each += minuteMs) newlyShown.push(each);
    if (newlyShown.some((each) => matches(fields, new Date(each)))) openings.push(nowMs);
    furthest = Math.max(furthest, wall);
  }
  return openings;
};

const clock = (timeZone: string): ((nowMs: number) => number) => {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  });
  return (nowMs) => {
    const part = Object.fromEntries(
      format.formatToParts(nowMs).map(({ type, value }) => [type, Number(value)]),
    );
    return Date.UTC(part.year ?? 0, (part.month ?? 0) - 1, part.day, part.hour, part.minute);
  };
};

const matches = (fields: readonly string[], wall: Date): boolean => {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const onDay = has(day, wall.getUTCDate(), 1, 31);
  const onWeekday = has(weekday, wall.getUTCDay(), 0, 6);
  return (
    has(minute, wall.getUTCMinutes(), 0, 59) &&
    has(hour, wall.getUTCHours(), 0, 23) &&
    has(month, wall.getUTCMonth() + 1, 1, 12) &&
    // Where both say something, either will do.
    (day === '*' || weekday === '*' ? onDay && onWeekday : onDay || onWeekday)
  );
};

const has = (field: string, value: number, min: number, max: number): boolean =>
  field.split(',').some((part) => {
    const [range = '', step = '1'] = part.split('/');
    const [from = '', to] = range === '*' ? [String(min), String(max)] : range.split('-');
    const last = to ?? (part.includes('/') ? String(max) : from);
    return value >= Number(from) && value <= Number(last) && (value - Number(from)) % Number(step) === 0;
  });
