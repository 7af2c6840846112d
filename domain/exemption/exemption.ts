/**
 * An exemption that people have written by `selfheal exempt`, beside those of the policy: which findings nothing
 * is done about, whose decision that is, why, and until when.
 */
import type { EventPattern } from '../policy/event-pattern.ts';
import { parsePattern } from '../policy/parse-pattern.ts';
import { formatPath, type PathProblem } from '../policy/policy-problem.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { epochMs, type Instant } from '../time.ts';

export interface StoredExemption {
  readonly name: string;
  /** In the policy's own language: what would stand under `match`. */
  readonly match: unknown;
  readonly owner: string;
  readonly reason: string;
  /** Who added it. */
  readonly who: string;
  readonly since: Instant;
  /** Absent: without an end, which the policy allowed by its name. */
  readonly expiresAt?: Instant;
}

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
  const reading = readPolicy(
    {
      version: 1,
      timezone,
      exemptions: [{ name, match, owner, reason, ...(expires === undefined ? {} : { expires }) }],
      'endless-exemptions': endlessExemptions.filter((endless) => endless === name),
      entries: [],
    },
    '',
  );
  if (!reading.ok) return { ok: false, problems: reading.problems.map(described) };
  const [written] = reading.policy.exemptions;
  if (written === undefined) throw new Error(`exemption ${name} was read, and is not there`);
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

/** `exemptions[0].match.rule` is `match.rule` to somebody who has written one exemption. */
const described = ({ path, expected, found, action }: PathProblem): string => {
  const own = path[0] === 'exemptions' ? path.slice(2) : path;
  const place = formatPath(own);
  return `${place === '' ? '' : `${place}: `}expected ${expected}; found ${found}${action === undefined ? '' : ` (${action})`}`;
};

/** An item as it was found. What cannot be read of it is a doubt, and never a no. */
export type FoundExemption =
  | { readonly kind: 'read'; readonly exemption: StoredExemption; readonly pattern: EventPattern }
  | {
      readonly kind: 'unreadable';
      readonly name: string;
      readonly why: string;
      /** What it covers, where at least that can be read; absent: it may cover anything. */
      readonly pattern?: EventPattern;
    };

/** Reads an exemption back, whatever was done to its item meanwhile. */
export const readStored = (name: string, item: Readonly<Record<string, unknown>>): FoundExemption => {
  const problems: PathProblem[] = [];
  const pattern = parsePattern(item.match, ['match'], (problem) => {
    problems.push(problem);
  });
  if (pattern.fields.length === 0 && pattern.anyOf.length === 0 && problems.length === 0)
    problems.push({ path: ['match'], expected: 'at least one field', found: '{}' });
  const [first] = problems;
  if (first !== undefined) return { kind: 'unreadable', name, why: described(first) };
  const { owner, reason, who, since, expiresAt } = item;
  const wrong = Object.entries({ owner, reason, who }).find(([, value]) => !isText(value))?.[0];
  const notATime = Object.entries({ since, ...(expiresAt === undefined ? {} : { expiresAt }) }).find(
    ([, value]) => !isInstant(value),
  )?.[0];
  const spoilt = wrong ?? notATime;
  if (spoilt !== undefined)
    return {
      kind: 'unreadable',
      name,
      pattern,
      why: `${spoilt} is ${wrong === undefined ? 'no time' : 'no text'}`,
    };
  return {
    kind: 'read',
    pattern,
    exemption: {
      name,
      match: item.match,
      owner: owner as string,
      reason: reason as string,
      who: who as string,
      since: since as Instant,
      ...(expiresAt === undefined ? {} : { expiresAt: expiresAt as Instant }),
    },
  };
};

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';

const isInstant = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(value) &&
  !Number.isNaN(epochMs(value));

/** More than these are no exceptions any more, but a policy of their own. */
export const EXEMPTIONS_MAX = 1_000;
