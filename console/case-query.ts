/** Reads what a list of cases is filtered by, from the query of a URL. */
import type { CaseFilter } from '../domain/ports.ts';
import type { Instant } from '../domain/time.ts';
import * as z from '../domain/zod.ts';
import { readSince, SINCE_SHAPE, STATUSES } from './case-query-words.ts';
import { checked, HttpError } from './http-error.ts';

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
