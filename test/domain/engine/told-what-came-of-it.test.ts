/** Who was asked, and what they hear of what came of it: on the way from the request to the topics. */
import { expect, it } from 'vitest';
import { hourMs, minuteMs } from '../../../domain/time.ts';
import { type AskingWorld, asking, askingWorld, storyOf } from '../../support/asking-world.ts';
import { person } from '../../support/identities.ts';

const LADDER = asking('{ quorum: 1, expires: 72h, escalate: [{ after: 15m, notify: [second] }] }');
const ALL = ['default', 'second'];

/** Asked, and nobody answered for so long that the second contact was told. */
const escalated = async (): Promise<AskingWorld> => {
  const world = await askingWorld(LADDER);
  world.later(15 * minuteMs);
  await world.wake();
  expect(world.told.splice(0)).toEqual([
    { topics: ['default'], kind: 'approval-requested' },
    { topics: ['second'], kind: 'escalation' },
  ]);
  return world;
};
const stop = async ({ ports, now }: AskingWorld): Promise<void> =>
  void (await ports.controls.addStopSwitch({
    scope: { kind: 'everything' },
    who: 'eve',
    reason: 'incident',
    since: now(),
  }));
const looked = async (world: AskingWorld): Promise<void> => {
  const { state } = await world.about();
  world.at('dueAt' in state ? state.dueAt : '');
  await world.wake();
};

it('all who were asked hear that it is approved, before it starts', async () => {
  const world = await escalated();
  await world.decide({ who: person('ada') });
  expect(world.told).toEqual([{ topics: ALL, kind: 'approved' }]);
  expect(world.started).toHaveLength(1);
});

it('an approval that SNS does not take keeps nothing from starting', async () => {
  const world = await escalated();
  world.failAnnouncing(true);
  await world.decide({ who: person('ada') });
  expect(world.told).toEqual([]);
  expect(world.started).toHaveLength(1);
});

it('who alone was asked, and answers, is told nothing', async () => {
  const world = await askingWorld(LADDER);
  world.told.splice(0);
  await world.decide({ who: person('ada') });
  expect(world.told).toEqual([]);
});

it('all who were asked hear that it is denied', async () => {
  const world = await escalated();
  await world.decide({ who: person('ada'), answer: 'deny' });
  expect(world.told).toEqual([{ topics: ALL, kind: 'denied' }]);
});

it('all who were asked hear that the case was closed', async () => {
  const world = await escalated();
  await world.selfheal.close((await world.about()).id, person('ada'), 'by hand');
  expect(world.told).toEqual([{ topics: ALL, kind: 'no-decision-needed' }]);
});

it('what the stop switch holds is told once, however often it is looked at', async () => {
  const world = await escalated();
  await stop(world);
  await world.decide({ who: person('ada') });
  for (let looks = 0; looks < 3; looks += 1) await looked(world);
  expect((await world.about()).state).toMatchObject({ name: 'held', reason: 'stop-switch' });
  expect(world.told).toEqual([
    { topics: ALL, kind: 'approved' },
    { topics: ALL, kind: 'not-started' },
  ]);
  expect(storyOf(await world.about(), 'people-told').at(-1)).toContain('kept back: stop-switch');
  await world.ports.controls.removeStopSwitch({ kind: 'everything' });
  await looked(world);
  expect(world.started).toHaveLength(1);
  expect(await world.about()).not.toHaveProperty('asked');
});

it('it is told again until SNS takes it', async () => {
  const world = await escalated();
  world.failAnnouncing(true);
  await stop(world);
  await world.decide({ who: person('ada') });
  await looked(world);
  expect(world.told).toEqual([]);
  world.failAnnouncing(false);
  await looked(world);
  await looked(world);
  expect(world.told).toEqual([{ topics: ALL, kind: 'not-started' }]);
});

it('a window that they were told of is no news, and one that was missed is', async () => {
  const nights = { sections: "windows: { nights: { cron: '0 22 * * *', duration: 1h } }" };
  const world = await askingWorld(
    asking('{ quorum: 1, expires: 48h }', { ...nights, more: 'windows: [nights]' }),
  );
  world.told.splice(0);
  await world.decide({ who: person('ada') });
  expect((await world.about()).state).toMatchObject({ name: 'held', reason: 'window' });
  expect(world.told).toEqual([]);
  // Nobody came to start it while it was open.
  world.later(20 * hourMs + 30 * minuteMs);
  await world.wake();
  expect(world.started).toEqual([]);
  expect(world.told).toEqual([{ topics: ['default'], kind: 'not-started' }]);
});

it('who was asked of a plan that changed is asked again, and so are the rungs', async () => {
  const world = await escalated();
  await stop(world);
  await world.decide({ who: person('ada') });
  world.told.splice(0);
  world.version('7');
  await world.ports.controls.removeStopSwitch({ kind: 'everything' });
  await looked(world);
  expect(world.told).toEqual([{ topics: ALL, kind: 'approval-void' }]);
  await world.decide({ who: person('ada'), answer: 'deny' });
  // The ladder begins anew, and yet nobody who was asked is forgotten.
  expect(world.told.at(-1)).toEqual({ topics: ALL, kind: 'denied' });
});
