/**
 * The stop switch while starts are under way: the last one comes within five seconds, whatever stands in between,
 * counted in the sandbox's SSM; and what runs is stopped too when that is wanted.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Ports } from '../../../domain/ports.ts';
import type { StopSwitch } from '../../../domain/stop-switch.ts';
import { epochMs, instant, minuteMs, plusMs, secondMs } from '../../../domain/time.ts';
import { type Execution, executions } from '../../../sandbox/services/ssm/execution.ts';
import { changeSettings } from '../../../sandbox/world/settings.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';
import { breakBuckets } from '../../support/flood.ts';

let world: DrivenWorld;
afterEach(() => world.close());

const starts = (): readonly Execution[] => [...executions(world.sandbox.world).values()];
const stopHere = (more: Partial<StopSwitch> = {}): StopSwitch => ({
  scope: { kind: 'everything' },
  who: 'ada',
  reason: 'bad release',
  since: world.now(),
  ...more,
});

describe('no start is issued later than the stop switch + 5 s (invariant 12)', () => {
  /** Stops in the middle of the start of the fourth of ten cases, which `holding` holds up. */
  const stoppedAmid = async (holding: (ports: Ports, stop: () => Promise<void>) => Partial<Ports>) => {
    let stoppedMs: number | undefined;
    world = await drivenWorld({
      stepMs: secondMs,
      decorate: (ports) => ({
        ...ports,
        ...holding(ports, async () => {
          if (stoppedMs !== undefined || starts().length < 3) return;
          await ports.controls.addStopSwitch(stopHere());
          stoppedMs = world.sandbox.clock.nowMs();
        }),
      }),
    });
    breakBuckets(world, 10);
    await world.until(() => stoppedMs !== undefined, minuteMs);
    await world.advance(30 * secondMs);
    const count = starts().length;
    expect(count).toBeGreaterThanOrEqual(3);
    expect(count).toBeLessThan(9);
    return Math.max(...starts().map(({ requestedMs }) => requestedMs)) - (stoppedMs ?? 0);
  };

  it('where a lane is drained, one start a second', async () => {
    const lastMs = await stoppedAmid((ports, stop) => ({
      cases: {
        ...ports.cases,
        replace: async (changed) => {
          const written = await ports.cases.replace(changed);
          if (changed.state.name === 'starting') await stop();
          return written;
        },
      },
    }));
    expect(lastMs).toBeLessThanOrEqual(5 * secondMs);
  });

  it('where a process stands still between the checks and the start', async () => {
    const lastMs = await stoppedAmid((ports, stop) => ({
      cases: {
        ...ports.cases,
        replace: async (changed) => {
          const written = await ports.cases.replace(changed);
          if (changed.state.name !== 'starting' || starts().length < 3) return written;
          await stop();
          await ports.clock.sleep(10 * secondMs);
          return written;
        },
      },
    }));
    expect(lastMs).toBeLessThanOrEqual(0);
  });

  it('where SSM answers slowly', async () => {
    const lastMs = await stoppedAmid((ports, stop) => ({
      runbooks: {
        ...ports.runbooks,
        start: async (...asked) => {
          await stop();
          const answer = await ports.runbooks.start(...asked);
          await ports.clock.sleep(8 * secondMs);
          return answer;
        },
      },
    }));
    expect(lastMs).toBeLessThanOrEqual(5 * secondMs);
  });

  it('where the table is slow to say that it is still the probe of an open breaker', async () => {
    const scope = { kind: 'rule', name: 'S3_BUCKET_VERSIONING_ENABLED' } as const;
    let hasStopped = false;
    world = await drivenWorld({
      stepMs: secondMs,
      decorate: (ports) => ({
        ...ports,
        controls: {
          ...ports.controls,
          replaceBreaker: async (of, was, becomes) => {
            const isWritten = await ports.controls.replaceBreaker(of, was, becomes);
            if (hasStopped || was?.state !== 'probing' || becomes === 'absent' || becomes.state !== 'probing')
              return isWritten;
            hasStopped = true;
            await ports.controls.addStopSwitch(stopHere());
            await ports.clock.sleep(6 * secondMs);
            return isWritten;
          },
        },
      }),
    });
    const now = world.now();
    await world.app.ports.controls.replaceBreaker(scope, undefined, {
      ...{
        state: 'open',
        since: now,
        revision: 1,
        failures: 5,
        attempts: 10,
        percent: 50,
        reason: 'they failed',
      },
      ...{
        whenOpen: 'wait',
        probeAfterMs: minuteMs,
        windowMs: minuteMs,
        notify: [],
        told: true,
        notBefore: now,
      },
    });
    breakBuckets(world, 1);
    await world.until(() => hasStopped, minuteMs);
    await world.advance(2 * minuteMs);
    expect(starts()).toHaveLength(0);
  });
});

