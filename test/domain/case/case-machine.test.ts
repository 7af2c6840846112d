import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOSED_STATES, isClosed, isOpen, OPEN_STATES, type StateName } from '../../../domain/case/case.ts';
import { decide, TABLE } from '../../../domain/case/case-machine.ts';
import type { ObservationKind } from '../../../domain/case/observation.ts';
import { hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import {
  aCase,
  assessment,
  EXECUTION,
  evaluation,
  execution,
  hash,
  moment,
  NOW,
  observations,
  planned,
} from '../../support/cases.ts';

const KINDS = Object.keys(observations) as ObservationKind[];
const LATER = plusMs(NOW, 2 * minuteMs);

const moved = (outcome: ReturnType<typeof decide>) => {
  if (outcome.kind !== 'moved') throw new Error(`expected a move, got ${JSON.stringify(outcome)}`);
  return outcome;
};
const effects = (outcome: ReturnType<typeof decide>) =>
  outcome.kind === 'moved'
    ? outcome.after.map(({ kind }) => kind)
    : outcome.kind === 'unchanged'
      ? outcome.effects.map(({ kind }) => kind)
      : [];

describe('every state x observation', () => {
  for (const name of OPEN_STATES)
    for (const kind of KINDS) {
      const legal = TABLE[name][kind] !== undefined;
      it(`${name} + ${kind}: ${legal ? 'is in the table' : 'is a typed error'}`, () => {
        const outcome = decide(aCase(name), observations[kind], moment());
        if (legal) expect(['moved', 'unchanged', 'refused']).toContain(outcome.kind);
        else if (kind === 'decided')
          expect(outcome).toMatchObject({ kind: 'refused', code: 'not-awaiting-approval' });
        else expect(outcome).toEqual({ kind: 'illegal', state: name, observation: kind });
      });
    }

  for (const name of CLOSED_STATES)
    for (const kind of KINDS)
      it(`${name} + ${kind}: a closed case stays closed`, () => {
        const outcome = decide(aCase(name), observations[kind], moment());
        if (name === 'suppressed' && kind === 'exemption-reviewed')
          return expect(outcome).toEqual({ kind: 'unchanged', effects: [] });
        expect(outcome.kind).toBe(kind === 'decided' ? 'refused' : 'illegal');
      });

  it('moves only to states its row names, one version and one timeline entry a change of state', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...OPEN_STATES),
        fc.constantFrom(...KINDS),
        fc.integer({ min: -3 * 3600_000, max: 48 * 3600_000 }),
        fc.integer({ min: 0, max: 4 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (name, kind, offsetMs, attempts, jitter) => {
          const before = aCase(name, {}, { attempts });
          const outcome = decide(before, observations[kind], moment(plusMs(NOW, offsetMs), jitter));
          if (outcome.kind !== 'moved') return;
          const { case: after } = outcome;
          expect(after.version).toBe(before.version + 1);
          expect(isOpen(after.state) !== isClosed(after.state)).toBe(true);
          if (after.state.name === name) return;
          expect(TABLE[name][kind]?.to).toContain(after.state.name);
          expect(after.timeline.length).toBe(before.timeline.length + 1);
          expect(after.timeline.at(-1)?.state).toBe(after.state.name);
        },
      ),
      { seed: 20261121, numRuns: 3_000 },
    );
  });
});

describe('what Config says', () => {
  const waiting: StateName[] = ['observing', 'held', 'awaiting-approval', 'queued', 'needs-human'];
  for (const name of waiting) {
    it(`closes a case that is ${name} when a newer COMPLIANT comes`, () => {
      const outcome = moved(decide(aCase(name), observations.evaluated, moment()));
      expect(outcome.case.state).toMatchObject({ name: 'self-resolved', why: 'compliant' });
    });
    it(`ignores a COMPLIANT that is older than the newest word while ${name}`, () => {
      const old = evaluation('COMPLIANT', plusMs(NOW, -hourMs));
      expect(decide(aCase(name), { kind: 'evaluated', evaluation: old, via: 'event' }, moment()).kind).toBe(
        'unchanged',
      );
    });
  }

  it('remembers a newer NON_COMPLIANT, so that an older COMPLIANT cannot close the case', () => {
    const newer = {
      kind: 'evaluated',
      evaluation: evaluation('NON_COMPLIANT', plusMs(NOW, 20_000)),
      via: 'event',
    } as const;
    const older = {
      kind: 'evaluated',
      evaluation: evaluation('COMPLIANT', plusMs(NOW, 15_000)),
      via: 'event',
    } as const;
    const noted = moved(decide(aCase('queued'), newer, moment()));
    expect(decide(noted.case, older, moment()).kind).toBe('unchanged');
  });

  it('holds a case whose evaluation is gone, and closes it as gone the third time', () => {
    let current = moved(decide(aCase('queued'), { kind: 'evaluation-missing' }, moment())).case;
    expect(current.state).toMatchObject({ name: 'held', reason: 'no-evaluation', seen: 1 });
    expect(effects(decide(current, { kind: 'due' }, moment()))).toEqual(['read-compliance']);
    current = moved(decide(current, { kind: 'evaluation-missing' }, moment())).case;
    current = moved(decide(current, { kind: 'evaluation-missing' }, moment())).case;
    expect(current.state).toMatchObject({ name: 'self-resolved', why: 'gone' });
  });

  it('asks the policy again when a missing evaluation turns out to be there', () => {
    const held = aCase('held', { reason: 'no-evaluation' });
    const read = { kind: 'evaluated', evaluation: held.newestEvaluation, via: 'read' } as const;
    expect(effects(decide(held, read, moment()))).toEqual(['assess']);
  });

  it('never closes while a run is at work: COMPLIANT is noted', () => {
    for (const name of ['starting', 'running'] as const) {
      const outcome = moved(decide(aCase(name), observations.evaluated, moment()));
      expect(outcome.case.state.name).toBe(name);
      expect(outcome.case.newestEvaluation.compliance).toBe('COMPLIANT');
    }
  });
});

