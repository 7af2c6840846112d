/**
 * Cron expressions as wall times: five fields, read and gone through without a clock or a time zone.
 *
 *     ┌ minute  0-59
 *     │ ┌ hour  0-23
 *     │ │ ┌ day of month  1-31, L for the last
 *     │ │ │ ┌ month  1-12, jan-dec
 *     │ │ │ │ ┌ day of week  0-7 (Sunday is 0 and 7), sun-sat, tue#2 for the second Tuesday, friL for the last Friday
 *     0 22 * * 1-5
 *
 * Each is a `*`, a value, a range or a list of them; ranges and `*` take a step. Where both fields of days say
 * something else than `*`, either will do.
 */
import { dayMs, minuteMs } from '../time.ts';

export interface Cron {
  /** Milliseconds after midnight, in order. */
  readonly timesMs: readonly number[];
  /** Counted from 1; `LAST_DAY` is whichever is the month's last. */
  readonly days: ReadonlySet<number>;
  /** Counted from 1. */
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday; that of one week of the month is `weekday + WEEK * n`, of its last week `weekday + WEEK * LAST`. */
  readonly weekdays: ReadonlySet<number>;
  /** A day need be in one of `days` and `weekdays` only. */
  readonly eitherDay: boolean;
}

/** What is wrong with an expression, of one field or of the whole. */
export interface CronProblem {
  readonly expected: string;
  /** What stands there: the part of a field, or absent for the whole expression. */
  readonly part?: string;
  /** What to write instead. */
  readonly action?: string;
}

export type ParsedCron =
  | { readonly ok: true; readonly cron: Cron }
  | { readonly ok: false; readonly problems: readonly [CronProblem, ...CronProblem[]] };

/**
 * Reads an expression, or says of each field the first thing that is wrong with it.
 *
 * @example
 * parseCron('15 25 * * *')
 * // { ok: false, problems: [{ expected: 'a number from 0 to 23 for the hour', part: '25',
 * //   action: 'for example 22, 8-17 or *\/4' }] }
 */
export const parseCron = (text: string): ParsedCron => {
  const written = text.trim().split(/\s+/);
  if (written.length !== FIELDS.length)
    return { ok: false, problems: [notFive(text.trim(), written.length)] };
  const problems: CronProblem[] = [];
  const read = FIELDS.map((field, index) => {
    const values = new Set<number>();
    for (const part of (written[index] ?? '').split(',')) {
      const found = valuesOf(part, field);
      if (found === undefined) {
        problems.push(problemOf(part, field));
        break;
      }
      for (const value of found) values.add(value);
    }
    return values;
  });
  const [first, ...others] = problems;
  if (first !== undefined) return { ok: false, problems: [first, ...others] };
  const [minutes = NONE, hours = NONE, days = NONE, months = NONE, weekdays = NONE] = read;
  const timesMs = [...hours].flatMap((hour) => [...minutes].map((minute) => (hour * 60 + minute) * minuteMs));
  const eitherDay = written[2] !== '*' && written[4] !== '*';
  return {
    ok: true,
    cron: { timesMs: timesMs.sort((a, b) => a - b), days, months, weekdays, eitherDay },
  };
};

/** The first wall time after another; undefined when none ever comes. Both are milliseconds as UTC's clocks count. */
export const nextWall = (cron: Cron, afterMs: number): number | undefined => {
  const today = startOfDay(afterMs);
  const day = nearestDay(cron, today, 1);
  const timeMs = cron.timesMs.find((each) => day !== today || today + each > afterMs);
  if (day === undefined || timeMs !== undefined) return plus(day, timeMs);
  return plus(nearestDay(cron, today + dayMs, 1), cron.timesMs[0]);
};

/** The last wall time before another; undefined when there was none. */
export const previousWall = (cron: Cron, beforeMs: number): number | undefined => {
  const today = startOfDay(beforeMs);
  const day = nearestDay(cron, today, -1);
  const timeMs = cron.timesMs.findLast((each) => day !== today || today + each < beforeMs);
  if (day === undefined || timeMs !== undefined) return plus(day, timeMs);
  return plus(nearestDay(cron, today - dayMs, -1), cron.timesMs.at(-1));
};

const startOfDay = (wallMs: number): number => Math.floor(wallMs / dayMs) * dayMs;

const plus = (day: number | undefined, timeMs: number | undefined): number | undefined =>
  day === undefined || timeMs === undefined ? undefined : day + timeMs;

/** The nearest day that fits, from one on: forwards or back, a month at once where the month does not fit. */
const nearestDay = (cron: Cron, fromMs: number, direction: 1 | -1): number | undefined => {
  let day = fromMs;
  while (Math.abs(day - fromMs) <= CYCLE_MS) {
    const date = new Date(day);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    const ofMonth = date.getUTCDate();
    const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    if (!cron.months.has(month + 1)) {
      day += dayMs * (direction === 1 ? length - ofMonth + 1 : -ofMonth);
      continue;
    }
    if (fits(cron, ofMonth, date.getUTCDay(), length)) return day;
    day += direction * dayMs;
  }
  return undefined;
};

const fits = ({ days, weekdays, eitherDay }: Cron, day: number, weekday: number, length: number): boolean => {
  const onDay = days.has(day) || (day === length && days.has(LAST_DAY));
  const onWeekday =
    weekdays.has(weekday) ||
    weekdays.has(weekday + WEEK * Math.ceil(day / 7)) ||
    (day + 7 > length && weekdays.has(weekday + WEEK * LAST));
  return eitherDay ? onDay || onWeekday : onDay && onWeekday;
};

