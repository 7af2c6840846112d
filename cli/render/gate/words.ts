/** What every form of a gate's verdict says in the same words. */
import type { Doubt, GateVerdict } from '../../../domain/compliance/gate.ts';
import { shareText } from '../../../domain/compliance/share.ts';
import { laneId } from '../../../domain/finding.ts';

/** What a form has beside the verdict itself. */
export interface GateTold {
  readonly verdict: GateVerdict;
  /** What was asked again, and why. */
  readonly again: readonly string[];
}

/** @example headline(verdict) // 'Not passed: the score is 0.949333… (1424 of 1500), and 0.95 is the minimum.' */
export const headline = (verdict: GateVerdict): string => {
  const score = `the score is ${scoreText(verdict)}, and ${verdict.minScore.text} is the minimum`;
  switch (verdict.outcome) {
    case 'passed':
      return `Passed: ${score}.`;
    case 'not-passed':
      return `Not passed: ${counted(verdict.reasons)}; ${score}.`;
    default:
      return `Not passed, since it could not be judged: ${counted(verdict.reasons)}; ${score}.`;
  }
};

export const scoreText = ({ score: { passed, judged }, minScore }: GateVerdict): string =>
  judged === 0
    ? 'none (nothing was judged)'
    : `${shareText(passed, judged, minScore.text.length)} (${passed} of ${judged})`;

const counted = ({ length }: readonly Doubt[]): string => (length === 1 ? 'one reason' : `${length} reasons`);

/** @example whereOf(doubt) // '111122223333/eu-west-1 s3-bucket-versioning-enabled' */
export const whereOf = ({ lane, rule }: Pick<Doubt, 'lane' | 'rule'>): string =>
  [lane && laneId(lane), rule].filter((part) => part !== undefined).join(' ') || 'the gate';

/** One line of everything that was asked again; undefined when nothing was. */
export const againText = (again: readonly string[]): string | undefined => {
  if (again.length === 0) return undefined;
  const counts = new Map<string, number>();
  for (const why of again) counts.set(why, (counts.get(why) ?? 0) + 1);
  const told = [...counts]
    .slice(0, 5)
    .map(([why, count]) => (count === 1 || counts.size === 1 ? why : `${why} (${count} times)`));
  const more = counts.size > told.length ? `, and ${counts.size - told.length} more` : '';
  return `Asked again ${again.length === 1 ? 'once' : `${again.length} times`}: ${told.join(', ')}${more}`;
};
