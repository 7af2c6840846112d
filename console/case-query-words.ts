/** The words of a query for cases, apart from what reads a whole query: the command line loads these alone. */
import { CLOSED_STATES, OPEN_STATES } from '../domain/case/case.ts';
import { durationMs } from '../domain/policy/duration.ts';
import { type Instant, instant } from '../domain/time.ts';

export const STATUSES: readonly string[] = ['open', 'closed', ...OPEN_STATES, ...CLOSED_STATES];

export const SINCE_SHAPE =
  'a date (2026-11-21), a time (2026-11-21T02:00:00Z) or how long ago (30m, 24h, 7d)';

/** @example readSince('24h', Date.parse('2026-11-21T00:00:00Z')) // '2026-11-20T00:00:00.000Z' */
export const readSince = (text: string, nowMs: number): Instant | undefined => {
  const agoMs = durationMs(text);
  if (agoMs !== undefined) return agoMs <= nowMs ? instant(nowMs - agoMs) : undefined;
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text))
    return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : instant(ms);
};