describe('what runs in the scope of the switch', () => {
  it('is asked to stop once, is held and not blamed, and is healed when the switch is off again', async () => {
    const asked: string[] = [];
    const noted: string[] = [];
    world = await drivenWorld({
      stepMs: 15 * secondMs,
      decorate: (ports) => ({
        ...ports,
        runbooks: {
          ...ports.runbooks,
          stop: async (plan, executionId) => {
            asked.push(executionId);
            await ports.runbooks.stop(plan, executionId);
          },
        },
        health: {
          noteFailure: async (scope, failure, since) => {
            noted.push(failure.key);
            return ports.health.noteFailure(scope, failure, since);
          },
        },
      }),
    });
    changeSettings(world.sandbox.world, { stepTimeFactor: 60 });
    breakBuckets(world, 4);
    await world.until(() => world.told('running') === 4, 2 * minuteMs);
    const stop = stopHere({ cancelRunning: true });
    const { selfheal, ports } = world.app;
    await ports.controls.addStopSwitch(stop);
    const until = plusMs(world.now(), minuteMs);
    expect(await selfheal.cancelRunning(stop, until)).toBe(4);
    // Ordered twice, as by the tick: nobody is asked twice, and who, what and why stand in the case once.
    expect(await selfheal.cancelRunning(stop, until)).toBe(4);
    await world.advance(6 * minuteMs);
    const cases = await world.cases();
    expect(starts().map(({ status }) => status)).toEqual(Array(4).fill('Cancelled'));
    expect(new Set(asked).size).toBe(4);
    for (const { state, attempts, timeline } of cases) {
      expect(state).toMatchObject({ name: 'held', reason: 'stop-switch' });
      expect(attempts).toBe(1);
      const orders = timeline.filter(({ what }) => what === 'stop-requested');
      expect(orders).toMatchObject([{ who: 'ada', why: 'bad release' }]);
      expect(timeline.some(({ what }) => what === 'attempt-stopped')).toBe(true);
    }
    expect(noted).toEqual([]);
    expect(await selfheal.cancelRunning(stop, plusMs(world.now(), minuteMs))).toBe(0);

    changeSettings(world.sandbox.world, { stepTimeFactor: 1 });
    await ports.controls.removeStopSwitch(stop.scope);
    const lifted = { scope: stop.scope, at: world.now() };
    expect(await selfheal.letGo(lifted, plusMs(world.now(), minuteMs))).toBe(4);
    await world.until(() => world.told('resolved') === 4, 30 * minuteMs);
    expect(starts()).toHaveLength(8);
  });

  it('is found by the tick when it began to run just then, and left alone outside of the scope', async () => {
    world = await drivenWorld({ stepMs: 15 * secondMs });
    changeSettings(world.sandbox.world, { stepTimeFactor: 60 });
    breakBuckets(world, 2);
    await world.until(() => world.told('running') === 2, 2 * minuteMs);
    const elsewhere = stopHere({ scope: { kind: 'runbook', name: 'Another' }, cancelRunning: true });
    await world.app.ports.controls.addStopSwitch(elsewhere);
    await world.advance(2 * minuteMs);
    expect(starts().every(({ status }) => status === 'InProgress')).toBe(true);
    const here = stopHere({ scope: { kind: 'account', name: '222222222222' }, cancelRunning: true });
    await world.app.ports.controls.addStopSwitch({ ...here, since: instant(epochMs(here.since)) });
    await world.until(() => starts().every(({ status }) => status === 'Cancelled'), 10 * minuteMs);
  });
});

describe('what the switch held', () => {
  const heldWorld = async (): Promise<Ports> => {
    world = await drivenWorld({ stepMs: 15 * secondMs });
    const { ports } = world.app;
    await ports.controls.addStopSwitch(stopHere());
    breakBuckets(world, 3);
    await world.until(() => world.told('held') === 3, 2 * minuteMs);
    return ports;
  };

  it('waits an hour at least, is not looked at meanwhile, and goes on at once when it is let go', async () => {
    const ports = await heldWorld();
    const before = await world.cases();
    await world.advance(30 * minuteMs);
    expect((await world.cases()).map(({ version }) => version).sort()).toEqual(
      before.map(({ version }) => version).sort(),
    );
    for (const { state, timeline } of before) {
      if (state.name !== 'held') throw new Error(state.name);
      const waitsMs = epochMs(state.dueAt) - epochMs(timeline.at(-1)?.at ?? '');
      expect(waitsMs).toBeGreaterThanOrEqual(59 * minuteMs);
      expect(waitsMs).toBeLessThanOrEqual(91 * minuteMs);
    }
    const { scope } = stopHere();
    const lifted = { scope, at: world.now() };
    const soon = plusMs(world.now(), minuteMs);
    const elsewhere = { ...stopHere(), scope: { kind: 'account', name: '999999999999' } } as const;
    expect(await world.app.selfheal.letGo({ ...elsewhere, at: world.now() }, soon)).toBe(0);
    // Still stopped: there is nothing to let go.
    expect(await world.app.selfheal.letGo(lifted, soon)).toBe(0);
    await ports.controls.removeStopSwitch(scope);
    expect(await world.app.selfheal.letGo(lifted, soon)).toBe(3);
    await world.until(() => world.told('resolved') === 3, 5 * minuteMs);
  });

  it('is let go by the tick when whoever took the switch off died before', async () => {
    const ports = await heldWorld();
    const { scope } = stopHere();
    await ports.controls.removeStopSwitch(scope, [{ scope, at: world.now() }]);
    await world.until(() => world.told('resolved') === 3, 10 * minuteMs);
  });
});