describe('verdicts (invariant 10)', () => {
  const told = (
    compliance: 'COMPLIANT' | 'NON_COMPLIANT',
    recordedAt: string,
    via: 'event' | 'read',
    now = LATER,
  ) =>
    decide(
      aCase('verifying'),
      { kind: 'evaluated', evaluation: evaluation(compliance, recordedAt), via },
      moment(now),
    );

  it('resolves on COMPLIANT recorded after the run ended', () => {
    expect(moved(told('COMPLIANT', plusMs(NOW, 1), 'event')).case.state).toMatchObject({
      name: 'resolved',
      executionId: EXECUTION,
    });
  });
  it('does not resolve on COMPLIANT recorded before the run ended: the rule is asked to look again', () => {
    const outcome = moved(told('COMPLIANT', plusMs(NOW, -1), 'read'));
    expect(outcome.case.state.name).toBe('verifying');
    expect(effects(outcome)).toEqual(['request-evaluation']);
  });
  it('does not believe a NON_COMPLIANT found before Config has settled', () => {
    expect(moved(told('NON_COMPLIANT', plusMs(NOW, 5_000), 'event')).case.state.name).toBe('verifying');
  });
  it('counts a settled NON_COMPLIANT as a failed attempt', () => {
    const outcome = moved(told('NON_COMPLIANT', plusMs(NOW, minuteMs), 'event'));
    expect(outcome.case.state).toMatchObject({ name: 'held', reason: 'backoff' });
    expect(outcome.case.timeline.at(-1)?.what).toBe('attempt-did-not-fix');
  });
  it('is unverified when no verdict comes in time', () => {
    const outcome = moved(told('COMPLIANT', plusMs(NOW, -1), 'read', plusMs(NOW, hourMs)));
    expect(outcome.case.state).toMatchObject({ name: 'needs-human', code: 'unverified' });
  });
});

