/** Whose word counts: when it is given, and once more right before anything starts. */
import { describe, expect, it } from 'vitest';
import { PortError, type Ports } from '../../../domain/ports.ts';
import { dayMs, hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { asking, askingWorld, CASE_ID, storyOf } from '../../support/asking-world.ts';
import { NOW } from '../../support/cases.ts';
import { person } from '../../support/identities.ts';

const ONCALL = '{ quorum: 1, expires: 4h, from: [oncall] }';
const TWO = '{ quorum: 2, expires: 4h, from: [oncall] }';

describe('who may decide', () => {
  it.each([
    ['by name', person('ada'), 'queued or further'],
    ['by a claim of their token', person('zoe', 'sre'), 'queued or further'],
    ['not by another group', person('eve'), 'not-an-approver'],
    ['not by a claim that only begins alike', person('zoe', 'sre2'), 'not-an-approver'],
    ['not by a short name: that is for leaving people out', person('ada@evil.example'), 'not-an-approver'],
  ])('is in one of the groups %s', async (_, who, result) => {
    const world = await askingWorld(asking(ONCALL));
    const answer = await world.decide({ who });
    if (result === 'queued or further') {
      expect(answer).toMatchObject({ kind: 'done' });
      expect(world.started).toEqual([CASE_ID]);
      return;
    }
    expect(answer).toMatchObject({ kind: 'refused', code: result });
    expect(world.started).toEqual([]);
    expect((await world.about()).state.name).toBe('awaiting-approval');
  });

  it('denies by the same rule', async () => {
    const world = await askingWorld(asking(ONCALL));
    expect(await world.decide({ who: person('eve'), answer: 'deny' })).toMatchObject({
      code: 'not-an-approver',
    });
    expect(await world.decide({ who: person('ada'), answer: 'deny' })).toMatchObject({ state: 'denied' });
  });

  it.each([
    ['requester-may-not', 'requester', '', 'ada'],
    ['author-may-not', 'author', 'authors: [Ada@example.com]', undefined],
  ])('is not left out by %s', async (code, excluded, more, requestedBy) => {
    const approval = `{ quorum: 1, expires: 4h, not: [${excluded}] }`;
    const world = await askingWorld(asking(approval, { more }), {
      ...(requestedBy !== undefined && { requestedBy }),
    });
    for (const name of ['ada', 'ada@example.com'])
      expect(await world.decide({ who: person(name) })).toMatchObject({ code });
    expect(world.started).toEqual([]);
    expect(await world.decide({ who: person('grace') })).toMatchObject({ kind: 'done' });
    expect(world.started).toEqual([CASE_ID]);
  });

  it('is whoever is signed in, where the policy names nobody and leaves out nobody', async () => {
    const world = await askingWorld(asking('{ quorum: 1, expires: 4h }'), { requestedBy: 'ada' });
    expect(await world.decide({ who: person('ada') })).toMatchObject({ kind: 'done' });
  });

  it('is nobody while no policy can be trusted', async () => {
    const world = await askingWorld(asking(ONCALL));
    world.doubt('the policy is gone');
    for (const answer of ['approve', 'deny'] as const)
      expect(await world.decide({ who: person('ada'), answer })).toMatchObject({
        code: 'policy-unreadable',
        reason: expect.stringContaining('the policy is gone'),
      });
    expect((await world.about()).state.name).toBe('awaiting-approval');
    expect(storyOf(await world.about(), 'decision-refused')).toHaveLength(1);
    expect(world.started).toEqual([]);
  });

  it('is nobody while it cannot be known whether a newer policy is in force', async () => {
    let fails = true;
    const policyUpTo = async () => {
      if (fails) throw new PortError('transient', 'ThrottlingException', 'dynamodb:Query', 'Rate exceeded');
    };
    const world = await askingWorld(asking(ONCALL), { policyUpTo });
    expect(await world.decide({ who: person('ada') })).toMatchObject({
      code: 'policy-unreadable',
      reason: expect.stringContaining('ThrottlingException'),
    });
    expect(world.started).toEqual([]);
    fails = false;
    expect(await world.decide({ who: person('ada') })).toMatchObject({ kind: 'done' });
    expect(world.started).toEqual([CASE_ID]);
  });

  it('is said by the policy in force when they decide, not by the one by which people were asked', async () => {
    const world = await askingWorld(asking(ONCALL));
    world.policy(asking(ONCALL).replace('ada, grace, linus', 'grace'));
    expect(await world.decide({ who: person('ada') })).toMatchObject({ code: 'not-an-approver' });
    expect(await world.decide({ who: person('grace') })).toMatchObject({ kind: 'done' });
  });

  it('keeps in which groups they were', async () => {
    const world = await askingWorld(asking(TWO));
    await world.decide({ who: person('ada') });
    const { state } = await world.about();
    expect(state).toMatchObject({ decisions: [{ who: 'ada', groups: ['oncall'] }] });
  });
});

describe('right before the start', () => {
  /** Approved by ada and grace, and held back until a moment by a throttled Config. */
  const approvedAndHeld = async (approval = TWO, more = '') => {
    let fails = true;
    const around = (ports: Ports): Ports => ({
      ...ports,
      compliance: {
        ...ports.compliance,
        read: async (...asked) => {
          if (fails) throw new PortError('transient', 'ThrottlingException', 'config:Get', 'Rate exceeded');
          return ports.compliance.read(...asked);
        },
      },
    });
    const world = await askingWorld(asking(approval, { more }), { around });
    await world.decide({ who: person('ada') });
    await world.decide({ who: person('grace') });
    expect((await world.about()).state).toMatchObject({ name: 'held', reason: 'check-failed' });
    fails = false;
    world.later(20 * minuteMs);
    return world;
  };

  it('they still count, and it starts', async () => {
    const world = await approvedAndHeld();
    await world.wake();
    expect(world.started).toEqual([CASE_ID]);
  });

  it.each([
    ['another group is asked for', asking('{ quorum: 2, expires: 4h, from: [security] }'), []],
    [
      'one of them turns out to have written the entry',
      asking('{ quorum: 2, expires: 4h, from: [oncall], not: [author] }', { more: 'authors: [ada]' }),
      ['grace'],
    ],
    ['more of them are asked for', asking('{ quorum: 3, expires: 4h, from: [oncall] }'), ['ada', 'grace']],
  ])('people are asked again when %s, and what still counts is kept', async (_, text, kept) => {
    const world = await approvedAndHeld();
    const toldBefore = world.told.length;
    world.policy(text);
    await world.wake();
    const about = await world.about();
    expect(about.state.name).toBe('awaiting-approval');
    expect(about.state).toMatchObject({ decisions: kept.map((who) => ({ who })) });
    expect(world.told.slice(toldBefore)).toEqual([{ topics: ['default'], kind: 'approval-requested' }]);
    expect(world.started).toEqual([]);
  });

  it('says whose word does not count any more', async () => {
    const world = await approvedAndHeld();
    world.policy(asking('{ quorum: 1, expires: 4h, from: [security] }'));
    await world.wake();
    expect(storyOf(await world.about(), 'approval-requested').at(-1)).toContain(
      'not counted any more: ada is in none of the groups that decide on this: security',
    );
  });

  it('one who is left out now does not count once the others are enough', async () => {
    const world = await approvedAndHeld();
    world.policy(asking('{ quorum: 1, expires: 4h, not: [author] }', { more: 'authors: [ada]' }));
    await world.wake();
    expect(world.started).toEqual([CASE_ID]);
  });

  it('a plan that changed is asked for anew, and the message and the story say in what', async () => {
    const world = await approvedAndHeld();
    world.version('7');
    await world.wake();
    const about = await world.about();
    expect(about.state).toMatchObject({
      name: 'awaiting-approval',
      decisions: [],
      changes: ['version "7" instead of "1"'],
    });
    expect(storyOf(about, 'approval-requested').at(-1)).toContain('version "7" instead of "1"');
    expect(world.started).toEqual([]);
    await world.decide({ who: person('ada') });
    await world.decide({ who: person('linus') });
    expect(world.started).toEqual([CASE_ID]);
    expect((await world.about()).state).toMatchObject({ plan: { documentVersion: '7' } });
  });
});

describe('an approval that may wait', () => {
  const NIGHTS = {
    sections: "windows: { nights: { cron: '0 22 * * *', duration: 2h } }",
    more: 'windows: [nights]',
  };
  const wish = (at: string) => ({ kind: 'not-before', at }) as const;

  it.each([
    ['a time', asking(ONCALL), wish(plusMs(NOW, 6 * hourMs)), plusMs(NOW, 6 * hourMs)],
    [
      'the next window of the entry',
      asking(ONCALL, NIGHTS),
      { kind: 'next-window' } as const,
      '2026-11-21T22:00:00.000Z',
    ],
    [
      'a window by its name',
      asking(ONCALL, NIGHTS),
      { kind: 'next-window', window: 'nights' } as const,
      '2026-11-21T22:00:00.000Z',
    ],
  ])('is held until %s, and starts then', async (_, text, start, at) => {
    const world = await askingWorld(text);
    expect(await world.decide({ who: person('ada'), start })).toMatchObject({ state: 'held' });
    const { state, approval } = await world.about();
    expect(state).toMatchObject({ name: 'held', reason: 'window', dueAt: at });
    expect(approval).toMatchObject({ notBefore: at });
    expect(approval?.validUntil && approval.validUntil > at).toBe(true);
    world.at(plusMs(at, -2 * minuteMs));
    await world.wake();
    expect(world.started).toEqual([]);
    world.at(at);
    await world.wake();
    expect(world.started).toEqual([CASE_ID]);
  });

  it('waits for the latest of those that the quorum names', async () => {
    const world = await askingWorld(asking(TWO));
    const [early, late] = [plusMs(NOW, hourMs), plusMs(NOW, 2 * hourMs)];
    expect(await world.decide({ who: person('ada'), start: wish(late) })).toMatchObject({
      state: 'awaiting-approval',
    });
    await world.decide({ who: person('grace'), start: wish(early) });
    expect((await world.about()).approval).toMatchObject({ notBefore: late });
  });

  it('is looked at once a day, and lasts until it may start', async () => {
    const world = await askingWorld(asking(ONCALL));
    const at = plusMs(NOW, 3 * dayMs + hourMs);
    await world.decide({ who: person('ada'), start: wish(at) });
    for (const day of [1, 2, 3]) {
      world.at(plusMs(NOW, day * dayMs));
      await world.wake();
      expect((await world.about()).state).toMatchObject({ name: 'held', reason: 'window' });
    }
    world.at(at);
    await world.wake();
    expect(world.started).toEqual([CASE_ID]);
  });

  it('is not started early, whichever way the case comes to its checks', async () => {
    const world = await askingWorld(asking(ONCALL));
    const at = plusMs(NOW, 6 * hourMs);
    await world.decide({ who: person('ada'), start: wish(at) });
    // Mode auto needs no approval; but a person has said when.
    world.policy(asking(ONCALL, { mode: 'auto' }));
    world.later(dayMs / 8);
    const about = await world.about();
    const { planHash, plan } = about.approval ?? {};
    if (plan === undefined || planHash === undefined) throw new Error('no plan is approved');
    const queued = {
      name: 'queued',
      plan,
      planHash,
      queuedAt: world.now(),
      looks: 0,
      dueAt: world.now(),
    } as const;
    await world.ports.cases.replace({ ...about, version: about.version + 1, state: queued });
    await world.wake();
    expect(world.started).toEqual([]);
    expect((await world.about()).state).toMatchObject({
      name: 'held',
      reason: 'window',
      detail: `approved to start not before ${at}`,
    });
    world.at(at);
    await world.wake();
    expect(world.started).toEqual([CASE_ID]);
  });

  it.each([
    ['the entry has no window', { kind: 'next-window' } as const, 'names no window'],
    [
      'no entry has that window',
      { kind: 'next-window', window: 'days' } as const,
      'no policy entry has a window "days"',
    ],
    ['the time has passed', wish(NOW), 'has passed'],
    ['it is too far away', wish(plusMs(NOW, 31 * dayMs)), 'more than 30 days'],
    ['it is no time', wish('soon'), 'is no time'],
  ])('is refused when %s', async (_, start, reason) => {
    const world = await askingWorld(asking(ONCALL));
    expect(await world.decide({ who: person('ada'), start })).toMatchObject({
      code: 'no-window',
      reason: expect.stringContaining(reason),
    });
    const about = await world.about();
    expect(about.state).toMatchObject({ name: 'awaiting-approval', decisions: [] });
    expect(storyOf(about, 'decision-refused')[0]).toContain('no-window');
  });

  it('is refused when the window opens too far away', async () => {
    const leapDay = "windows: { leap: { cron: '0 0 29 2 *', duration: 2h } }";
    const world = await askingWorld(asking(ONCALL, { sections: leapDay, more: 'windows: [leap]' }));
    expect(await world.decide({ who: person('ada'), start: { kind: 'next-window' } })).toMatchObject({
      code: 'no-window',
      reason: expect.stringContaining('2028-02-29'),
    });
  });
});

describe('a reason', () => {
  it('is asked of whoever denies, and approves a critical case', async () => {
    const high = await askingWorld(asking(ONCALL));
    expect(await high.decide({ who: person('ada'), answer: 'deny', reason: ' ' })).toMatchObject({
      code: 'reason-required',
    });
    expect(await high.decide({ who: person('ada'), reason: '' })).toMatchObject({ kind: 'done' });
    const critical = await askingWorld(asking(ONCALL, { severity: 'critical' }));
    expect(await critical.decide({ who: person('ada'), reason: '' })).toMatchObject({
      code: 'reason-required',
    });
    expect(critical.started).toEqual([]);
  });
});
