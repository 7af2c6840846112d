/**
 * An exemption that people have written by `selfheal exempt`, beside those of the policy: which findings nothing
 * is done about, whose decision that is, why, and until when.
 */
import type { EventPattern } from '../policy/event-pattern.ts';
import { parsePattern } from '../policy/parse-pattern.ts';
import { formatPath, type PathProblem } from '../policy/policy-problem.ts';
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

/** `exemptions[0].match.rule` is `match.rule` to somebody who has written one exemption. */
export const described = ({ path, expected, found, action }: PathProblem): string => {
  const own = path[0] === 'exemptions' ? path.slice(2) : path;
  const place = formatPath(own);
  return `${place === '' ? '' : `${place}: `}expected ${expected}; found ${found}${action === undefined ? '' : ` (${action})`}`;
};

/** More than these are no exceptions any more, but a policy of their own. */
export const EXEMPTIONS_MAX = 1_000;
