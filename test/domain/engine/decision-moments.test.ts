/** What may happen in the very moment of a decision: nothing starts that should not, and everybody is told. */
import { describe, expect, it } from 'vitest';
import type { PersonsDecision } from '../../../domain/engine/by-people.ts';
import type { Ports } from '../../../domain/ports.ts';
import { hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { type AskingWorld, asking, askingWorld, CASE_ID, storyOf } from '../../support/asking-world.ts';
import { NOW } from '../../support/cases.ts';
import { person } from '../../support/identities.ts';

const TWO = asking('{ quorum: 2, expires: 4h, from: [oncall] }');
const EXPIRY = plusMs(NOW, 4 * hourMs);
const kinds = ({ told }: AskingWorld) => told.map(({ kind }) => kind);

/** Ada has approved; grace's is the last vote. Something happens right before her decision is written. */
const lastVote = async (
  between: (world: AskingWorld) => Promise<unknown>,
  { at = plusMs(NOW, hourMs), over = {} as Partial<PersonsDecision> } = {},
) => {
  let world: AskingWorld | undefined;
  let isOn = false;
  const around = (ports: Ports): Ports => ({
    ...ports,
    cases: {
      ...ports.cases,
      replace: async (about) => {
        if (isOn && world !== undefined) {
          isOn = false;
          await between(world);
        }
        return ports.cases.replace(about);
      },
    },
  });
  world = await askingWorld(TWO, { around });
  await world.decide({ who: person('ada') });
  world.at(at);
  isOn = true;
  const answer = await world.decide({ who: person('grace'), ...over });
  return { world, answer };
};

describe('a request that expires in the very moment of the last vote', () => {
  it('is decided a millisecond before', async () => {
    const { world, answer } = await lastVote(async () => undefined, { at: plusMs(EXPIRY, -1) });
    expect(answer).toMatchObject({ kind: 'done' });
    expect(world.started).toEqual([CASE_ID]);
  });

  it('is too late then, and whoever is late hears it', async () => {
    const { world, answer } = await lastVote(async () => undefined, { at: EXPIRY });
    expect(answer).toMatchObject({ code: 'approval-expired' });
    expect(world.started).toEqual([]);
    await world.wake();
    expect(kinds(world)).toEqual(['approval-requested', 'approval-expired']);
    expect((await world.about()).state.name).toBe('needs-human');
  });

  it('has expired when the timer was first, although the vote was cast in time', async () => {
    const { world, answer } = await lastVote(
      async (racer) => {
        racer.at(EXPIRY);
        await racer.wake();
      },
      { at: plusMs(EXPIRY, -1) },
    );
    expect(answer).toMatchObject({ code: 'approval-expired' });
    expect(world.started).toEqual([]);
    const about = await world.about();
    expect(about.state).toMatchObject({ name: 'needs-human', code: 'approval-expired' });
    expect(storyOf(about, 'decision-refused')).toEqual([expect.stringContaining('grace: approval-expired')]);
    expect(kinds(world)).toEqual(['approval-requested', 'approval-expired']);
  });

  it('is approved when the vote was first: the timer then changes nothing', async () => {
    const { world } = await lastVote(async () => undefined, { at: plusMs(EXPIRY, -1) });
    const { state } = await world.about();
    world.at(EXPIRY);
    await world.wake();
    expect((await world.about()).state).toEqual(state);
    expect(kinds(world)).toEqual(['approval-requested']);
  });
});

describe('between the last vote and the start', () => {
  it('a plan that changes voids the approval: people are asked anew, and told in what it changed', async () => {
    const { world } = await lastVote(async (racer) => racer.version('7'));
    expect(world.started).toEqual([]);
    expect((await world.about()).state).toMatchObject({
      name: 'awaiting-approval',
      decisions: [],
      changes: ['version "7" instead of "1"'],
    });
    expect(kinds(world)).toEqual(['approval-requested', 'approval-void']);
    // What they have seen is not what waits.
    const [decided] = storyOf(await world.about(), 'approved');
    expect(decided).toContain('ada');
  });

  it('a decision on the old plan counts for nothing', async () => {
    const { world } = await lastVote(async (racer) => racer.version('7'));
    const { approval } = await world.about();
    expect(await world.decide({ who: person('linus'), planHash: approval?.planHash ?? '' })).toMatchObject({
      code: 'plan-hash-mismatch',
    });
    expect(world.started).toEqual([]);
  });

  const stop = (at: string) =>
    ({ scope: { kind: 'everything' }, who: 'eve', reason: 'incident', since: at }) as const;

  it('the stop switch holds it; taken off, what people approved starts', async () => {
    const { world } = await lastVote(({ ports, now }) => ports.controls.addStopSwitch(stop(now())));
    expect(world.started).toEqual([]);
    expect((await world.about()).state).toMatchObject({ name: 'held', reason: 'stop-switch' });
    await world.ports.controls.removeStopSwitch({ kind: 'everything' });
    const { state } = await world.about();
    world.at('dueAt' in state ? state.dueAt : '');
    await world.wake();
    expect(world.started).toEqual([CASE_ID]);
  });

  it('the stop switch outlasts the approval: people are asked again', async () => {
    const { world } = await lastVote(({ ports, now }) => ports.controls.addStopSwitch(stop(now())));
    await world.ports.controls.removeStopSwitch({ kind: 'everything' });
    world.later(5 * hourMs);
    await world.wake();
    expect(world.started).toEqual([]);
    expect((await world.about()).state).toMatchObject({ name: 'awaiting-approval', decisions: [] });
    expect(kinds(world)).toEqual(['approval-requested', 'not-started', 'approval-requested']);
  });

  it('a resource that healed by itself is left alone, and the case says so', async () => {
    const { world } = await lastVote(async ({ config }) => {
      config.compliance = 'COMPLIANT';
    });
    expect(world.started).toEqual([]);
    expect((await world.about()).state).toMatchObject({ name: 'self-resolved' });
  });

  it('a resource that healed before the vote was written closes the case: the vote is refused, and noted', async () => {
    const { world, answer } = await lastVote(async ({ config, selfheal }) => {
      config.compliance = 'COMPLIANT';
      await selfheal.complianceAsked([CASE_ID]);
    });
    expect(answer).toMatchObject({ code: 'case-closed' });
    const about = await world.about();
    expect(about.state.name).toBe('self-resolved');
    expect(storyOf(about, 'decision-refused')).toHaveLength(1);
    expect(world.started).toEqual([]);
  });

  it('somebody else who denies ends it', async () => {
    const { world, answer } = await lastVote((racer) =>
      racer.decide({ who: person('linus'), answer: 'deny' }),
    );
    expect(answer).toMatchObject({ code: 'case-closed' });
    expect(world.started).toEqual([]);
    expect((await world.about()).state).toMatchObject({ name: 'denied', decision: { who: 'linus' } });
  });

  it.each(['controls', 'compliance'] as const)('starts nothing when %s cannot be read', async (port) => {
    const { world } = await lastVote(async ({ ports }) => {
      Object.assign(ports[port], {
        read: async () => {
          throw new Error('malformed answer');
        },
      });
    });
    expect(world.started).toEqual([]);
    expect((await world.about()).state).toMatchObject({ name: 'held', reason: 'check-failed' });
    world.later(minuteMs);
    await world.wake();
    expect(world.started).toEqual([]);
  });
});
