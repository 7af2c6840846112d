/** Reads what a list of cases is filtered by, from the query of a URL. */
import * as z from 'zod';
import { CLOSED_STATES, OPEN_STATES } from '../domain/case/case.ts';
import { durationMs } from '../domain/policy/duration.ts';
import type { CaseFilter } from '../domain/ports.ts';
import { type Instant, instant } from '../domain/time.ts';
import { checked, HttpError } from './http-error.ts';

export const STATUSES: readonly string[] = ['open', 'closed', ...OPEN_STATES, ...CLOSED_STATES];

const querySchema = z.strictObject({
  status: z.enum(STATUSES as [string, ...string[]], `expected one of ${STATUSES.join(', ')}`).optional(),
  rule: z.string().min(1).max(256).optional(),
  account: z
    .string()
    .regex(/^[0-9]{12}$/, 'expected a 12-digit account id')
    .optional(),
  since: z.string().min(1).max(40).optional(),
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
