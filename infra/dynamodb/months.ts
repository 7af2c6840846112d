/** The months by which closed cases are found. */
import type { Instant } from '../../domain/time.ts';

/** Every month from the one of an instant to that of another, in UTC: `2026-12`, `2027-01`. */
export const months = function* (from: Instant, to: Instant): Iterable<string> {
  const last = to.slice(0, 7);
  for (let month = from.slice(0, 7); month <= last; month = nextMonth(month)) yield month;
};

/** @example nextMonth('2026-12') // '2027-01' */
const nextMonth = (month: string): string => {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
};
