import { describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { decide } from '../../../domain/case/case-machine.ts';
import type { Observation } from '../../../domain/case/observation.ts';
import { dayMs, hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { aCase, assessment, evaluation, moment, NOW, observations } from '../../support/cases.ts';

/** Tells a case one thing after the other, each at its own moment. */
const told = (start: Case, ...said: readonly (readonly [Observation, string])[]): Case =>
  said.reduce((current, [observation, now]) => {
    const outcome = decide(current, observation, moment(now));
    return outcome.kind === 'moved' ? outcome.case : current;
  }, start);
const at = (ms: number) => plusMs(NOW, ms);
const read = (compliance: 'COMPLIANT' | 'NON_COMPLIANT', recordedAt: string) =>
  ({ kind: 'evaluated', via: 'read', evaluation: evaluation(compliance, recordedAt) }) as const;
const due = { kind: 'due' } as const;
const orders = (c: Case, observation: Observation, now = NOW) => {
  const outcome = decide(c, observation, moment(now));
  if (outcome.kind === 'unchanged') return outcome.effects.map(({ kind }) => kind);
  return outcome.kind === 'moved' ? outcome.after.map(({ kind }) => kind) : [];
};

describe('a world that cannot be read', () => {
  const unreadable = {
    kind: 'assessed',
    assessment: assessment({ kind: 'unreadable', why: 'AccessDenied' }),
  } as const;

  it('is asked ever more rarely, and after twelve failures a person is told, with the steps known before', () => {
    let current: Case = aCase('held', { reason: 'check-failed' });
    let now = NOW;
    const waitsMs: number[] = [];
    while (current.state.name === 'held' && waitsMs.length < 50) {
      current = told(current, [unreadable, now]);
      if (current.state.name !== 'held') break;
      waitsMs.push((Date.parse(current.state.dueAt) - Date.parse(now)) / minuteMs);
      now = current.state.dueAt;
    }
    expect(waitsMs).toEqual([1, 2, 4, 8, 15, 15, 15, 15, 15, 15, 15]);
    expect(current.state).toMatchObject({
      name: 'needs-human',
      code: 'check-failed',
      manualSteps: ['turn versioning on'],
    });
  });

  it('without a policy to go by is waited for, however long, and the case keeps what it knew', () => {
    const noPolicy = {
      kind: 'assessed',
      assessment: assessment({ kind: 'no-policy', why: 'version 3: cut short' }, 'observe'),
    } as const;
    let current: Case = aCase('queued');
    const { mode, entry, terms } = current;
    let now = NOW;
    for (let looks = 0; looks < 50; looks += 1) {
      current = told(current, [noPolicy, now]);
      expect(current).toMatchObject({ checkFailures: 0, mode, entry, terms });
      expect(current.state).toMatchObject({
        name: 'held',
        reason: 'policy-unreadable',
        detail: 'version 3: cut short',
        dueAt: plusMs(now, 15 * minuteMs),
      });
      expect(orders(current, due, now)).toEqual(['assess']);
      now = plusMs(now, 15 * minuteMs);
    }
    expect(told(current, [observations.assessed, now]).state.name).toBe('queued');
  });

  it('counts anew once the policy observes, and goes on counting while the checks before a start fail', () => {
    const held = aCase('held', { reason: 'check-failed' }, { checkFailures: 5 });
    const observe = {
      kind: 'assessed',
      assessment: assessment({ kind: 'observe', why: 'policy says observe' }, 'observe'),
    } as const;
    expect(told(held, [observe, NOW]).checkFailures).toBe(0);
    const queued = told(held, [observations.assessed, NOW]);
    expect(queued).toMatchObject({ checkFailures: 5, state: { name: 'queued' } });
    expect(told(queued, [observations['permit-granted'], NOW]).checkFailures).toBe(0);
  });

  it('ends the wait for a verdict, after Config was asked once more', () => {
    const late = at(30 * dayMs);
    expect(orders(aCase('verifying'), due, late)).toEqual(['read-compliance']);
    expect(told(aCase('verifying'), [due, late], [due, late]).state.name).toBe('verifying');
    expect(told(aCase('verifying'), [due, late], [due, plusMs(late, 10 * minuteMs)]).state).toMatchObject({
      name: 'needs-human',
      code: 'unverified',
    });
    expect(
      told(aCase('verifying'), [due, late], [read('COMPLIANT', at(hourMs)), plusMs(late, minuteMs)]).state
        .name,
    ).toBe('resolved');
  });

  it('ends the wait for a run that SSM does not tell of, and keeps the permit', () => {
    const patient = at(89 * minuteMs);
    expect(orders(aCase('running'), due, patient)).toEqual(['read-execution']);
    const asked = told(aCase('running'), [due, at(90 * minuteMs)]);
    expect(asked.state.name).toBe('running');
    expect(decide(asked, due, moment(at(100 * minuteMs)))).toMatchObject({
      kind: 'moved',
      before: [],
      case: { state: { name: 'needs-human', code: 'run-stuck' } },
    });
  });

  it.each([
    ['the code of the refusal', { refusal: { code: 'AccessDenied', reason: 'refused' } }, 'AccessDenied'],
    ['start-unknown', {}, 'start-unknown'],
  ])('ends the wait for a start with %s, and keeps the permit', (_, state, code) => {
    const asked = told(aCase('starting', state), [due, at(30 * minuteMs)]);
    expect(asked.state.name).toBe('starting');
    expect(decide(asked, due, moment(at(40 * minuteMs)))).toMatchObject({
      kind: 'moved',
      before: [],
      case: { state: { name: 'needs-human', code } },
    });
    const answered = decide(asked, { kind: 'execution-missing' }, moment(at(31 * minuteMs)));
    expect(answered).toMatchObject({ kind: 'moved', before: [{ kind: 'release-permit' }] });
  });

  it('hands over a missing evaluation that could not be asked for again in a day', () => {
    const held = aCase('held', { reason: 'no-evaluation' });
    expect(orders(held, due, at(dayMs))).toEqual(['read-compliance']);
    expect(told(held, [due, at(dayMs + minuteMs)]).state).toMatchObject({
      name: 'needs-human',
      code: 'check-failed',
    });
  });
});

describe('words of Config that contradict each other', () => {
  it('does not resolve on a COMPLIANT older than a NON_COMPLIANT that is known: keeps asking', () => {
    const newer = { ...read('NON_COMPLIANT', at(40_000)), via: 'event' } as const;
    const noted = told(aCase('verifying'), [newer, at(41_000)]);
    expect(told(noted, [read('COMPLIANT', at(30_000)), at(minuteMs)]).state.name).toBe('verifying');
    expect(orders(noted, read('COMPLIANT', at(30_000)), at(minuteMs))).toEqual(['request-evaluation']);
  });

  it('holds a queued case that reads a COMPLIANT older than what is known, and tells a person in the end', () => {
    const older = read('COMPLIANT', at(-2 * minuteMs));
    let current: Case = told(aCase('queued'), [older, NOW]);
    expect(current).toMatchObject({ checkFailures: 1, state: { name: 'held', reason: 'check-failed' } });
    for (let i = 0; i < 20; i += 1) current = told(current, [observations.assessed, NOW], [older, NOW]);
    expect(current.state).toMatchObject({ name: 'needs-human', code: 'check-failed' });
  });

  it('looks for the execution when a repeated start reads COMPLIANT', () => {
    for (const recordedAt of [at(minuteMs), at(-hourMs)])
      expect(orders(aCase('starting'), read('COMPLIANT', recordedAt))).toEqual(['find-execution']);
  });

  it('counts missing evaluations only in a row', () => {
    const missing = { kind: 'evaluation-missing' } as const;
    const needy: Case = aCase('needs-human', { announced: true });
    const again = read('NON_COMPLIANT', needy.newestEvaluation.recordedAt);
    const newer = read('NON_COMPLIANT', at(1));
    const twice = told(needy, [missing, NOW], [missing, NOW]);
    expect(twice.state).toMatchObject({ missing: 2 });
    expect(told(twice, [again, NOW], [missing, NOW]).state).toMatchObject({ missing: 1 });
    expect(told(twice, [newer, NOW], [missing, NOW]).state).toMatchObject({ missing: 1 });
    expect(told(twice, [missing, NOW]).state).toMatchObject({ name: 'self-resolved', why: 'gone' });

    const held: Case = aCase('held', { reason: 'no-evaluation', seen: 2 });
    expect(orders(held, again)).toEqual(['assess']);
    expect(told(held, [again, NOW], [missing, NOW]).state).toMatchObject({ name: 'held', seen: 1 });
  });
});

describe('a token that has just become too old', () => {
  it('is looked for a minute longer before the attempt is taken for failed', () => {
    const missing = { kind: 'execution-missing' } as const;
    expect(told(aCase('starting'), [missing, at(5 * minuteMs + 100)]).state.name).toBe('starting');
    expect(told(aCase('starting'), [missing, at(6 * minuteMs + 1)]).state.name).toBe('held');
  });
});
