/** A gate's verdict for scripts. */
import { shareText } from '../../../domain/compliance/share.ts';
import type { GateTold } from './words.ts';

export const gateJson = ({ verdict, again }: GateTold) => {
  const { outcome, score, minScore, ...rest } = verdict;
  return {
    outcome,
    score: { ...score, share: shareText(score.passed, score.judged, minScore.text.length) },
    minScore: minScore.text,
    ...rest,
    askedAgain: again,
  };
};
