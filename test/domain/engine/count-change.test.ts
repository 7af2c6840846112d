import { beforeEach, describe, expect, it } from 'vitest';
import type { Case, StateName } from '../../../domain/case/case.ts';
import { countChange } from '../../../domain/engine/count-change.ts';
import type { Metrics } from '../../../domain/ports.ts';
import { hourMs, minuteMs, plusMs, secondMs } from '../../../domain/time.ts';
import { aCase, NOW, states } from '../../support/cases.ts';

let told: (readonly unknown[])[];
const metrics: Metrics = {
  count: (name, value = 1, by) => told.push(by === undefined ? [name, value] : [name, value, by.state]),
  gauge: () => {
    throw new Error('a change is no gauge');
  },
  time: (name, ms) => told.push([name, ms]),
};
beforeEach(() => {
  told = [];
});

const OPENED = plusMs(NOW, -hourMs);
const of = <N extends StateName>(
  name: N,
  state: Partial<(typeof states)[N]> = {},
  what = 'anything',
): Case => ({
  ...aCase(name),
  openedAt: OPENED,
  state: { ...states[name], ...state },
  timeline: [{ at: NOW, who: 'selfheal', what, why: '', state: name }],
});
const counted = (about: Case, from: StateName | null) => {
  countChange(metrics, about, from);
  return told;
};

describe('a change of a case', () => {
  it('is counted by the state that it came into, and an opening besides', () => {
    expect(counted(of('queued'), null)).toEqual([
      ['CaseOpened', 1],
      ['CaseMoved', 1, 'queued'],
    ]);
  });

  it('is no move when the state stays', () => {
    expect(counted(of('held'), 'held')).toEqual([]);
  });

  it.each([
    ['attempt-started', 'AttemptStarted'],
    ['attempt-failed', 'AttemptFailed'],
    ['attempt-did-not-fix', 'AttemptFailed'],
  ])('with the fact %s counts as %s', (what, name) => {
    expect(counted(of('held', {}, what), 'running')).toEqual([
      [name, 1],
      ['CaseMoved', 1, 'held'],
    ]);
  });

  it('tells from the opening to the first run, and of no later run', () => {
    const startedAt = plusMs(OPENED, 90 * secondMs);
    expect(counted(of('running', { startedAt }), 'starting')).toEqual([
      ['CaseMoved', 1, 'running'],
      ['TimeToStart', 90_000],
    ]);
    told = [];
    expect(counted(of('running', { startedAt, attempt: 2 }), 'starting')).toEqual([
      ['CaseMoved', 1, 'running'],
    ]);
    told = [];
    expect(counted(of('running', { startedAt }), 'running')).toEqual([]);
  });

  it('tells how long a healed case took, and how long its verdict', () => {
    const closedAt = plusMs(OPENED, 10 * minuteMs);
    expect(
      counted(of('resolved', { closedAt, runEndedAt: plusMs(OPENED, 8 * minuteMs) }), 'verifying'),
    ).toEqual([
      ['CaseMoved', 1, 'resolved'],
      ['TimeToRemediate', 10 * minuteMs],
      ['TimeToVerify', 2 * minuteMs],
    ]);
  });

  it('tells no time of a case that ended otherwise, and none below 0 where clocks differ', () => {
    expect(counted(of('self-resolved'), 'held')).toEqual([['CaseMoved', 1, 'self-resolved']]);
    told = [];
    expect(counted(of('running', { startedAt: plusMs(OPENED, -secondMs) }), 'starting')).toContainEqual([
      'TimeToStart',
      0,
    ]);
  });
});
