/**
 * From the windows and blackouts that hold for a finding: may it start now, and if not, when may it, and what is
 * it that keeps it back? A blackout beats every window.
 */
import type { Blackout, Window } from '../policy/policy.ts';
import { dayMs, type Instant, plusMs } from '../time.ts';
import { nextOpening, openUntil } from './openings.ts';

export type StartTimes =
  /** It may start, until then at least; absent: nothing in the calendar ever ends it. */
  | { readonly kind: 'open'; readonly until?: Instant }
  | {
      readonly kind: 'closed';
      /** What keeps it back at this moment. */
      readonly by:
        | { readonly kind: 'window'; readonly windows: readonly Window[] }
        | { readonly kind: 'blackout'; readonly blackout: Blackout; readonly until: Instant };
      /** When it may start; absent: never, as far as anybody can tell. */
      readonly opensAt?: Instant;
    };

/**
 * @param windows one of them must be open; none: any time will do
 * @param blackouts none of them may hold
 */
export const startTimes = (
  windows: readonly Window[],
  blackouts: readonly Blackout[],
  now: Instant,
): StartTimes => {
  const blackout = blackoutAt(blackouts, now);
  if (blackout !== undefined)
    return { kind: 'closed', by: { kind: 'blackout', ...blackout }, ...opens(windows, blackouts, now) };
  const closesAt = windows.length === 0 ? undefined : anyOpenUntil(windows, now);
  if (windows.length > 0 && closesAt === undefined)
    return { kind: 'closed', by: { kind: 'window', windows }, ...opens(windows, blackouts, now) };
  const until = earliest([closesAt, ...blackouts.map((each) => nextBeginning(each, now))]);
  return { kind: 'open', ...(until === undefined ? {} : { until }) };
};

/**
 * When the next whole opening after an instant closes, of the window that opens first; undefined when none ever
 * opens. What is to happen in a window must last until then.
 */
export const nextClosing = (windows: readonly Window[], after: Instant): Instant | undefined => {
  const openings = windows.flatMap((window) => {
    const at = nextOpening(window, after);
    return at === undefined ? [] : [{ window, at }];
  });
  const [first] = openings.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  return first && openUntil(first.window, first.at);
};

/** Goes from what keeps it back to the end of that, until nothing does. */
const opens = (
  windows: readonly Window[],
  blackouts: readonly Blackout[],
  now: Instant,
): { readonly opensAt?: Instant } => {
  let at = now;
  let openings = 0;
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    const blackout = blackoutAt(blackouts, at);
    if (blackout !== undefined) {
      at = blackout.until;
      continue;
    }
    if (windows.length === 0 || anyOpenUntil(windows, at) !== undefined) return { opensAt: at };
    const opening = earliest(windows.map((window) => nextOpening(window, at)));
    openings += 1;
    if (opening === undefined || openings > OPENINGS_MAX) return {};
    at = opening;
  }
  // Blackouts for more than a year without a gap: never. Shorter ones have much to step over: it is looked at again.
  return at > plusMs(now, NEVER_MS) ? {} : { opensAt: at };
};

/** The blackout that holds, of several the one that ends last; and when all of them have ended that follow. */
const blackoutAt = (
  blackouts: readonly Blackout[],
  at: Instant,
): { readonly blackout: Blackout; readonly until: Instant } | undefined => {
  let last: { readonly blackout: Blackout; readonly until: Instant } | undefined;
  for (const blackout of blackouts) {
    const until = blackoutUntil(blackout, at);
    if (until !== undefined && (last === undefined || until > last.until)) last = { blackout, until };
  }
  return last;
};

const blackoutUntil = (blackout: Blackout, at: Instant): Instant | undefined => {
  if ('cron' in blackout) return openUntil(blackout, at);
  const { from, until } = blackout;
  if (Number.isNaN(Date.parse(from)) || Number.isNaN(Date.parse(until)))
    throw new Error(`blackout "${blackout.name}" lasts from ${from} until ${until}, which are no times`);
  return from <= at && at < until ? until : undefined;
};

const nextBeginning = (blackout: Blackout, after: Instant): Instant | undefined => {
  if ('cron' in blackout) return nextOpening(blackout, after);
  return blackout.from > after ? blackout.from : undefined;
};

const anyOpenUntil = (windows: readonly Window[], at: Instant): Instant | undefined =>
  windows
    .map((window) => openUntil(window, at))
    .filter((until) => until !== undefined)
    .sort()
    .at(-1);

const earliest = (instants: readonly (Instant | undefined)[]): Instant | undefined =>
  instants.filter((each) => each !== undefined).sort()[0];

const STEPS_MAX = 100;
/** When a blackout holds at so many openings in a row, it always will. */
export const OPENINGS_MAX = 30;
const NEVER_MS = 400 * dayMs;
