/**
 * What the tick does once a minute about breakers and stop switches: it tells people of a breaker that opened,
 * finds a case to be its probe, and wakes those that it held when it has closed; and those that a stop switch held
 * which was taken off. Each step is recorded when it is
 * done and not before, so that whoever dies on the way has it done again.
 */
import { breakerId, concerns, isOpened, type KnownBreaker, type OpenedBreaker } from '../breaker.ts';
import type { Case } from '../case/case.ts';
import { OPERATIONS_TOPIC } from '../message.ts';
import { PortError, type Ports } from '../ports.ts';
import type { LiftedStop } from '../stop-scope.ts';
import { type StopSwitch, stoppedBy } from '../stop-switch.ts';
import { type Instant, minuteMs, plusMs, secondMs } from '../time.ts';
import { changeBreaker } from './breakers.ts';

/** What cannot be done now is done by the next tick, and keeps nothing else from being done. */
export const tend = async (ports: Ports): Promise<void> => {
  const deadline = plusMs(ports.clock.now(), TEND_MS_MAX);
  await tried(ports, async () => {
    const { breakers, stops, lifted = [] } = await ports.controls.read();
    await tellOf(ports, breakers);
    for (const breaker of breakers)
      await tried(ports, async () => {
        if (isProbeWanted(breaker, ports.clock.now())) await seekProbe(ports, breaker);
        if (breaker.state === 'closed') await letGo(ports, breaker, deadline);
      });
    for (const stop of stops)
      if (stop.cancelRunning && ports.clock.now() < plusMs(stop.cancelSince ?? stop.since, CANCELS_MS))
        await tried(ports, () => cancelRunning(ports, stop, deadline));
    for (const one of lifted)
      if (ports.clock.now() < plusMs(one.at, LIFTED_MS))
        await tried(ports, () => letGoStopped(ports, one, deadline));
  });
};

const tried = async ({ log }: Ports, work: () => Promise<unknown>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const { operation, code, message } = error;
    log.error('breakers and stops not tended, the next tick tries again', { operation, code, message });
  }
};

/** One message for those that opened together, to each set of topics. */
const tellOf = async (ports: Ports, breakers: readonly KnownBreaker[]): Promise<void> => {
  const byTopics = new Map<string, OpenedBreaker[]>();
  for (const one of breakers.filter(isOpened)) {
    if (one.told) continue;
    const topics = one.notify.join();
    byTopics.set(topics, [...(byTopics.get(topics) ?? []), one]);
  }
  for (const opened of byTopics.values())
    await tried(ports, async () => {
      const topics = new Set([OPERATIONS_TOPIC, ...opened.flatMap(({ notify }) => notify)]);
      await ports.announcer.announce([...topics], await ports.messages.breakersOpened(opened));
      for (const { scope } of opened) await changeBreaker(ports, scope, { kind: 'told' });
    });
};

/** Seeking goes through all open cases at worst, so it is not done every minute. */
const isProbeWanted = (breaker: KnownBreaker, now: Instant): boolean => {
  if (breaker.state === 'probing') return breaker.until <= now;
  if (breaker.state !== 'open' || breaker.notBefore > now) return false;
  return breaker.soughtAt === undefined || plusMs(breaker.soughtAt, SEEK_AGAIN_MS) <= now;
};

/** A case that it holds is looked at; if all other checks say yes, it is the probe. */
const seekProbe = async (ports: Ports, breaker: KnownBreaker): Promise<void> => {
  await changeBreaker(ports, breaker.scope, { kind: 'sought' });
  for await (const held of heldBy(ports, breaker)) {
    await ports.wakes.send([{ wake: { caseId: held.id, early: true }, delayMs: 0 }]);
    return;
  }
};

const heldBy = async function* (ports: Ports, { scope }: KnownBreaker): AsyncIterable<Case> {
  for await (const about of ports.cases.list({ status: 'held' }))
    if (about.state.name === 'held' && about.state.reason === 'breaker' && concerns(scope, subject(about)))
      yield about;
};

const subject = ({ finding, lastPlanned }: Case) => ({
  finding,
  ...(lastPlanned && { document: lastPlanned.document }),
});

