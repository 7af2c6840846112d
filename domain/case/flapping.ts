/**
 * A finding that keeps coming back: somebody, or another tool, undoes what was done about it, and automation must
 * not fight them. What counts is drift: cases of the finding that ended healed, and the one that is open now,
 * because after each of them somebody broke the resource again.
 *
 *     resolved ── broken again ── self-resolved ── broken again ── open        three cases
 *
 * What a person decided (denied, closed, exempt) is no drift. Nor is what selfheal did itself: Config may record
 * NON_COMPLIANT while our own run is settling, of the resource as it was or half changed. A case that opens by
 * such an evaluation is an echo of our own change, and does not count.
 */
import type { FlappingPolicy } from '../policy/policy.ts';
import { plusMs } from '../time.ts';
import type { Case, Evaluation } from './case.ts';
import type { EarlierCase } from './earlier-case.ts';

/** An earlier case that was healed, by whomever, and came back by somebody's hand. */
export const isDrift = ({ ended, echo }: EarlierCase): boolean =>
  (ended === 'resolved' || ended === 'self-resolved') && echo !== true;

/** True when what Config recorded may tell of our own run in one of these cases. */
export const isEcho = ({ recordedAt }: Evaluation, earlier: readonly EarlierCase[]): boolean =>
  earlier.some(({ settledAt }) => settledAt !== undefined && recordedAt <= settledAt);

type Known = Pick<Case, 'number' | 'openedAt' | 'earlier' | 'echo'>;

/** The history, as a person should read it, when the finding flaps; undefined when it does not. */
export const flappingHistory = (
  { number, openedAt, earlier = [], echo }: Known,
  { cases, withinMs }: FlappingPolicy,
): string | undefined => {
  const from = plusMs(openedAt, -withinMs);
  // A case whose beginning nobody can tell is counted: that leads to a person, and not to a start.
  const drifts = earlier.filter((each) => isDrift(each) && !(each.openedAt < from));
  const count = drifts.length + (echo === true ? 0 : 1);
  if (count < cases) return undefined;
  return [
    ...drifts.map(
      (each) => `#${each.number} ${minutes(each.openedAt)} ${each.ended} ${minutes(each.closedAt)}`,
    ),
    `#${number} ${minutes(openedAt)} now`,
  ].join(', ');
};

const minutes = (at: string): string => String(at).slice(0, 16);
