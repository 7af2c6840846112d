/** What keeps starts back just now, in words: who stopped what, why and since when, and which breakers are open. */
import { concerns, describeBreaker } from './breaker.ts';
import type { Case } from './case/case.ts';
import type { Controls } from './ports.ts';
import { describeStop, stoppedBy } from './stop-switch.ts';

type About = Pick<Case, 'finding' | 'lane' | 'lastPlanned'>;

/**
 * @param about absent: all there is; else only what keeps this case back
 *
 * @example
 * const stop = { scope: { kind: 'everything' }, since: '2026-11-21T02:00:00.000Z', who: 'ada', reason: 'bad release' };
 * heldBack({ stops: [stop], breakers: [] })
 * // ['everything is stopped since 2026-11-21T02:00:00.000Z by ada: bad release']
 */
export const heldBack = (
  { stops, breakers }: Pick<Controls, 'stops' | 'breakers'>,
  about?: About,
): readonly string[] => {
  const subject = about && {
    ...about,
    ...(about.lastPlanned && { document: about.lastPlanned.document }),
  };
  return [
    ...stops.filter((stop) => !subject || stoppedBy([stop], { document: '', ...subject })).map(describeStop),
    ...breakers
      .filter(({ state, scope }) => state !== 'closed' && (!subject || concerns(scope, subject)))
      .map((breaker) => `the ${describeBreaker(breaker)}`),
  ];
};
