/** What else stands and falls with a decision: the case's story, an exemption, and who hears of it next. */
import { describe, expect, it } from 'vitest';
import { PortError, type Ports } from '../../../domain/ports.ts';
import { dayMs, hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { type AskingWorld, asking, askingWorld, CASE_ID, storyOf } from '../../support/asking-world.ts';
import { NOW } from '../../support/cases.ts';
import { person } from '../../support/identities.ts';

const ONE = asking('{ quorum: 1, expires: 4h, from: [oncall] }');
const refusals = async (world: AskingWorld) => storyOf(await world.about(), 'decision-refused');

describe('a decision that is refused', () => {
  it('stands in the story of a case that waits, and changes nothing else', async () => {
    const world = await askingWorld(ONE);
    const before = await world.about();
    await world.decide({ who: person('eve') });
    const { version, timeline, ...after } = await world.about();
    expect(after).toEqual({ ...before, version: undefined, timeline: undefined });
    expect(version).toBe(before.version + 1);
    expect(timeline.at(-1)).toMatchObject({
      who: 'eve',
      what: 'decision-refused',
      why: expect.stringMatching(/^not-an-approver: .*\(approve\)$/),
      state: 'awaiting-approval',
    });
  });

  it('stands in the story of a case that is closed, or that a person has, too', async () => {
    const world = await askingWorld(ONE);
    await world.decide({ who: person('ada'), answer: 'deny' });
    expect(await world.decide({ who: person('grace') })).toMatchObject({ code: 'case-closed' });
    expect(await refusals(world)).toEqual([expect.stringMatching(/^grace: case-closed: /)]);
    expect((await world.about()).state).toMatchObject({ name: 'denied', decision: { who: 'ada' } });

    const late = await askingWorld(ONE);
    late.later(4 * hourMs);
    await late.wake();
    expect(await late.decide({ who: person('ada') })).toEqual({
      kind: 'refused',
      code: 'approval-expired',
      reason: `nobody decided before ${plusMs(NOW, 4 * hourMs)}; nothing was started`,
    });
    expect(await refusals(late)).toHaveLength(1);
  });

  it('is not noted again for the same person and reason, whoever else tries in between', async () => {
    const world = await askingWorld(ONE);
    for (const name of ['eve', 'eve', 'mallory', 'eve', 'mallory']) await world.decide({ who: person(name) });
    expect(await refusals(world)).toHaveLength(2);
    await world.decide({ who: person('eve'), planHash: 'f'.repeat(64) });
    expect(await refusals(world)).toHaveLength(3);
    await world.decide({ who: person('ada'), answer: 'deny' });
    await world.decide({ who: person('eve') });
    await world.decide({ who: person('eve') });
    expect(await refusals(world)).toHaveLength(4);
  });

  it('leaves a story that is bounded, and counts what it drops', async () => {
    const world = await askingWorld(ONE);
    for (let n = 0; n < 80; n += 1) await world.decide({ who: person(`stranger-${n}`) });
    const { timeline, timelineDropped } = await world.about();
    expect(timeline).toHaveLength(60);
    expect(timeline.length + timelineDropped).toBe(80 + 3);
  });

  it('is noted on the newer case when somebody wrote in between', async () => {
    let isBetween = false;
    const around = (ports: Ports): Ports => ({
      ...ports,
      cases: {
        ...ports.cases,
        replace: async (about) => {
          if (isBetween) {
            isBetween = false;
            const { version, ...newest } = (await ports.cases.get(about.id)) as typeof about;
            await ports.cases.replace({
              ...newest,
              version: version + 1,
              manualSteps: ['written in between'],
            });
          }
          return ports.cases.replace(about);
        },
      },
    });
    const world = await askingWorld(ONE, { around });
    isBetween = true;
    await world.decide({ who: person('eve') });
    expect(await refusals(world)).toHaveLength(1);
    expect((await world.about()).manualSteps).toEqual(['written in between']);
  });

  it.each(['approve', 'deny'] as const)(
    'is none when its own write got lost on the way back (%s)',
    async (answer) => {
      let isLost = false;
      const around = (ports: Ports): Ports => ({
        ...ports,
        cases: {
          ...ports.cases,
          replace: async (about) => {
            const written = await ports.cases.replace(about);
            if (!isLost) return written;
            // The SDK tries again what got no answer, and the condition does not hold any more.
            isLost = false;
            return ports.cases.replace(about);
          },
        },
      });
      const world = await askingWorld(asking('{ quorum: 2, expires: 4h, from: [oncall] }'), { around });
      isLost = true;
      expect(await world.decide({ who: person('ada'), answer })).toMatchObject({ kind: 'done' });
      expect(await refusals(world)).toEqual([]);
      expect(storyOf(await world.about(), answer === 'deny' ? 'denied' : 'approved')).toHaveLength(1);
    },
  );

  it('is logged where there is no case', async () => {
    const world = await askingWorld(ONE);
    const nobody = { planHash: 'a'.repeat(64), answer: 'approve', who: person('ada'), reason: 'ok' } as const;
    expect(await world.selfheal.decide('0000000000000000-1', nobody)).toMatchObject({ code: 'no-such-case' });
    expect(world.warnings).toEqual([expect.stringContaining('not there')]);
  });
});

describe('a denial that exempts', () => {
  const until = plusMs(NOW, 30 * dayMs);
  const denies = (world: AskingWorld, name = 'ada') =>
    world.decide({ who: person(name), answer: 'deny', reason: 'goes in May', exemptUntil: until });
  const exemptions = async ({ ports }: AskingWorld) => await ports.exemptions.all();

  it('makes the exemption, and then denies', async () => {
    const world = await askingWorld(ONE);
    expect(await denies(world)).toMatchObject({ kind: 'done', state: 'denied' });
    expect(await exemptions(world)).toEqual([
      {
        kind: 'read',
        pattern: expect.anything(),
        exemption: {
          name: `denied-${CASE_ID}`,
          match: {
            account: ['222222222222'],
            region: ['us-east-1'],
            rule: ['s3-bucket-versioning-enabled'],
            resourceType: ['AWS::S3::Bucket'],
            resourceId: ['shop-prod-orders'],
          },
          owner: 'ada',
          who: 'ada',
          reason: 'goes in May',
          since: NOW,
          expiresAt: until,
        },
      },
    ]);
    expect((await world.ports.controls.read()).exemptionSequence).toBe(1);
    expect((await world.about()).state).toMatchObject({ decision: { exemption: `denied-${CASE_ID}` } });
  });

  it('covers the next case of the finding', async () => {
    const world = await askingWorld(ONE);
    await denies(world);
    world.later(hourMs);
    const { finding, origin } = await world.about();
    const evaluation = { compliance: 'NON_COMPLIANT', recordedAt: world.now() } as const;
    const { account, resourceType, resourceId } = finding;
    await world.selfheal.complianceReported([
      { account, origin, resourceType, resourceId, evaluation, redelivered: false },
    ]);
    const next = await world.about(CASE_ID.replace(/-1$/, '-2'));
    expect(next.state).toMatchObject({ name: 'suppressed', exemption: `denied-${CASE_ID}` });
  });

  it.each([
    ['has passed', { exemptUntil: NOW }],
    ['is no time', { exemptUntil: 'soon' }],
  ])('denies nothing when its end %s', async (_, over) => {
    const world = await askingWorld(ONE);
    expect(await world.decide({ who: person('ada'), answer: 'deny', reason: 'no', ...over })).toMatchObject({
      code: 'exemption-refused',
    });
    expect((await world.about()).state.name).toBe('awaiting-approval');
    expect(await exemptions(world)).toEqual([]);
    expect(await refusals(world)).toHaveLength(1);
  });

  it.each(['put', 'announce', 'all'] as const)(
    'denies nothing when it cannot be stored (%s)',
    async (operation) => {
      const world = await askingWorld(ONE);
      const { exemptions: store } = world.ports;
      const broken = async () => {
        throw new PortError('transient', 'ThrottlingException', `dynamodb:${operation}`, 'Rate exceeded');
      };
      const works = store[operation];
      Object.assign(store, { [operation]: broken });
      expect(await denies(world)).toMatchObject({
        code: 'exemption-refused',
        reason: expect.stringContaining('ThrottlingException'),
      });
      expect((await world.about()).state.name).toBe('awaiting-approval');
      // The same again completes what was left half done.
      Object.assign(store, { [operation]: works });
      expect(await denies(world)).toMatchObject({ kind: 'done', state: 'denied' });
      expect(await exemptions(world)).toHaveLength(1);
    },
  );

  it('is not for whoever may not exempt by command, nor for whoever may not decide, nor with an approval', async () => {
    const text = ONE.replace('groups:', 'operators: [security]\ngroups:');
    const world = await askingWorld(text);
    expect(await denies(world)).toMatchObject({ code: 'exemption-refused' });
    expect(await denies(world, 'eve')).toMatchObject({ code: 'not-an-approver' });
    expect(await world.decide({ who: person('ada'), exemptUntil: until })).toMatchObject({
      code: 'exemption-refused',
    });
    expect(await exemptions(world)).toEqual([]);
    expect(world.started).toEqual([]);
    // None was made and taken off again either.
    expect((await world.ports.controls.read()).exemptionSequence).toBe(0);
  });

  /** Somebody does something between the exemption and the denial. */
  const racing = async (between: (world: AskingWorld) => Promise<unknown>) => {
    let world: AskingWorld | undefined;
    let isOn = false;
    const around = (ports: Ports): Ports => ({
      ...ports,
      ...(ports.exempting && {
        exempting: {
          ...ports.exempting,
          exempt: async (...given) => {
            const made = await ports.exempting?.exempt(...given);
            if (isOn && world !== undefined) {
              isOn = false;
              await between(world);
            }
            return made ?? { ok: false, reason: 'nothing exempts' };
          },
        },
      }),
    });
    world = await askingWorld(ONE, { around });
    isOn = true;
    return { world, answer: await denies(world) };
  };

  it.each([
    ['denied', (world: AskingWorld) => world.decide({ who: person('grace'), answer: 'deny' }), 'case-closed'],
    ['approved', (world: AskingWorld) => world.decide({ who: person('grace') }), 'case-closed'],
    [
      'closed',
      (world: AskingWorld) => world.selfheal.close(CASE_ID, person('grace'), 'by hand'),
      'case-closed',
    ],
  ])('is taken off again when somebody else has %s it first', async (what, between, code) => {
    const { world, answer } = await racing(between);
    // Approved while an exemption holds, it is closed by that: the exemption stays, and nothing was started.
    if (what === 'approved') {
      expect(answer).toMatchObject({ kind: 'done', state: 'suppressed' });
      expect(await exemptions(world)).toHaveLength(1);
      expect(world.started).toEqual([]);
      return;
    }
    expect(answer).toMatchObject({ code, reason: expect.stringContaining('taken off again') });
    expect(await exemptions(world)).toEqual([]);
    expect((await world.ports.controls.read()).exemptionSequence).toBe(2);
  });

  it('says so when it cannot be taken off', async () => {
    const { world, answer } = await racing(async ({ ports, decide }) => {
      await decide({ who: person('grace'), answer: 'deny' });
      Object.assign(ports.exemptions, {
        remove: async () => {
          throw new PortError('transient', 'ThrottlingException', 'dynamodb:DeleteItem', 'Rate exceeded');
        },
      });
    });
    expect(answer).toMatchObject({
      code: 'case-closed',
      reason: expect.stringContaining(`selfheal exempt remove denied-${CASE_ID}`),
    });
    expect(await exemptions(world)).toHaveLength(1);
  });

  it('given twice at once is one denial with one exemption, and both hear that it is done', async () => {
    const { world, answer } = await racing((racer) => denies(racer));
    expect(answer).toMatchObject({ kind: 'done', state: 'denied' });
    expect(await exemptions(world)).toHaveLength(1);
    expect(storyOf(await world.about(), 'denied')).toHaveLength(1);
  });

  it('of two people at once counts for one of them, and the other hears it', async () => {
    const { world, answer } = await racing(async (racer) => {
      expect(await denies(racer, 'grace')).toMatchObject({ code: 'exemption-refused' });
    });
    expect(answer).toMatchObject({ kind: 'done', state: 'denied' });
    expect(await exemptions(world)).toMatchObject([{ exemption: { owner: 'ada' } }]);
  });
});

describe('the ladder', () => {
  const LADDER = asking(
    '{ quorum: 2, expires: 4h, from: [oncall], escalate: [{ after: 15m, notify: [second] }, { after: 30m, notify: [third] }] }',
  );
  const asked = { topics: ['default'], kind: 'approval-requested' };
  const rung = (...topics: string[]) => ({ topics, kind: 'escalation' });

  it('tells the second contact, then the third, and in the end all of them that it needs somebody', async () => {
    const world = await askingWorld(LADDER);
    expect(world.told).toEqual([asked]);
    expect((await world.about()).state).toMatchObject({ dueAt: plusMs(NOW, 15 * minuteMs) });
    world.at(plusMs(NOW, 15 * minuteMs));
    await world.wake();
    expect((await world.about()).state).toMatchObject({ rungs: 1, dueAt: plusMs(NOW, 30 * minuteMs) });
    world.at(plusMs(NOW, 30 * minuteMs));
    await world.wake();
    expect((await world.about()).state).toMatchObject({ rungs: 2, dueAt: plusMs(NOW, 4 * hourMs) });
    world.at(plusMs(NOW, 4 * hourMs));
    await world.wake();
    expect(world.told).toEqual([
      asked,
      rung('second'),
      rung('third'),
      { topics: ['default', 'second', 'third'], kind: 'approval-expired' },
    ]);
    expect(storyOf(await world.about(), 'people-told')[1]).toContain(
      'nobody has decided yet, so by topic second too',
    );
    expect((await world.about()).state.name).toBe('needs-human');
  });

  it('tells a rung again when SNS did not take it, or whoever sent it died', async () => {
    const world = await askingWorld(LADDER);
    world.at(plusMs(NOW, 16 * minuteMs));
    world.failAnnouncing(true);
    await world.wake();
    expect((await world.about()).state).not.toHaveProperty('rungs');
    world.failAnnouncing(false);
    world.later(minuteMs);
    await world.wake();
    expect(world.told).toEqual([asked, rung('second')]);
    expect((await world.about()).state).toMatchObject({ rungs: 1 });
  });

  it('tells each rung once when two are woken for it at once', async () => {
    const world = await askingWorld(LADDER);
    world.at(plusMs(NOW, 15 * minuteMs));
    await Promise.all([world.wake(), world.wake(), world.wake()]);
    expect((await world.about()).state).toMatchObject({ rungs: 1 });
    expect(world.told).toEqual([asked, rung('second')]);
  });

  it('tells a rung once when a second wake-up comes while SNS is slow', async () => {
    let world: AskingWorld | undefined;
    const around = (ports: Ports): Ports => ({
      ...ports,
      announcer: {
        announce: async (topics, message) => {
          if (topics.includes('second')) {
            world?.later(20_000);
            await world?.wake();
          }
          await ports.announcer.announce(topics, message);
        },
      },
    });
    world = await askingWorld(LADDER, { around });
    world.at(plusMs(NOW, 15 * minuteMs));
    await world.wake();
    expect(world.told).toEqual([asked, rung('second')]);
    expect((await world.about()).state).toMatchObject({ rungs: 1, dueAt: plusMs(NOW, 30 * minuteMs) });
  });

  it('counts no rung as told that was not, when several are late and two are woken at once', async () => {
    const world = await askingWorld(LADDER);
    world.at(plusMs(NOW, 31 * minuteMs));
    await Promise.all([world.wake(), world.wake(), world.wake()]);
    expect((await world.about()).state).toMatchObject({ rungs: 1 });
    await world.wake();
    expect((await world.about()).state).toMatchObject({ rungs: 2 });
    expect(world.told.at(-1)).toEqual(rung('third'));
  });

  it('goes on when one of two has approved, and ends with the second', async () => {
    const world = await askingWorld(LADDER);
    await world.decide({ who: person('ada') });
    world.at(plusMs(NOW, 15 * minuteMs));
    await world.wake();
    expect(world.told).toHaveLength(2);
    expect(storyOf(await world.about(), 'people-told')[1]).toContain(
      '1 of 2 has approved, so by topic second too',
    );
    await world.decide({ who: person('grace') });
    world.at(plusMs(NOW, 31 * minuteMs));
    await world.wake();
    expect(world.told.some(({ topics }) => topics.includes('third'))).toBe(false);
    expect(world.started).toEqual([CASE_ID]);
  });

  it('begins anew when people are asked for another plan', async () => {
    const world = await askingWorld(
      asking('{ quorum: 1, expires: 4h, escalate: [{ after: 15m, notify: [second] }] }'),
    );
    await world.decide({
      who: person('ada'),
      start: { kind: 'not-before', at: plusMs(NOW, hourMs) },
    });
    world.version('7');
    world.at(plusMs(NOW, hourMs));
    await world.wake();
    expect(world.told).toEqual([asked, { topics: ['default'], kind: 'approval-void' }]);
    world.later(15 * minuteMs);
    await world.wake();
    expect(world.told.at(-1)).toEqual(rung('second'));
    expect((await world.about()).state).toMatchObject({ rungs: 1, changes: expect.anything() });
  });
});
