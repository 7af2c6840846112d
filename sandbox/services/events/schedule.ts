/** EventBridge's schedule expressions, `rate(…)` and `cron(…)`: when a rule fires next. All times are UTC. */

export interface Schedule {
  /** The first time after `afterMs`; undefined when there is none any more (a cron with a year that is over). */
  nextAfter(afterMs: number): number | undefined;
}

export class InvalidSchedule extends Error {}

/**
 * @throws InvalidSchedule
 * @example parseSchedule('rate(1 minute)').nextAfter(0) // 60000
 */
export const parseSchedule = (expression: string): Schedule => {
  const [, kind, inside = ''] = /^(rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return rateSchedule(inside, expression);
  if (kind === 'cron') return cronSchedule(inside, expression);
  throw new InvalidSchedule(`${expression} is neither rate(…) nor cron(…)`);
};

const MINUTE_MS = 60_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  minute: MINUTE_MS,
  hour: 60 * MINUTE_MS,
  day: 24 * 60 * MINUTE_MS,
};

/** `1 minute` but `5 minutes`, as EventBridge has it. */
const rateSchedule = (text: string, expression: string): Schedule => {
  const [, count = '', unit = '', plural = ''] = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(text) ?? [];
  if (count === '' || (plural === '') !== (count === '1'))
    throw new InvalidSchedule(`${expression} is no rate`);
  const everyMs = Number(count) * (UNIT_MS[unit] ?? MINUTE_MS);
  return { nextAfter: (afterMs) => afterMs + everyMs };
};

type Field = (value: number) => boolean;

/** Minutes, hours, day of month, month, day of week, year: one of the two days is a `?`. */
const cronSchedule = (text: string, expression: string): Schedule => {
  const parts = text.trim().split(/\s+/);
  const [minutes = '', hours = '', day = '', month = '', weekday = '', year = ''] = parts;
  if (parts.length !== 6 || (day === '?') === (weekday === '?'))
    throw new InvalidSchedule(`${expression} needs six fields, of which exactly one of the two days is ?`);
  const field = (source: string, min: number, max: number, names: readonly string[] = []): Field =>
    parseField(source, { min, max, names, expression });
  const fields = {
    minute: field(minutes, 0, 59),
    hour: field(hours, 0, 23),
    day: field(day, 1, 31),
    month: field(month, 1, 12, MONTHS),
    // Sunday is 1.
    weekday: field(weekday, 1, 7, WEEKDAYS),
    year: field(year, 1970, 2199),
  };
  const isDay = (at: Date): boolean =>
    fields.year(at.getUTCFullYear()) &&
    fields.month(at.getUTCMonth() + 1) &&
    fields.day(at.getUTCDate()) &&
    fields.weekday(at.getUTCDay() + 1);
  const isTime = (at: Date): boolean => fields.hour(at.getUTCHours()) && fields.minute(at.getUTCMinutes());
  return {
    nextAfter: (afterMs) => {
      let ms = (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
      for (let days = 0; days < DAYS_MAX; days += 1) {
        const tomorrowMs = (Math.floor(ms / DAY_MS) + 1) * DAY_MS;
        if (isDay(new Date(ms))) for (; ms < tomorrowMs; ms += MINUTE_MS) if (isTime(new Date(ms))) return ms;
        ms = tomorrowMs;
      }
      return undefined;
    },
  };
};

interface FieldRange {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
  readonly expression: string;
}

const parseField = (source: string, range: FieldRange): Field => {
  const tests = source.split(',').map((part) => parsePart(part, range));
  return (value) => tests.some((test) => test(value));
};

const parsePart = (part: string, { min, max, names, expression }: FieldRange): Field => {
  if (part === '*' || part === '?') return () => true;
  const [, from = '', to, step] = /^([\w*]+?)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
  const read = (text: string): number => {
    const at = names.indexOf(text.toUpperCase());
    const value = at === -1 ? Number(text) : at + min;
    if (!Number.isInteger(value) || value < min || value > max)
      throw new InvalidSchedule(`${expression}: the sandbox does not know ${part} there`);
    return value;
  };
  const first = from === '*' ? min : read(from);
  const last = to === undefined ? (step === undefined && from !== '*' ? first : max) : read(to);
  const every = Number(step ?? 1);
  return (value) => value >= first && value <= last && (value - first) % every === 0;
};

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const DAY_MS = 24 * 60 * MINUTE_MS;
/** The 29th of February may be eight years away. */
const DAYS_MAX = 9 * 366;
