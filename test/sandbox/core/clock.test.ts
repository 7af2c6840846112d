import { expect, test } from 'vitest';
import { createClock } from '../../../sandbox/core/clock.ts';
import { createScheduler } from '../../../sandbox/core/scheduler.ts';
import { openWorld } from '../../../sandbox/core/world-store.ts';
import type { AwsService } from '../../../sandbox/service.ts';

test('a real clock runs at its speed and never goes backwards, even when the wall clock does', () => {
  let wallMs = 1_000_000;
  const clock = createClock({ kind: 'real', speed: 10 }, openWorld(), () => wallMs);
  expect(clock.nowMs()).toBe(1_000_000);
  wallMs += 100;
  expect(clock.nowMs()).toBe(1_001_000);
  wallMs -= 50;
  expect(clock.nowMs()).toBe(1_001_000);
});

test('after a kill the clock goes on later than anything it had shown, and not much later', () => {
  let wallMs = 1_000_000;
  const world = openWorld();
  let shownMs = 0;
  for (let restart = 0; restart < 20; restart += 1) {
    const clock = createClock({ kind: 'real', speed: 7 }, world, () => wallMs);
    const firstMs = clock.nowMs();
    expect(firstMs).toBeGreaterThanOrEqual(shownMs);
    expect(firstMs - shownMs).toBeLessThanOrEqual(restart === 0 ? 1_000_000 : 7_000);
    for (let step = 0; step < 40; step += 1) {
      wallMs += 137;
      shownMs = clock.nowMs();
    }
    // Down for an hour: sandbox time stands still.
    wallMs += 3_600_000;
  }
});

test('a driven clock keeps its time over a restart and cannot be set back', () => {
  const world = openWorld();
  const clock = createClock({ kind: 'driven', startMs: 5 }, world);
  clock.set(9);
  expect(() => clock.set(8)).toThrow('cannot go back');
  expect(createClock({ kind: 'driven', startMs: 5 }, world).nowMs()).toBe(9);
});

const alarms = (name: string, dueMs: number[], seen: string[], now: () => number): AwsService => ({
  name,
  operations: {},
  dueAt: () => dueMs[0],
  runDue: () => {
    seen.push(`${name}@${now()}`);
    dueMs.shift();
  },
});

test('advancing runs what is due in the order of time, each at its own time', () => {
  const clock = createClock({ kind: 'driven', startMs: 0 }, openWorld());
  const seen: string[] = [];
  const services = [
    alarms('a', [10, 40, 99], seen, clock.nowMs),
    alarms('b', [5, 40, 41], seen, clock.nowMs),
  ];
  createScheduler(services, clock).advanceTo(50);
  expect(seen).toEqual(['b@5', 'a@10', 'a@40', 'b@40', 'b@41']);
  expect(clock.nowMs()).toBe(50);
});

test('a service that never gets on is an error that names it, not a hang', () => {
  const clock = createClock({ kind: 'driven', startMs: 0 }, openWorld());
  const stuck: AwsService = { name: 'stuck', operations: {}, dueAt: () => 1, runDue: () => {} };
  expect(() => createScheduler([stuck], clock).advanceTo(2)).toThrow(/stands still at 1: stuck/);
});