interface Field {
  readonly name: string;
  readonly min: number;
  /** The last that `*` means. */
  readonly last: number;
  /** The largest that may be written. */
  readonly max: number;
  /** The first stands for `min`. */
  readonly names: readonly string[];
  readonly example: string;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, last: 59, max: 59, names: [], example: '0, 15,45 or */10' },
  { name: 'hour', min: 0, last: 23, max: 23, names: [], example: '22, 8-17 or */4' },
  { name: 'day of month', min: 1, last: 31, max: 31, names: [], example: '1, 1-7 or L, the last' },
  { name: 'month', min: 1, last: 12, max: 12, names: MONTHS, example: '12, jun-aug or */3' },
  {
    name: 'day of week',
    min: 0,
    last: 6,
    max: 7,
    names: WEEKDAYS,
    example: 'mon-fri, tue#2, the second Tuesday, or friL, the last Friday',
  },
];

const LAST_DAY = 32;
const WEEK = 10;
const LAST = 6;
const NONE: ReadonlySet<number> = new Set();
/** After 400 years the calendar repeats itself, weekdays included: what has not come by then never does. */
const CYCLE_MS = 146_097 * dayMs;

/** What one part of a field's list means; undefined when it means nothing. */
const valuesOf = (part: string, field: Field): readonly number[] | undefined => {
  const { min, last, max } = field;
  if (field.name === 'day of month' && /^l$/i.test(part)) return [LAST_DAY];
  const [, named, week = LAST] = /^([a-z]{3})(?:#([1-5])|l)$/i.exec(part) ?? [];
  if (max === 7 && named !== undefined) {
    const weekday = numberOf(named, field);
    return weekday === undefined ? undefined : [weekday + WEEK * Number(week)];
  }
  const [, range, fromText = '', toText, stepText] =
    /^(\*|([a-z\d]+)(?:-([a-z\d]+))?)(?:\/(\d+))?$/i.exec(part) ?? [];
  const from = range === '*' ? min : numberOf(fromText, field);
  let to = range === '*' ? last : numberOf(toText ?? fromText, field);
  // The week ends on Sunday, too.
  if (max === 7 && to === 0 && from !== undefined && from > 0) to = max;
  const step = Number(stepText ?? 1);
  const stepsOne = stepText !== undefined && toText === undefined && range !== '*';
  if (from === undefined || to === undefined || from > to || stepsOne) return undefined;
  if (step < 1 || step > last - min + 1) return undefined;
  const values: number[] = [];
  for (let value = from; value <= to; value += step) values.push(max === 7 ? value % 7 : value);
  return values;
};

const numberOf = (text: string, { min, max, names }: Field): number | undefined => {
  const index = names.indexOf(text.toLowerCase());
  const value = /^\d+$/.test(text) ? Number(text) : index < 0 ? Number.NaN : index + min;
  return value >= min && value <= max ? value : undefined;
};

const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const notFive = (text: string, count: number): CronProblem => {
  const meant = Object.entries(NICKNAMES).find(([nickname]) => nickname === text.toLowerCase())?.[1];
  const action =
    meant !== undefined
      ? `write '${meant}'`
      : count > FIELDS.length
        ? `it has ${count} fields: write neither seconds nor a year`
        : undefined;
  return {
    expected: "a cron expression of five fields (minute, hour, day, month, weekday), such as '0 22 * * 1-5'",
    ...(action === undefined ? {} : { action }),
  };
};

const problemOf = (part: string, field: Field): CronProblem => {
  const { name, min, max, names } = field;
  const orName = names.length === 0 ? '' : ` or a name from ${names[0]} to ${names.at(-1)}`;
  return {
    expected: `a number from ${min} to ${max}${orName} for the ${name}`,
    part,
    action:
      REMEDIES.map((remedy) => remedy(part, field)).find((each) => typeof each === 'string') ??
      `for example ${field.example}`,
  };
};

/** What to write instead of what is often written: the first that knows, says it. */
const REMEDIES: readonly ((part: string, field: Field) => string | false | undefined)[] = [
  // It comes from Quartz and EventBridge, which count weekdays otherwise.
  (part) =>
    part === '?' && 'write * instead; weekdays count from Sunday, which is 0 here and 1 in EventBridge',
  (part, { max }) =>
    max === 31 && /w/i.test(part) && 'the nearest weekday cannot be said: write one day, such as 15',
  (part, { max }) =>
    max === 7 &&
    /^\d(#\d|l)$/i.test(part) &&
    'write the name of the weekday, such as tue#2 or friL: its number means another day elsewhere',
  (part) => /^\/\d+$/.test(part) && `write *${part}`,
  (part, { names }) => {
    const long = /^[a-z]{4,}$/i.test(part) ? part.slice(0, 3).toLowerCase() : '';
    return names.includes(long) && `write ${long}`;
  },
  (part, field) => {
    const [, text = '', step] = /^([a-z\d]+)\/(\d+)$/i.exec(part) ?? [];
    const from = numberOf(text, field);
    return from !== undefined && `write ${from}-${field.last}/${step}`;
  },
  (part, field) => {
    const [first, second, ...more] = part.split('-').map((each) => numberOf(each, field));
    if (first === undefined || second === undefined || more.length > 0 || first <= second) return undefined;
    return `it goes backwards: write ${span(first, field.last)},${span(field.min, second)}`;
  },
];

const span = (from: number, to: number): string => (from === to ? `${from}` : `${from}-${to}`);
