/** Whoever was asked for a plan hears what becomes of it: each piece of news once, and no more than that. */
import { describe, expect, it } from 'vitest';
import type { Case, Held } from '../../../domain/case/case.ts';
import { decide } from '../../../domain/case/case-machine.ts';
import { announcesTo } from '../../../domain/case/ladder.ts';
import type { Observation } from '../../../domain/case/observation.ts';
import { hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { aCase, evaluation, hash, moment, NOW, terms } from '../../support/cases.ts';

const vote = { planHash: hash, answer: 'approve', who: 'ada', reason: 'go on', at: NOW } as const;
const approval = { planHash: hash, decisions: [vote], validUntil: plusMs(NOW, hourMs) } as const;
const approvedNow = { approval, asked: { rungs: 0, startsAt: NOW } } as const;
const ladder: Partial<Case> = {
  terms: {
    ...terms,
    approval: {
      quorum: 1,
      expiresAfterMs: hourMs,
      escalate: [
        { afterMs: minuteMs, notify: ['second'] },
        { afterMs: 2 * minuteMs, notify: ['third'] },
      ],
    },
  },
};

const compliant: Observation = {
  kind: 'evaluated',
  evaluation: evaluation('COMPLIANT', plusMs(NOW, minuteMs)),
  via: 'event',
};
const closed: Observation = { kind: 'closed-by-human', who: 'bob', reason: 'by hand' };
const decided = (answer: 'approve' | 'deny', notBefore?: string): Observation => ({
  kind: 'decided',
  decision: { ...vote, answer, ...(notBefore !== undefined && { notBefore }) },
});
const kept = (reason: Held['reason'], until = plusMs(NOW, hourMs)): Observation => ({
  kind: 'check-refused',
  check: reason === 'stop-switch' ? 'stop-switch' : 'window',
  failed: false,
  reason: 'not now',
  next: { kind: 'hold', reason, until },
});
const stopped = kept('stop-switch');

const movedBy = (about: Case, observation: Observation) => {
  const outcome = decide(about, observation, moment(plusMs(NOW, 2 * minuteMs)));
  if (outcome.kind !== 'moved') throw new Error(`expected it to move, but it is ${outcome.kind}`);
  return { about: outcome.case, tells: outcome.after.some(({ kind }) => kind === 'announce') };
};
const tells = (about: Case, observation: Observation): boolean => movedBy(about, observation).tells;

describe('who approved what does not start after all', () => {
  it.each([
    ['the resource heals by itself', compliant],
    ['somebody closes the case', closed],
    ['the stop switch is thrown', stopped],
    ['a breaker has opened', kept('breaker')],
    ['a blackout holds', kept('blackout')],
    ['its window has closed again', kept('window')],
  ])('hears of it when %s', (_, observation) => {
    expect(tells(aCase('queued', {}, approvedNow), observation)).toBe(true);
  });

  it('hears of it also where it was held until then', () => {
    expect(tells(aCase('held', { reason: 'window' }, approvedNow), compliant)).toBe(true);
  });

  it.each([compliant, closed, stopped])('nobody hears of it who was never asked (%#)', (observation) => {
    expect(tells(aCase('queued'), observation)).toBe(false);
    // Those who approved a batch of many hear of them together.
    expect(tells(aCase('queued', {}, { approval }), observation)).toBe(false);
  });

  it('nobody hears that it does not start once it has', () => {
    const starting = aCase('starting', {}, approvedNow);
    const { about } = movedBy(starting, { kind: 'start-accepted', executionId: 'e' });
    expect(about).not.toHaveProperty('asked');
    expect(tells({ ...aCase('held'), approval }, compliant)).toBe(false);
    expect(tells(aCase('verifying', {}, { approval }), compliant)).toBe(false);
  });

  it.each(['window', 'blackout'] as const)('a %s that ends before they expect it is no news', (reason) => {
    const later = { approval, asked: { rungs: 0, startsAt: plusMs(NOW, hourMs) } };
    expect(tells(aCase('queued', {}, later), kept(reason))).toBe(false);
    expect(tells(aCase('queued', {}, later), kept(reason, plusMs(NOW, hourMs + 1)))).toBe(true);
  });

  it('what waits for room only is no news', () => {
    expect(tells(aCase('queued', {}, approvedNow), kept('blast-radius'))).toBe(false);
  });

  it('hears each reason once, but until SNS took it, it is sent again', () => {
    const held = movedBy(aCase('queued', {}, approvedNow), stopped).about;
    const untold = { ...aCase('queued', {}, approvedNow), ...(held.asked && { asked: held.asked }) };
    expect(tells(untold, stopped)).toBe(true);
    const told = movedBy(held, { kind: 'announced' }).about;
    expect(told.timeline.at(-1)).toMatchObject({ what: 'people-told' });
    const again = { ...aCase('queued', {}, approvedNow), ...(told.asked && { asked: told.asked }) };
    expect(tells(again, stopped)).toBe(false);
    expect(tells(again, kept('breaker'))).toBe(true);
    // What is told twice in a race is noted once.
    expect(decide(told, { kind: 'announced' }, moment()).kind).toBe('unchanged');
  });

  it('is everybody who was asked: those first, and the rungs told since', () => {
    const asking = aCase('awaiting-approval', { announced: true, rungs: 1 }, ladder);
    const { about } = movedBy(asking, decided('approve'));
    expect(announcesTo(movedBy(about, stopped).about)).toEqual(['default', 'second']);
    // Also where the plan has changed since, and they are asked anew.
    expect(announcesTo(aCase('awaiting-approval', { announced: false }, about))).toContain('default');
    const anew = { ...asking, asked: { rungs: 2 }, state: { ...asking.state, announced: false } };
    expect(announcesTo(anew)).toEqual(['default', 'second', 'third']);
  });
});

describe('while people are asked', () => {
  const asking = (state = {}, head: Partial<Case> = {}) =>
    aCase('awaiting-approval', { announced: true, ...state }, head);

  it.each([
    ['it heals by itself', compliant],
    ['somebody closes the case', closed],
    ['somebody denies it', decided('deny')],
  ])('they hear that nothing is left to decide when %s', (_, observation) => {
    const { about, tells: isTold } = movedBy(asking({ rungs: 2 }, ladder), observation);
    expect(isTold).toBe(true);
    expect(announcesTo(about)).toEqual(['default', 'second', 'third']);
    // Whom the request has not reached yet, nothing takes by surprise.
    expect(tells(asking({ announced: false }), observation)).toBe(false);
    // A batch tells of all of its cases together.
    expect(tells(asking({ batch: 'b' }), observation)).toBe(false);
  });

  it('they hear of it also when AWS Config knew nothing of it for a while', () => {
    const { about, tells: isTold } = movedBy(asking(), { kind: 'evaluation-missing' });
    expect([about.state.name, isTold]).toEqual(['held', false]);
    expect(tells(about, compliant)).toBe(true);
  });

  it('others hear that it is approved, and who is alone hears nothing', () => {
    expect(tells(asking({ rungs: 1 }, ladder), decided('approve'))).toBe(true);
    expect(tells(asking({}, ladder), decided('approve'))).toBe(false);
    const two = { terms: { ...terms, notify: ['default', 'payroll'] } };
    expect(tells(asking({}, two), decided('approve'))).toBe(true);
    expect(tells(asking({ batch: 'b' }, two), decided('approve'))).toBe(false);
    const quorum = { terms: { ...two.terms, approval: { ...terms.approval, quorum: 2 } } };
    expect(tells(asking({}, quorum), decided('approve'))).toBe(false);
  });

  it('they are told before it starts, so that no news is overtaken', () => {
    const outcome = decide(asking({ rungs: 1 }, ladder), decided('approve'), moment());
    expect(outcome.kind === 'moved' && outcome.after.map(({ kind }) => kind)).toEqual([
      'announce',
      'seek-start',
    ]);
  });

  it.each([
    ['now', {}, undefined, plusMs(NOW, 2 * minuteMs)],
    ['when an approver says', {}, plusMs(NOW, hourMs), plusMs(NOW, hourMs)],
    [
      'when the window opens',
      { windows: [{ name: 'nights', cron: '0 22 * * *', durationMs: hourMs, timezone: 'UTC' }] },
      undefined,
      '2026-11-21T22:00:00.000Z',
    ],
  ])('what they expect is that it starts %s', (_, more, notBefore, startsAt) => {
    const { about } = movedBy(asking({}, { terms: { ...terms, ...more } }), decided('approve', notBefore));
    expect(about.asked).toEqual({ rungs: 0, startsAt });
  });
});
