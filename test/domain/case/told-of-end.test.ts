/** Who approved what does not start after all hears of it, once. */
import { describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { decide } from '../../../domain/case/case-machine.ts';
import type { Observation } from '../../../domain/case/observation.ts';
import { hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { aCase, evaluation, hash, moment, NOW } from '../../support/cases.ts';

const approval = {
  planHash: hash,
  decisions: [{ planHash: hash, answer: 'approve', who: 'ada', reason: 'go on', at: NOW }],
  validUntil: plusMs(NOW, hourMs),
} as const;
const compliant: Observation = {
  kind: 'evaluated',
  evaluation: evaluation('COMPLIANT', plusMs(NOW, minuteMs)),
  via: 'event',
};
const closed: Observation = { kind: 'closed-by-human', who: 'bob', reason: 'by hand' };
const stopped: Observation = {
  kind: 'check-refused',
  check: 'stop-switch',
  failed: false,
  reason: 'grace stopped everything',
  next: { kind: 'hold', reason: 'stop-switch', until: plusMs(NOW, hourMs) },
};

const tells = (about: Case, observation: Observation): boolean => {
  const outcome = decide(about, observation, moment(plusMs(NOW, 2 * minuteMs)));
  if (outcome.kind !== 'moved') throw new Error(`expected it to move, but it is ${outcome.kind}`);
  return outcome.after.some(({ kind }) => kind === 'announce');
};

describe('who approved what does not start after all', () => {
  it.each([
    ['the resource heals by itself', compliant],
    ['somebody closes the case', closed],
    ['the stop switch is thrown', stopped],
  ])('hears of it when %s', (_, observation) => {
    expect(tells(aCase('queued', {}, { approval }), observation)).toBe(true);
  });

  it('hears of it also where it was held until then', () => {
    expect(tells(aCase('held', { reason: 'window' }, { approval }), compliant)).toBe(true);
  });

  it.each([compliant, closed, stopped])('nobody hears of it who was never asked (%#)', (observation) => {
    expect(tells(aCase('queued'), observation)).toBe(false);
  });

  it('nobody hears of it when it ran, and failed', () => {
    const lastFailed = { attempt: 1, document: 'AWS-X', startedAt: NOW, at: NOW };
    expect(tells(aCase('queued', {}, { approval, lastFailed }), compliant)).toBe(false);
    expect(tells(aCase('verifying', {}, { approval }), compliant)).toBe(false);
  });
});
