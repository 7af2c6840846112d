/** When what is approved may start at the earliest, if the person who approves it would have it wait. */
import { nextOpening } from '../calendar/openings.ts';
import { WINDOW_WAIT_MS_MAX } from '../case/transitions/decisions.ts';
import type { Policy, Window } from '../policy/policy.ts';
import { dayMs, epochMs, type Instant, instant, plusMs } from '../time.ts';
import { unreachable } from '../unreachable.ts';

export type StartWish =
  /** The next opening of a window of the policy, by its name; without: of the entry's. */
  | { readonly kind: 'next-window'; readonly window?: string }
  | { readonly kind: 'not-before'; readonly at: Instant };

export type EarliestStart =
  | { readonly ok: true; readonly notBefore: Instant }
  | { readonly ok: false; readonly reason: string };

/**
 * A window that is open now is not the next one: whoever wants it now need not wish. What lies too far away is
 * refused, for nobody knows then what they approved.
 *
 * @param windows of the case's policy entry
 */
export const earliestStart = (
  wish: StartWish,
  windows: readonly Window[],
  policy: Pick<Policy, 'entries'>,
  now: Instant,
): EarliestStart => {
  switch (wish.kind) {
    case 'not-before':
      return notBefore(wish.at, now);
    case 'next-window':
      return atNextOpening(wish.window, windows, policy, now);
    default:
      return unreachable(wish);
  }
};

const notBefore = (wished: Instant, now: Instant): EarliestStart => {
  const atMs = epochMs(wished);
  if (!Number.isFinite(atMs)) return no(`"${wished.slice(0, 40)}" is no time: expected one as in ${now}`);
  const at = instant(atMs);
  if (at <= now) return no(`${at} has passed: name a time to come, or leave it out to start at once`);
  const last = plusMs(now, DELAY_MS_MAX);
  return at <= last
    ? { ok: true, notBefore: at }
    : no(`${at} is more than ${DELAY_MS_MAX / dayMs} days away: an approval waits until ${last} at most`);
};

const atNextOpening = (
  name: string | undefined,
  ofEntry: readonly Window[],
  { entries }: Pick<Policy, 'entries'>,
  now: Instant,
): EarliestStart => {
  const windows =
    name === undefined
      ? ofEntry
      : [ofEntry, ...entries.map((entry) => entry.windows)]
          .flat()
          .filter((window) => window.name === name)
          .slice(0, 1);
  if (windows.length === 0)
    return no(
      name === undefined
        ? 'its policy entry names no window: name one of the policy, or a time (not before)'
        : `no policy entry has a window "${name.slice(0, 64)}"`,
    );
  const names = windows.map((window) => `"${window.name}"`).join(' or ');
  const [opensAt] = windows.flatMap((window) => nextOpening(window, now) ?? []).sort();
  if (opensAt === undefined) return no(`window ${names} never opens`);
  return opensAt <= plusMs(now, WINDOW_WAIT_MS_MAX)
    ? { ok: true, notBefore: opensAt }
    : no(
        `window ${names} opens at ${opensAt} only: an approval does not wait for more than ${WINDOW_WAIT_MS_MAX / dayMs} days`,
      );
};

const no = (reason: string): EarliestStart => ({ ok: false, reason });

const DELAY_MS_MAX = 30 * dayMs;
