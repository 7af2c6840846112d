/** A gate's verdict as GitHub Actions reads it from a job's output: beside the run, and not only in its log. */
import { titled } from '../annotation.ts';
import { type GateTold, headline, whereOf } from './words.ts';

export const gateAnnotations = ({ verdict }: Pick<GateTold, 'verdict'>): readonly string[] => {
  const { outcome, reasons, lines } = verdict;
  if (outcome === 'passed') {
    const allowed = lines.filter(({ standing }) => standing === 'non-compliant');
    return [
      titled('notice', 'selfheal gate', headline(verdict)),
      ...allowed
        .slice(0, SHOWN_MAX)
        .map(({ lane, rule, why }) => titled('warning', `selfheal gate: ${whereOf({ lane, rule })}`, why)),
    ];
  }
  const told = reasons.slice(0, SHOWN_MAX - 2);
  const more = reasons.length - told.length;
  return [
    titled('error', 'selfheal gate', headline(verdict)),
    ...told.map((reason) =>
      titled('error', `selfheal gate: ${whereOf(reason)}`, `${reason.why}. ${reason.mend}`),
    ),
    ...(more === 0
      ? []
      : [
          titled('error', 'selfheal gate', `${more} more ${more === 1 ? 'reason' : 'reasons'}: see the log.`),
        ]),
  ];
};

/** GitHub shows ten of each level for a step, and drops the others. */
const SHOWN_MAX = 10;