describe('starting', () => {
  it('writes the intent with the attempt, then starts', () => {
    const outcome = moved(decide(aCase('queued'), observations['permit-granted'], moment()));
    expect(outcome.case).toMatchObject({
      attempts: 1,
      state: { name: 'starting', attempt: 1, planHash: hash },
    });
    expect(effects(outcome)).toEqual(['start-runbook']);
  });
  it('issues nothing more after a terminal refusal, and hands it over once no execution is found', () => {
    const terminal = {
      ...observations['start-failed'],
      errorClass: 'terminal',
      code: 'InvalidTarget',
    } as const;
    const refused = moved(decide(aCase('starting'), terminal, moment())).case;
    expect(refused.state).toMatchObject({ name: 'starting', refusal: { code: 'InvalidTarget' } });
    expect(decide(refused, observations['permit-granted'], moment())).toEqual({
      kind: 'unchanged',
      effects: [],
    });
    const aMinuteLater = moment(plusMs(NOW, minuteMs));
    expect(effects(decide(refused, { kind: 'due' }, aMinuteLater))).toEqual(['find-execution']);
    expect(decide(refused, { kind: 'execution-missing' }, moment()).kind).toBe('unchanged');
    const outcome = moved(decide(refused, { kind: 'execution-missing' }, aMinuteLater));
    expect(outcome.case.state).toMatchObject({ name: 'needs-human', code: 'InvalidTarget' });
    expect(outcome.before.map(({ kind }) => kind)).toEqual(['release-permit']);
  });
  it('goes on with an execution that an earlier call had started after all', () => {
    const terminal = {
      ...observations['start-failed'],
      errorClass: 'terminal',
      code: 'AccessDenied',
    } as const;
    const refused = moved(decide(aCase('starting'), terminal, moment())).case;
    expect(moved(decide(refused, observations['start-accepted'], moment())).case.state.name).toBe('running');
  });
  it('keeps token and permit when SSM only throttles', () => {
    const outcome = moved(decide(aCase('starting'), observations['start-failed'], moment()));
    expect(outcome.case.state).toMatchObject({
      name: 'starting',
      tries: 1,
      clientToken: aCase('starting').state.clientToken,
    });
    expect(outcome.before).toEqual([]);
  });
  it('issues the same token again while it is fresh, and looks by tag when it is not', () => {
    expect(effects(decide(aCase('starting'), { kind: 'due' }, moment(plusMs(NOW, minuteMs))))).toEqual([
      'seek-start',
    ]);
    expect(effects(decide(aCase('starting'), { kind: 'due' }, moment(plusMs(NOW, 6 * minuteMs))))).toEqual([
      'find-execution',
    ]);
  });
  it('takes an attempt whose old token left no execution for failed', () => {
    const outcome = moved(
      decide(aCase('starting'), { kind: 'execution-missing' }, moment(plusMs(NOW, 7 * minuteMs))),
    );
    expect(outcome.case.timeline.at(-1)?.what).toBe('attempt-not-started');
    expect(outcome.before.map(({ kind }) => kind)).toEqual(['release-permit']);
  });
  it('starts nothing when a check says no during a repeated start', () => {
    for (const kind of ['check-refused', 'assessed', 'evaluation-missing'] as const)
      expect(effects(decide(aCase('starting'), observations[kind], moment()))).toEqual(['find-execution']);
  });
  it('holds on the stop switch, and after a check that failed, and gives up when it keeps failing', () => {
    expect(moved(decide(aCase('queued'), observations['check-refused'], moment())).case.state).toMatchObject({
      name: 'held',
      reason: 'stop-switch',
    });
    const failed = { ...observations['check-refused'], check: 'compliance', failed: true } as const;
    expect(moved(decide(aCase('queued'), failed, moment())).case.state).toMatchObject({
      name: 'held',
      reason: 'check-failed',
    });
    expect(
      moved(decide(aCase('queued', {}, { checkFailures: 11 }), failed, moment())).case.state,
    ).toMatchObject({
      name: 'needs-human',
      code: 'check-failed',
    });
  });
});

describe('running', () => {
  it('verifies after success, and has given the permit back', () => {
    const outcome = moved(decide(aCase('running'), observations['execution-read'], moment()));
    expect(outcome.case.state).toMatchObject({ name: 'verifying', endedAt: NOW });
    expect(outcome.before.map(({ kind }) => kind)).toEqual(['release-permit']);
  });
  it('tries again after a failure, until the attempts are used up (invariant 6)', () => {
    const failure = {
      kind: 'execution-read',
      execution: execution({ status: 'failed', statusText: 'Failed' }),
    } as const;
    expect(moved(decide(aCase('running', {}, { attempts: 2 }), failure, moment())).case.state.name).toBe(
      'held',
    );
    expect(moved(decide(aCase('running', {}, { attempts: 3 }), failure, moment())).case.state).toMatchObject({
      name: 'needs-human',
      code: 'attempts-used-up',
    });
  });
  it('does not try again what lacks a right', () => {
    const failure = execution({
      status: 'failed',
      statusText: 'Failed',
      failureMessage: 'AccessDenied: no s3:PutBucketVersioning',
    });
    expect(
      moved(decide(aCase('running'), { kind: 'execution-read', execution: failure }, moment())).case.state,
    ).toMatchObject({
      name: 'needs-human',
      code: 'runbook-failed',
    });
  });
  it('does not fight a person who cancelled the run', () => {
    const cancelled = execution({ status: 'ended-by-human', statusText: 'Cancelled' });
    expect(
      moved(decide(aCase('running'), { kind: 'execution-read', execution: cancelled }, moment())).case.state,
    ).toMatchObject({
      name: 'needs-human',
      code: 'run-cancelled',
    });
  });
  it('stops a run that outlasts its limit, and keeps the permit', () => {
    const atWork = execution({ status: 'unknown', statusText: 'Brooding' });
    const outcome = moved(
      decide(aCase('running'), { kind: 'execution-read', execution: atWork }, moment(plusMs(NOW, hourMs))),
    );
    expect(outcome.case.state).toMatchObject({ name: 'running', stopRequestedAt: plusMs(NOW, hourMs) });
    expect(effects(outcome)).toEqual(['stop-runbook']);
    expect(outcome.before).toEqual([]);
  });
  it.each([
    ['document', { document: 'AWS-DeleteEverything' }],
    ['version', { documentVersion: '2' }],
    ['parameter', { parameters: { BucketName: ['another'], VersioningState: ['Enabled'] } }],
  ])('hands over a run with another %s than planned (invariant 5)', (_, different) => {
    const outcome = decide(
      aCase('running'),
      { kind: 'execution-read', execution: execution(different) },
      moment(),
    );
    expect(moved(outcome).case.state).toMatchObject({ name: 'needs-human', code: 'not-as-planned' });
  });
});

