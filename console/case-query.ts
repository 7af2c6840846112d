/** Reads what a list of cases is filtered by, from the query of a URL. */
import { CLOSED_STATES, OPEN_STATES } from '../domain/case/case.ts';
import { durationMs } from '../domain/policy/duration.ts';
import type { CaseFilter } from '../domain/ports.ts';
import { type Instant, instant } from '../domain/time.ts';
import * as z from '../domain/zod.ts';
import { checked, HttpError } from './http-error.ts';

export const STATUSES: readonly string[] = ['open', 'closed', ...OPEN_STATES, ...CLOSED_STATES];

const querySchema = z.strictObject({
  status: z.optional(z.enum(STATUSES as [string, ...string[]], `expected one of ${STATUSES.join(', ')}`)),
  rule: z.optional(z.string().check(z.minLength(1), z.maxLength(256))),
  account: z.optional(z.string().check(z.regex(/^[0-9]{12}$/, 'expected a 12-digit account id'))),
  since: z.optional(z.string().check(z.minLength(1), z.maxLength(40))),
});

export const caseFilter = (query: Readonly<Record<string, string>>, nowMs: number): CaseFilter => {
  const { since, ...exact } = checked(querySchema, query);
  return {
    ...(Object.fromEntries(Object.entries(exact).filter(([, value]) => value !== undefined)) as CaseFilter),
    ...(since === undefined ? {} : { since: sinceOf(since, nowMs) }),
  };
};

const sinceOf = (text: string, nowMs: number): Instant => {
  const since = readSince(text, nowMs);
  if (since === undefined) throw new HttpError(400, 'bad-request', `expected ${SINCE_SHAPE}`, 'since');
  return since;
};

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
