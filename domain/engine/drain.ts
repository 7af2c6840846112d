/**
 * Starts what waits in a lane, most severe first, at the pace of its start slots. One drain a lane works at a
 * time; when its time is up it hands over by a wake-up, and when the lane is full the next release wakes it.
 */
import { type Lane, laneId } from '../finding.ts';
import { minuteMs, plusMs, secondMs } from '../time.ts';
import { seekStart } from './seek-start.ts';
import type { Session } from './session.ts';
import { type Engine, tell } from './tell.ts';

type Progress = 'started' | 'full' | 'paced' | 'all-busy' | 'empty' | 'out-of-time';

export const drainLane = async (
  engine: Engine,
  session: Session,
  lane: Lane,
  drainer: string,
): Promise<void> => {
  const { permits, clock, log } = engine.ports;
  for (;;) {
    const view = await permits.beginDrain(lane, drainer, clock.now(), plusMs(clock.now(), DRAIN_LEASE_MS));
    if (view === undefined) return;
    const progress = await drainUntil(
      engine,
      session,
      lane,
      view.nextSlotAt,
      plusMs(clock.now(), DRAIN_MS_MAX),
    );
    log.info('lane drained', { lane: laneId(lane), progress, atWork: view.atWork });
    if (progress === 'empty') {
      if (await permits.endDrain(lane, drainer, view.arrivals)) return;
      continue;
    }
    await permits.endDrain(lane, drainer);
    if (progress === 'out-of-time' || progress === 'paced') session.wake({ lane }, 0);
    return;
  }
};

const drainUntil = async (
  engine: Engine,
  session: Session,
  lane: Lane,
  firstSlotAt: string | undefined,
  deadline: string,
): Promise<Progress> => {
  let slot: Slot = firstSlotAt === undefined ? {} : { nextSlotAt: firstSlotAt };
  for (;;) {
    const waiting = await engine.ports.cases.waiting(lane, LOOK_AHEAD);
    if (waiting.length === 0) return 'empty';
    const round = await startOneOf(engine, session, waiting, slot);
    if (round.progress === 'stale') await engine.ports.clock.sleep(INDEX_LAG_MS);
    else if (round.progress !== 'started') return round.progress;
    await session.flush();
    slot = round.slot;
    if (engine.ports.clock.now() >= deadline) return 'out-of-time';
  }
};

interface Slot {
  readonly nextSlotAt?: string;
}

/** The first of the waiting that can move does; those whose resource is busy are passed over for now. */
const startOneOf = async (
  engine: Engine,
  session: Session,
  waiting: readonly string[],
  slot: Slot,
): Promise<{
  readonly progress: Exclude<Progress, 'empty' | 'out-of-time'> | 'stale';
  readonly slot: Slot;
}> => {
  const { cases, clock } = engine.ports;
  let someBusy = false;
  for (const id of waiting) {
    const about = await cases.get(id);
    // The index lags behind the items: what has moved on meanwhile is somebody else's.
    if (about?.state.name !== 'queued') continue;
    const sought = await seekStart(engine, session, about, {
      queueUp: false,
      slotWaitMsMax: SLOT_WAIT_MS_MAX,
      ...slot,
    });
    if (sought.kind === 'told') {
      const granted = sought.observation.kind === 'permit-granted';
      const intervalMs = about.terms.limits.lane?.startIntervalMs ?? 0;
      const next: Slot = granted ? { nextSlotAt: plusMs(clock.now(), intervalMs) } : slot;
      const outcome = await tell(engine, session, about, sought.observation);
      if (outcome.kind === 'moved') return { progress: 'started', slot: next };
      // It stays where it is: looking at it again at once would find the same, for ever.
      someBusy = true;
      continue;
    }
    if (sought.answer.kind === 'resource-busy') {
      someBusy = true;
      continue;
    }
    return { progress: sought.answer.kind === 'pace' ? 'paced' : 'full', slot };
  }
  return { progress: someBusy ? 'all-busy' : 'stale', slot };
};

const LOOK_AHEAD = 25;
const INDEX_LAG_MS = 250;
/** Well under the time limit of the function that drains. */
const DRAIN_MS_MAX = 40 * secondMs;
const DRAIN_LEASE_MS = minuteMs;
const SLOT_WAIT_MS_MAX = 2 * secondMs;
