/**
 * When a maintenance window opens, whether it is open, and when it closes. Its cron expression says wall times
 * of its zone; its duration is time that passes, whatever the clocks do meanwhile.
 *
 * An opening that the clocks skip comes when they have skipped it, and one that they repeat comes once, the first
 * time. Openings that overlap, or follow each other without a gap, are one stretch.
 */
import type { Window } from '../policy/policy.ts';
import { epochMs, hourMs, type Instant, instant } from '../time.ts';
import { type Cron, nextWall, parseCron, previousWall } from './cron.ts';
import { epochMsOfWall, offsetMsAt, wallMsAt } from './local-clock.ts';

export type Recurring = Omit<Window, 'name'>;

/**
 * When it opens next after an instant; undefined when it never does again. Throws for a cron expression or a time
 * zone that is none.
 *
 * @example
 * const nights = { cron: '0 22 * * *', durationMs: 14_400_000, timezone: 'Europe/Berlin' };
 * nextOpening(nights, '2026-11-21T12:00:00.000Z') // '2026-11-21T21:00:00.000Z'
 */
export const nextOpening = ({ cron, timezone }: Recurring, after: Instant): Instant | undefined => {
  const afterMs = epochMs(after);
  const pattern = patternOf(cron);
  // While the clocks repeat an hour, what they show again has come already: it is passed over.
  let wall = nextWall(pattern, wallMsAt(afterMs, timezone));
  while (wall !== undefined) {
    const openingMs = epochMsOfWall(wall, timezone);
    if (openingMs > afterMs) return instant(openingMs);
    wall = nextWall(pattern, wall);
  }
  return undefined;
};

/** When it opened last, at or before an instant; undefined when it never did. */
export const lastOpening = ({ cron, timezone }: Recurring, at: Instant): Instant | undefined => {
  const atMs = epochMs(at);
  const pattern = patternOf(cron);
  // When the clocks were put back a moment ago, they have shown later times than now.
  const putBackMs = Math.max(0, offsetMsAt(atMs - LONGEST_REPEAT_MS, timezone) - offsetMsAt(atMs, timezone));
  let wall = previousWall(pattern, wallMsAt(atMs, timezone) + putBackMs + 1);
  while (wall !== undefined) {
    const openingMs = epochMsOfWall(wall, timezone);
    if (openingMs <= atMs) return instant(openingMs);
    wall = previousWall(pattern, wall);
  }
  return undefined;
};

export const isOpen = (recurring: Recurring, at: Instant): boolean => openUntil(recurring, at) !== undefined;

/**
 * When the stretch closes that is open at an instant; undefined when none is. One that openings keep prolonging
 * is followed for a while only: then it is open until the answer at least.
 */
export const openUntil = (recurring: Recurring, at: Instant): Instant | undefined => {
  const { durationMs } = recurring;
  if (!(durationMs > 0)) throw new Error(`a window cannot be open for ${durationMs} ms`);
  let opening = lastOpening(recurring, at);
  if (opening === undefined) return undefined;
  let closingMs = epochMs(opening) + durationMs;
  if (closingMs <= epochMs(at)) return undefined;
  for (let followed = 0; followed < FOLLOWED_MAX; followed += 1) {
    const later = lastOpening(recurring, instant(closingMs));
    if (later === undefined || later <= opening) break;
    opening = later;
    closingMs = epochMs(opening) + durationMs;
  }
  return instant(closingMs);
};

const patterns = new Map<string, Cron>();

/** Expressions say wall times: what the zone's clocks do with them is said here, alike for all of them. */
const patternOf = (cron: string): Cron => {
  const known = patterns.get(cron);
  if (known) return known;
  const parsed = parseCron(cron);
  if (!parsed.ok) throw new Error(`"${cron}" is no cron expression: expected ${parsed.problems[0].expected}`);
  if (patterns.size >= PATTERNS_KEPT) patterns.clear();
  patterns.set(cron, parsed.cron);
  return parsed.cron;
};

const PATTERNS_KEPT = 200;
/** Clocks are put back by an hour; two zones have ever done it by more. */
const LONGEST_REPEAT_MS = 3 * hourMs;
const FOLLOWED_MAX = 20;
