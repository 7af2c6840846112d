/** An exemption that somebody asks for, read as the policy would read it: only who adds one needs its language. */
import { readExemption } from '../policy/read-exemption.ts';
import type { Instant } from '../time.ts';
import { described, type StoredExemption } from './exemption.ts';

/** What somebody wants to be exempt, as they write it. */
export interface ExemptionRequest {
  readonly name: string;
  readonly match: unknown;
  readonly owner: string;
  readonly reason: string;
  /** A date, which is included, or a date and time, in the policy's time zone. */
  readonly expires?: string;
}

export type RequestReading =
  | {
      readonly ok: true;
      readonly exemption: Pick<StoredExemption, 'name' | 'match' | 'owner' | 'reason' | 'expiresAt'>;
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads what somebody wrote as the policy would, so that neither can mean something else by the same words.
 *
 * @param policy whose time zone counts, and which may allow an exemption without an end by its name
 *
 * @example
 * const policy = { timezone: 'UTC', endlessExemptions: [] };
 * readRequest({ name: 'legacy', match: { rule: ['restricted-ssh'] }, owner: 'ops', reason: 'moves' }, policy).ok // false
 */
export const readRequest = (
  { name, match, owner, reason, expires }: ExemptionRequest,
  {
    timezone,
    endlessExemptions,
  }: { readonly timezone: string; readonly endlessExemptions: readonly string[] },
  now: Instant,
): RequestReading => {
  const size = sizeProblem(match);
  if (size !== undefined) return { ok: false, problems: [size] };
  const reading = readExemption(
    { name, match, owner, reason, ...(expires === undefined ? {} : { expires }) },
    { timezone, isEndless: endlessExemptions.includes(name) },
  );
  if (!reading.ok) return { ok: false, problems: reading.problems.map(described) };
  const { exemption: written } = reading;
  const { match: pattern, expiresAt } = written;
  if (pattern.fields.length === 0 && pattern.anyOf.length === 0)
    return {
      ok: false,
      problems: [
        'match: expected at least one field; found {}, which exempts everything (to hold everything back, use selfheal stop)',
      ],
    };
  if (expiresAt !== undefined && expiresAt <= now)
    return {
      ok: false,
      problems: [`expires: expected a time to come; found ${expires}, which has passed already`],
    };
  return {
    ok: true,
    exemption: {
      name,
      match,
      owner: written.owner,
      reason: written.reason,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
  };
};

/** It is kept as it was written, a thousand of them are read at once, and an item nests 32 levels deep at most. */
const sizeProblem = (match: unknown): string | undefined => {
  if (depthOf(match, MATCH_DEPTH_MAX + 1) > MATCH_DEPTH_MAX)
    return `match: expected at most ${MATCH_DEPTH_MAX} levels of nesting; found more`;
  const { length } = JSON.stringify(match ?? null);
  return length <= MATCH_CHARS_MAX
    ? undefined
    : `match: expected at most ${MATCH_CHARS_MAX} characters as JSON; found ${length} (write it into the policy, or add several)`;
};

/** How deep it nests, looked at no deeper than `max`. */
const depthOf = (value: unknown, max: number): number => {
  if (max === 0 || value === null || typeof value !== 'object') return 0;
  return (
    1 + Object.values(value).reduce<number>((depth, inner) => Math.max(depth, depthOf(inner, max - 1)), 0)
  );
};

const MATCH_DEPTH_MAX = 24;
const MATCH_CHARS_MAX = 2_000;
