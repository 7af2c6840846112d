/**
 * Runs what the services have to do by themselves, in the order of time: woken by one timer when the
 * clock is real, step by step when it is driven.
 */
import type { AwsService } from '../service.ts';
import type { SandboxClock } from './clock.ts';

export interface Scheduler {
  /** Something may have become due earlier: to be called after every operation. */
  wake(): void;
  /** Drives the clock to `targetMs`, stopping at every due time on the way. Driven clocks only. */
  advanceTo(targetMs: number): void;
  close(): void;
}

/** A service that stays due after this many runs at one instant does not get on: an error, not a hang. */
const RUNS_AT_ONE_INSTANT_MAX = 100_000;
/** `setTimeout` fires at once when given more. */
const TIMER_MAX_MS = 2_147_483_647;

export const createScheduler = (services: readonly AwsService[], clock: SandboxClock): Scheduler => {
  let timer: NodeJS.Timeout | undefined;
  let timerDueMs = Number.POSITIVE_INFINITY;
  let looking: NodeJS.Immediate | undefined;
  let closed = false;

  const runUntil = (targetMs: number): void => {
    let instantMs = Number.NEGATIVE_INFINITY;
    let runs = 0;
    for (let dueMs = earliest(services); dueMs <= targetMs; dueMs = earliest(services)) {
      const nowMs = clock.kind === 'driven' ? Math.max(clock.nowMs(), dueMs) : clock.nowMs();
      if (clock.kind === 'driven') clock.set(nowMs);
      runs = nowMs === instantMs ? runs + 1 : 0;
      instantMs = nowMs;
      if (runs > RUNS_AT_ONE_INSTANT_MAX) throw new Error(stuck(services, nowMs));
      for (const service of services) {
        const serviceDueMs = service.dueAt();
        if (serviceDueMs !== undefined && serviceDueMs <= nowMs) service.runDue(nowMs);
      }
    }
  };

  /** Looking for the earliest is not free: a burst of operations looks once. */
  const wake = (): void => {
    if (closed || clock.kind === 'driven') return;
    looking ??= setImmediate(() => {
      looking = undefined;
      setTimer();
    });
  };

  const setTimer = (): void => {
    if (closed) return;
    const dueMs = earliest(services);
    if (dueMs === timerDueMs) return;
    clearTimeout(timer);
    timerDueMs = dueMs;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.ceil((dueMs - clock.nowMs()) / clock.speed);
    timer = setTimeout(fire, Math.min(Math.max(waitMs, 0), TIMER_MAX_MS));
  };

  const fire = (): void => {
    timerDueMs = Number.POSITIVE_INFINITY;
    runUntil(clock.nowMs());
    setTimer();
  };

  return {
    wake,
    advanceTo: (targetMs) => {
      if (clock.kind !== 'driven') throw new Error('Only a driven clock can be advanced.');
      runUntil(targetMs);
      clock.set(targetMs);
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
      clearImmediate(looking);
    },
  };
};

const earliest = (services: readonly AwsService[]): number => {
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const service of services) {
    const dueMs = service.dueAt();
    if (dueMs !== undefined && dueMs < earliestMs) earliestMs = dueMs;
  }
  return earliestMs;
};

const stuck = (services: readonly AwsService[], nowMs: number): string => {
  const names = services.filter((service) => (service.dueAt() ?? Number.POSITIVE_INFINITY) <= nowMs);
  return `Sandbox time stands still at ${nowMs}: ${names.map(({ name }) => name).join(', ')} stays due after running.`;
};
