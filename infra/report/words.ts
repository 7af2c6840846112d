/** How figures read. Whatever is no number reads as a dash: a report says nothing rather than something wrong. */
import { wallMsAt } from '../../domain/calendar/local-clock.ts';
import { inert } from '../../domain/message.ts';
import type { Week } from '../../domain/report/week.ts';
import { dayMs, epochMs, hourMs, type Instant, instant, minuteMs, secondMs } from '../../domain/time.ts';

export const NONE = '–';

/** Of a figure as it reads: nobody opens the list of no cases. */
export const isNothing = (figure: string): boolean => figure === '0' || figure === NONE;

/** What others wrote, in one line that can do no harm. */
export const told = (text: string, charsMax: number): string => {
  const line = inert(text, charsMax).trim();
  return line === '' ? NONE : line;
};

/** @example count(1204) // '1,204' */
export const count = (value: number): string =>
  Number.isFinite(value) ? WHOLE.format(Math.round(value)).replace('-', '−') : NONE;

const WHOLE = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const CENTS = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/**
 * Rounded down: 100 % is all of them, and what is below a line never reads as if it were on it.
 *
 * @example
 * percent(0.99996) // '99.9 %'
 * percent(null) // '–'
 */
export const percent = (share: number | null): string =>
  share === null || !Number.isFinite(share) ? NONE : `${TENTHS.format(tenths(share))}\u00a0%`;

/** What is missing to a whole tenth by a computer's division alone is not missing. */
const tenths = (share: number): number => Math.floor(share * 1_000 + 1e-9) / 10;

/** @example money(1234.5) // '1,234.50 USD' */
export const money = (dollars: number): string =>
  Number.isFinite(dollars) ? `${CENTS.format(dollars)}\u00a0USD` : NONE;

/** @example hours(74.25) // '74.3 h' */
export const hours = (value: number): string =>
  Number.isFinite(value) ? `${TENTHS.format(value)}\u00a0h` : NONE;

const UNITS = [
  ['d', dayMs],
  ['h', hourMs],
  ['min', minuteMs],
  ['s', secondMs],
] as const;

/**
 * With its two largest units, rounded down.
 *
 * @example
 * duration(15_480_000) // '4 h 18 min'
 * duration(400) // '< 1 s'
 */
export const duration = (ms: number | null | undefined): string => {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return NONE;
  if (ms < secondMs) return ms <= 0 ? '0\u00a0s' : '<\u00a01\u00a0s';
  const first = UNITS.findIndex(([, unitMs]) => ms >= unitMs);
  let restMs = ms;
  const parts: string[] = [];
  for (const [unit, unitMs] of UNITS.slice(first, first + 2)) {
    const whole = Math.floor(restMs / unitMs);
    restMs -= whole * unitMs;
    if (whole > 0) parts.push(`${count(whole)}\u00a0${unit}`);
  }
  return parts.join(' ');
};

/** @example change(3, 5) // '−2' */
export const change = (now: number, before: number): string => {
  const by = now - before;
  if (!Number.isFinite(by)) return NONE;
  return by === 0 ? 'same' : `${by > 0 ? '+' : '−'}${count(Math.abs(by))}`;
};

/**
 * Of what is printed, so that whoever subtracts one from the other finds the same.
 *
 * @example points(0.9309, 0.9162) // '+1.4 points'
 */
export const points = (now: number | null, before: number | null): string | undefined => {
  if (now === null || before === null) return undefined;
  const by = tenths(now) - tenths(before);
  if (!Number.isFinite(by)) return undefined;
  const size = TENTHS.format(Math.abs(by));
  return size === '0.0' ? 'no change' : `${by > 0 ? '+' : '−'}${size}\u00a0points`;
};

/** @example moment('2026-11-23T05:00:12.000Z') // '2026-11-23 05:00 UTC' */
export const moment = (at: Instant): string => `${told(at, 30).slice(0, 16).replace('T', ' ')}\u00a0UTC`;

/** @example days(week) // 'Monday 16 to Sunday 22 November 2026, Europe/Berlin' */
export const days = ({ from, to, timezone }: Week): string => {
  const monday = dayOf(wallMsAt(epochMs(from), timezone));
  const sunday = dayOf(wallMsAt(epochMs(to) - 1, timezone));
  const start =
    monday.year !== sunday.year
      ? `${monday.day} ${monday.month} ${monday.year}`
      : monday.month !== sunday.month
        ? `${monday.day} ${monday.month}`
        : monday.day;
  return `Monday ${start} to Sunday ${sunday.day} ${sunday.month} ${sunday.year}, ${timezone}`;
};

const dayOf = (wallMs: number) => {
  const [year = '', month = '', day = ''] = instant(wallMs).slice(0, 10).split('-');
  return { year, month: MONTHS[Number(month) - 1] ?? month, day: String(Number(day)) };
};

const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** @example counted(1, 'lane') // '1 lane' */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;
