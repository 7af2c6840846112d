/** The owner of a resource is told first, has time, and is never acted against untold. */
import { describe, expect, it } from 'vitest';
import type { Case, Held, Terms } from '../../../domain/case/case.ts';
import { decide } from '../../../domain/case/case-machine.ts';
import type { Assessment } from '../../../domain/case/observation.ts';
import { openCase } from '../../../domain/case/open-case.ts';
import { kindOf } from '../../../domain/message/case-message.ts';
import { dayMs, hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import {
  aCase,
  assessment,
  evaluation,
  finding,
  moment,
  NOW,
  observations,
  planned,
  terms,
} from '../../support/cases.ts';
import { plainMessages } from '../../support/messages.ts';

const GRACE = 4 * hourMs;
const withGrace = (mode: Assessment['mode'] = 'auto', own: Partial<Terms> = {}): Assessment => ({
  ...assessment({ kind: 'planned', ...planned }, mode),
  terms: { ...terms, graceMs: GRACE, ownerTopic: 'shop', ...own },
});
const moved = (outcome: ReturnType<typeof decide>) => {
  if (outcome.kind !== 'moved') throw new Error(`expected a move, got ${JSON.stringify(outcome)}`);
  return outcome;
};
const opened = (by = withGrace()) =>
  openCase(
    {
      finding,
      origin: aCase('held').origin,
      lane: aCase('held').lane,
      number: 1,
      evaluation: evaluation('NON_COMPLIANT', NOW),
      assessment: by,
      earlier: [],
    },
    moment(),
  );
const told = (about: Case = opened().case, at = NOW): Case<Held> =>
  moved(decide(about, { kind: 'announced' }, moment(at))).case as Case<Held>;
const reassessed = (about: Case, at: string, by = withGrace()) =>
  moved(decide(about, { kind: 'assessed', assessment: by }, moment(at))).case;

const messageFor = (about: Case) => plainMessages().aboutCase(about);

describe('while the owner has time', () => {
  it.each(['auto', 'approve'] as const)(
    'a case opens held in mode %s, and the owner is told before anybody else',
    (mode) => {
      const { case: about, after } = opened(withGrace(mode));
      expect(about.state).toEqual({
        name: 'held',
        reason: 'grace',
        detail: 'the owner is told, and has 4h',
        seen: 1,
        announced: false,
        dueAt: plusMs(NOW, minuteMs),
      });
      expect(after).toEqual([{ kind: 'announce' }]);
    },
  );

  it('the message says what is wrong, what will run and when, and how to stop it', async () => {
    const nights = { name: 'nights', cron: '0 22 * * *', durationMs: hourMs, timezone: 'UTC' };
    const message = await messageFor(opened(withGrace('auto', { windows: [nights] })).case);
    expect(message?.subject).toMatch(/^\[MEDIUM\] Will fix: S3 bucket "shop-prod-orders"/);
    expect(message?.attributes.kind).toBe('grace');
    expect(message?.text.split('\n')).toEqual(
      expect.arrayContaining([
        '  runbook   AWS-ConfigureS3BucketVersioning version 1',
        `  when      not before 2026-11-21 07:00Z, and only in window "nights"`,
        expect.stringContaining('fix the resource'),
        expect.stringContaining('exemption'),
        expect.stringContaining('tag the resource'),
      ]),
    );
    expect((await messageFor(opened(withGrace('approve')).case))?.text).toContain('ask its approvers');
  });

  it('when SNS took the message, the case waits for the end of the grace, and nobody is told again', () => {
    const about = told();
    expect(about).toMatchObject({ ownerToldAt: NOW, state: { announced: true, dueAt: plusMs(NOW, GRACE) } });
    expect(about.timeline.at(-1)).toMatchObject({
      what: 'owner-told',
      why: `by topic shop; nothing is done before ${plusMs(NOW, GRACE)}`,
    });
    expect(kindOf(about)).toBeUndefined();
    expect(decide(about, { kind: 'announced' }, moment(plusMs(NOW, hourMs))).kind).toBe('unchanged');
  });

  it('COMPLIANT closes the case', () => {
    expect(moved(decide(told(), observations.evaluated, moment())).case.state).toMatchObject({
      name: 'self-resolved',
      why: 'compliant',
    });
  });

  it('a grace of weeks is looked at once a day', () => {
    const about = told(opened(withGrace('auto', { graceMs: 20 * dayMs })).case);
    expect(about.state.dueAt).toBe(plusMs(NOW, dayMs));
    const next = reassessed(about, plusMs(NOW, dayMs), withGrace('auto', { graceMs: 20 * dayMs }));
    expect(next.state).toMatchObject({ name: 'held', reason: 'grace', dueAt: plusMs(NOW, 2 * dayMs) });
    expect(next.state).not.toHaveProperty('announced', false);
  });
});

describe('when the grace is over', () => {
  const end = plusMs(NOW, GRACE);

  it('the policy is asked again', () => {
    expect(decide(told(), { kind: 'due' }, moment(end))).toEqual({
      kind: 'unchanged',
      effects: [{ kind: 'assess' }],
    });
  });

  it('mode auto goes on to its start, mode approve to people', () => {
    expect(reassessed(told(), end).state.name).toBe('queued');
    const asked = reassessed(told(opened(withGrace('approve')).case), end, withGrace('approve'));
    expect(asked.state).toMatchObject({ name: 'awaiting-approval', announced: false });
  });

  it('a moment earlier it is not', () => {
    expect(reassessed(told(), plusMs(end, -1)).state).toMatchObject({ name: 'held', reason: 'grace' });
  });

  it('a policy that gives more by then holds on, and does not tell the owner twice', () => {
    const longer = withGrace('auto', { graceMs: 2 * GRACE });
    const outcome = moved(decide(told(), { kind: 'assessed', assessment: longer }, moment(end)));
    expect(outcome.case.state).toMatchObject({ reason: 'grace', dueAt: plusMs(NOW, 2 * GRACE) });
    expect(outcome.after).toEqual([]);
  });

  it('a queued case that never had a grace is told about first, when the policy gives one', () => {
    const queued = aCase('queued', {}, { openedAt: plusMs(NOW, -9 * dayMs) });
    const held = moved(decide(queued, { kind: 'assessed', assessment: withGrace() }, moment())).case;
    expect(held.state).toMatchObject({ reason: 'grace', announced: false });
    expect(told(held).state.dueAt).toBe(plusMs(NOW, 0.9 * GRACE));
  });
});

describe('when SNS does not take the message', () => {
  it('it is sent again, ever more rarely, and the case goes on waiting', () => {
    let about: Case = opened().case;
    const waits: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      const now = (about.state as Held).dueAt;
      const outcome = moved(decide(about, { kind: 'due' }, moment(now)));
      expect(outcome.after).toEqual([{ kind: 'announce' }]);
      waits.push((Date.parse((outcome.case.state as Held).dueAt) - Date.parse(now)) / minuteMs);
      about = outcome.case;
    }
    expect(waits).toEqual([2, 4, 8, 15, 15, 15]);
    expect(about.state).toMatchObject({ name: 'held', reason: 'grace', announced: false });
  });

  it('an owner who was told late has nine tenths of the grace from then on', () => {
    const late = told(opened().case, plusMs(NOW, 3 * hourMs));
    const end = plusMs(NOW, 3 * hourMs + 0.9 * GRACE);
    expect(late.state.dueAt).toBe(end);
    expect(reassessed(late, plusMs(NOW, GRACE)).state).toMatchObject({ reason: 'grace', dueAt: end });
    expect(reassessed(late, end).state.name).toBe('queued');
  });

  it('never before the end of the grace, and never by a start: in the end a person gets it', () => {
    let about: Case = opened().case;
    let now = NOW;
    while (about.state.name === 'held') {
      now = about.state.dueAt;
      about = moved(decide(about, { kind: 'due' }, moment(now))).case;
    }
    expect(about.state).toMatchObject({ name: 'needs-human', code: 'owner-not-told' });
    expect(about.lastFailure).toContain('by topic shop, ');
    expect(now >= plusMs(NOW, GRACE)).toBe(true);
    expect(now < plusMs(NOW, 2 * GRACE)).toBe(true);
  });

  it('the policy says again what it said: the owner is still to be told', () => {
    const about = opened().case;
    const outcome = moved(
      decide(about, { kind: 'assessed', assessment: withGrace() }, moment(plusMs(NOW, dayMs))),
    );
    expect(outcome.case.state).toMatchObject({ reason: 'grace', announced: false });
    expect(outcome.after).toEqual([{ kind: 'announce' }]);
  });

  it('where the policy names nobody who could be told, a person gets it at once', () => {
    const { ownerTopic: _, ...nobody } = withGrace('auto', { notify: [] }).terms;
    const { case: about } = opened({ ...withGrace(), terms: nobody });
    expect(about.state).toMatchObject({ name: 'needs-human', code: 'owner-not-told' });
  });
});