describe('approval (invariant 4)', () => {
  const decided = (over: object, quorum = 1, now = NOW) =>
    decide(
      aCase(
        'awaiting-approval',
        {},
        { terms: { ...aCase('queued').terms, approval: { quorum, expiresAfterMs: hourMs } } },
      ),
      { kind: 'decided', decision: { ...observations.decided.decision, ...over } },
      moment(now),
    );

  it('queues the plan when the quorum is there', () => {
    const outcome = moved(decided({}));
    expect(outcome.case).toMatchObject({ state: { name: 'queued' }, approval: { planHash: hash } });
  });
  it('waits for the second person when two are asked for, and counts nobody twice', () => {
    const first = moved(decided({}, 2)).case;
    expect(first.state.name).toBe('awaiting-approval');
    expect(decide(first, observations.decided, moment())).toMatchObject({
      kind: 'refused',
      code: 'already-decided',
    });
    const second = { ...observations.decided, decision: { ...observations.decided.decision, who: 'grace' } };
    expect(moved(decide(first, second, moment())).case.state.name).toBe('queued');
  });
  it('refuses another plan hash, a denial that says no reason, and a decision that comes too late', () => {
    const mismatch = decided({ planHash: 'f'.repeat(64) });
    expect(mismatch).toMatchObject({ code: 'plan-hash-mismatch' });
    expect(JSON.stringify(mismatch)).toContain('another plan waits');
    expect(mismatch).not.toMatchObject({ reason: expect.stringContaining(hash) });
    expect(decided({ answer: 'deny', reason: '  ' })).toMatchObject({ code: 'reason-required' });
    expect(decided({}, 1, plusMs(NOW, hourMs))).toMatchObject({ code: 'approval-expired' });
  });
  it('closes as denied', () => {
    expect(moved(decided({ answer: 'deny', reason: 'month end' })).case.state.name).toBe('denied');
  });
  it('expires to needs-human, never to queued', () => {
    const outcome = moved(decide(aCase('awaiting-approval'), { kind: 'due' }, moment(plusMs(NOW, hourMs))));
    expect(outcome.case.state).toMatchObject({ name: 'needs-human', code: 'approval-expired' });
  });
  it('does not count for another plan, nor after its time', () => {
    const { decision } = observations.decided;
    const approval = { planHash: hash, decisions: [decision], validUntil: plusMs(NOW, minuteMs) };
    const ask = assessment({ kind: 'planned', ...planned }, 'approve');
    const other = assessment({ kind: 'planned', plan: planned.plan, planHash: 'e'.repeat(64) }, 'approve');
    const route = (by: typeof ask, now: string) =>
      moved(decide(aCase('held', {}, { approval }), { kind: 'assessed', assessment: by }, moment(now))).case
        .state.name;
    expect(route(ask, NOW)).toBe('queued');
    expect(route(ask, plusMs(NOW, minuteMs))).toBe('awaiting-approval');
    expect(route(other, NOW)).toBe('awaiting-approval');
  });
  it('asks for the rest when the quorum was raised, and keeps what was given for the same plan', () => {
    const { decision } = observations.decided;
    const approval = { planHash: hash, decisions: [decision], validUntil: plusMs(NOW, minuteMs) };
    const asked = assessment({ kind: 'planned', ...planned }, 'approve');
    const ofTwo = { ...asked, terms: { ...asked.terms, approval: { quorum: 2, expiresAfterMs: hourMs } } };
    const { case: again } = moved(
      decide(aCase('queued', {}, { approval }), { kind: 'assessed', assessment: ofTwo }, moment()),
    );
    expect(again.state).toMatchObject({ name: 'awaiting-approval', decisions: [decision] });
    const second = { kind: 'decided', decision: { ...decision, who: 'grace' } } as const;
    expect(decide(again, { kind: 'decided', decision }, moment())).toMatchObject({ code: 'already-decided' });
    expect(moved(decide(again, second, moment())).case.state.name).toBe('queued');
  });
});