/** Wakes what a closed breaker held, a few a second, and forgets it when its window is over. */
const letGo = async (ports: Ports, breaker: KnownBreaker, deadline: Instant): Promise<void> => {
  const { scope } = breaker;
  if (breaker.state !== 'closed') return;
  if (breaker.woken) {
    await changeBreaker(ports, scope, { kind: 'forgotten' });
    return;
  }
  const wakes = wakesInSlices(ports, SPREAD_MS);
  for await (const held of heldBy(ports, breaker)) {
    if (ports.clock.now() >= deadline) return;
    await wakes.add(held);
  }
  const count = await wakes.end();
  await changeBreaker(ports, scope, { kind: 'woken' });
  ports.log.info('cases woken, their breaker is closed', { breaker: breakerId(scope), count });
};

/**
 * Has everything stopped that runs in the scope of a stop switch: each case is woken, finds the switch, and orders
 * the stop. Answers how many were found. What began to run just then is found by the next ticks.
 */
export const cancelRunning = async (ports: Ports, stop: StopSwitch, until: Instant): Promise<number> => {
  const wakes = wakesInSlices(ports, 0);
  for await (const about of ports.cases.list({ status: 'running' })) {
    if (ports.clock.now() >= until) break;
    const { state } = about;
    if (state.name !== 'running' || state.stopRequestedAt !== undefined) continue;
    if (stoppedBy([stop], { ...about, document: state.plan.document })) await wakes.add(about);
  }
  return wakes.end();
};

/**
 * Wakes what a stop switch held that was taken off, a few a second, but for what another one still stops. Answers
 * how many were found by `until`. What was just about to be held, or not reached, is found by the next ticks.
 */
export const letGoStopped = async (ports: Ports, lifted: LiftedStop, until: Instant): Promise<number> => {
  const { stops } = await ports.controls.read();
  const wakes = wakesInSlices(ports, SPREAD_MS);
  for await (const about of ports.cases.list({ status: 'held' })) {
    if (ports.clock.now() >= until) break;
    if (about.state.name !== 'held' || about.state.reason !== 'stop-switch') continue;
    // Without a document it is not known which runbook it was: looking once too often harms nothing.
    const stoppable = { ...about, document: documentOf(about) ?? nameOf(lifted) };
    if (stoppedBy([lifted], stoppable) && !stoppedBy(stops, { ...about, document: documentOf(about) ?? '' }))
      await wakes.add(about);
  }
  return wakes.end();
};

const nameOf = ({ scope }: LiftedStop): string => (scope.kind === 'everything' ? '' : scope.name);

/** The document that a case is about to run, or planned last; undefined when none was planned yet. */
export const documentOf = ({ state, lastPlanned }: Case): string | undefined =>
  'plan' in state && state.plan ? state.plan.document : lastPlanned?.document;

/** @param spreadMs between two cases: not all of them come at once */
const wakesInSlices = ({ wakes }: Ports, spreadMs: number) => {
  let slice: Parameters<Ports['wakes']['send']>[0][number][] = [];
  let count = 0;
  const send = async () => {
    const full = slice;
    slice = [];
    if (full.length > 0) await wakes.send(full);
  };
  return {
    add: async ({ id }: Case): Promise<void> => {
      slice.push({ wake: { caseId: id, early: true }, delayMs: Math.min(DELAY_MS_MAX, count * spreadMs) });
      count += 1;
      if (slice.length === WAKES_AT_ONCE) await send();
    },
    end: async (): Promise<number> => {
      await send();
      return count;
    },
  };
};

const WAKES_AT_ONCE = 100;
const SPREAD_MS = 50;
/** A queue delays a message by at most this. */
const DELAY_MS_MAX = 15 * minuteMs;
const SEEK_AGAIN_MS = 3 * minuteMs;
/** A tick has a minute for all it does. */
const TEND_MS_MAX = 20 * secondMs;
/** A start whose answer was lost is found within half an hour. */
const CANCELS_MS = 35 * minuteMs;
/** As long as it takes to reach very many, and those that were being held while the switch was taken off. */
const LIFTED_MS = 10 * minuteMs;
