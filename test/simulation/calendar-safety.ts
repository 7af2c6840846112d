/** 11. Nothing starts in a closed window or in a blackout, nor before the owner was told and had time. */
import { isOpen } from '../../domain/calendar/openings.ts';
import type { Case } from '../../domain/case/case.ts';
import type { Blackout } from '../../domain/policy/policy.ts';
import { epochMs, instant, secondMs } from '../../domain/time.ts';

export interface OwnerTold {
  /** By case: when SNS took the first message to its owner. */
  readonly toldMs: ReadonlyMap<string, number>;
}

/** What is wrong with a start now, if anything. */
export const outOfTime = (
  about: Case,
  blackouts: readonly Blackout[],
  { toldMs }: OwnerTold,
  nowMs: number,
): string | undefined => {
  const { windows, graceMs } = about.terms;
  // From the last look at the clock to the start's effect: one call, slow at worst.
  const lookedMs = [nowMs, nowMs - START_MS_MAX];
  if (windows.length > 0 && !lookedMs.some((ms) => windows.some((one) => isOpen(one, instant(ms)))))
    return `no window of ${about.id} is open`;
  const blackout = blackouts.find((one) => lookedMs.every((ms) => holds(one, instant(ms))));
  if (blackout !== undefined) return `blackout ${blackout.name} holds for ${about.id}`;
  if (graceMs === 0) return undefined;
  const told = toldMs.get(about.id);
  if (told === undefined) return `the owner of ${about.id} was never told`;
  return nowMs < told + 0.9 * graceMs || nowMs < epochMs(about.openedAt) + graceMs
    ? `the grace of ${about.id} is not over`
    : undefined;
};

const holds = (blackout: Blackout, at: string): boolean =>
  'cron' in blackout ? isOpen(blackout, at) : blackout.from <= at && at < blackout.until;

const START_MS_MAX = 15 * secondMs;
