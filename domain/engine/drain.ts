/**
 * Starts what waits in a lane, most severe first, at the pace of its start slots. One drain a lane works at a
 * time; when its time is up it hands over by a wake-up, and when the lane is full the next release wakes it.
 * A case that waits for something else than the lane is passed over, so that it keeps nobody back.
 */
import type { AskedBatch } from '../batch-id.ts';
import { type Lane, laneId } from '../finding.ts';
import { laneScopeId, leasedScopes, ruleScopeId } from '../permit.ts';
import { PortError } from '../ports.ts';
import { epochMs, type Instant, minuteMs, plusMs, secondMs } from '../time.ts';
import { askTogether } from './ask-surplus.ts';
import { seekStart } from './seek-start.ts';
import type { Session } from './session.ts';
import { type Engine, tell } from './tell.ts';

type Progress =
  | { readonly kind: 'full' | 'all-busy' | 'empty' | 'out-of-time' }
  | { readonly kind: 'paced'; readonly retryAt: Instant };

type Round = Progress | { readonly kind: 'started' } | { readonly kind: 'stale' };

/** What one drain works on and has learnt so far. */
interface Drain {
  readonly engine: Engine;
  readonly session: Session;
  readonly lane: Lane;
  readonly deadline: Instant;
  nextSlotAt?: Instant;
  /** Scopes other than the lane that had no room, with when they have, if known. */
  readonly closedScopes: Map<string, Instant | undefined>;
  /** Cases that were read to know their scopes. */
  readonly read: Set<string>;
  /** Cases that were looked at together with others of their rule. */
  readonly lookedAt: Set<string>;
  /** Batches in which a case was asked for because too many of its rule were started unasked, by the rule's scope. */
  readonly surplus: Map<string, AskedBatch>;
  /** Cases that were passed over, with their scopes: while one of these is closed they need not be read again. */
  readonly passedOver: Map<string, readonly string[]>;
}

export const drainLane = async (
  engine: Engine,
  session: Session,
  lane: Lane,
  drainer: string,
): Promise<void> => {
  const { permits, clock, log } = engine.ports;
  const deadline = plusMs(clock.now(), DRAIN_MS_MAX);
  for (;;) {
    const view = await permits.beginDrain(lane, drainer, clock.now(), plusMs(clock.now(), DRAIN_LEASE_MS));
    if (view === undefined) return;
    const { nextSlotAt } = view;
    const drain = { engine, session, lane, deadline, ...nothingLearnt() };
    const progress = await drainUntil(nextSlotAt === undefined ? drain : { ...drain, nextSlotAt });
    log.info('lane drained', { lane: laneId(lane), progress: progress.kind, atWork: view.atWork });
    if (progress.kind === 'empty') {
      if (await permits.endDrain(lane, drainer, view.arrivals)) return;
      if (clock.now() < deadline) continue;
    }
    await permits.endDrain(lane, drainer);
    const delayMs = wakeDelayMs(progress, clock.now());
    if (delayMs !== undefined) session.wake({ lane }, delayMs);
    return;
  }
};

/** Who is full or busy gives a sign, or is found by the timer; nobody does for a slot that comes. */
const wakeDelayMs = (progress: Progress, now: Instant): number | undefined => {
  if (progress.kind === 'paced')
    return Math.min(WAKE_DELAY_MS_MAX, Math.max(secondMs, epochMs(progress.retryAt) - epochMs(now)));
  return progress.kind === 'full' || progress.kind === 'all-busy' ? undefined : 0;
};

const nothingLearnt = (): Pick<Drain, 'closedScopes' | 'passedOver' | 'read' | 'lookedAt' | 'surplus'> => ({
  closedScopes: new Map(),
  passedOver: new Map(),
  read: new Set(),
  lookedAt: new Set(),
  surplus: new Map(),
});

const drainUntil = async (drain: Drain): Promise<Progress> => {
  const { engine, session, lane, deadline } = drain;
  const { cases, clock } = engine.ports;
  for (;;) {
    if ((await cases.waiting(lane, 1)).length === 0) {
      // A case that has just begun to wait may not be in the index yet.
      await clock.sleep(INDEX_LAG_MS);
      if ((await cases.waiting(lane, 1)).length === 0) return { kind: 'empty' };
    }
    const round = await startOneOf(drain);
    if (round.kind === 'stale') await clock.sleep(INDEX_LAG_MS);
    else if (round.kind !== 'started') return round;
    await session.flush();
    await askForSurplus(drain);
    if (clock.now() >= deadline) return { kind: 'out-of-time' };
  }
};

/** The first of the waiting that can move does; those that wait for something of their own are passed over. */
const startOneOf = async (drain: Drain): Promise<Round> => {
  const { cases, clock } = drain.engine.ports;
  const looked = new Set<string>();
  let somePassedOver = false;
  for (const countMax of LOOK_AHEAD) {
    const waiting = await cases.waiting(drain.lane, countMax);
    for (const id of waiting) {
      if (looked.has(id)) continue;
      looked.add(id);
      if (drain.closedScopes.size > 0 && !drain.read.has(id)) await learnScopes(drain, waiting);
      const answer = waitsStill(drain, id) ? 'passed-over' : await startOne(drain, id);
      if (answer === 'passed-over') somePassedOver = true;
      else if (answer !== 'moved-on') return answer;
      if (clock.now() >= drain.deadline) return passedOver(drain);
    }
    if (waiting.length < countMax) break;
  }
  return somePassedOver ? passedOver(drain) : { kind: 'stale' };
};

const passedOver = ({ closedScopes }: Drain): Round => {
  const [retryAt] = [...closedScopes.values()].filter((at) => at !== undefined).sort();
  return retryAt === undefined ? { kind: 'all-busy' } : { kind: 'paced', retryAt };
};

const waitsStill = ({ passedOver, closedScopes, engine }: Drain, id: string): boolean => {
  const now = engine.ports.clock.now();
  return passedOver.get(id)?.some((scope) => isClosed(closedScopes, scope, now)) ?? false;
};

const startOne = async (drain: Drain, id: string): Promise<Round | 'passed-over' | 'moved-on'> => {
  const { engine, session, lane, closedScopes, nextSlotAt } = drain;
  const { cases, clock } = engine.ports;
  const about = await cases.get(id);
  // The index lags behind the items: what has moved on meanwhile is somebody else's.
  if (about?.state.name !== 'queued') return 'moved-on';
  // Only scopes that limit it: others of the same rule may, by another entry.
  const scopes = leasedScopes({ ...about, document: about.state.plan.document });
  drain.passedOver.set(id, scopes);
  if (waitsStill(drain, id)) return 'passed-over';
  const sought = await seekStart(engine, session, about, {
    queueUp: false,
    slotWaitMsMax: SLOT_WAIT_MS_MAX,
    ...(nextSlotAt === undefined ? {} : { nextSlotAt }),
  });
  if (sought.kind === 'told') {
    if (sought.observation.kind === 'permit-granted')
      drain.nextSlotAt = plusMs(clock.now(), about.terms.limits.lane?.startIntervalMs ?? 0);
    const { observation } = sought;
    const outcome = await tell(engine, session, about, observation);
    if (
      observation.kind === 'check-refused' &&
      observation.check === 'backlog' &&
      observation.next?.kind === 'ask'
    )
      drain.surplus.set(ruleScopeId(about.finding), observation.next.batch);
    // If it stays where it is, looking at it again at once would find the same, for ever.
    return outcome.kind === 'moved' ? { kind: 'started' } : 'passed-over';
  }
  const { answer } = sought;
  if (answer.kind !== 'full' && answer.kind !== 'pace') return 'passed-over';
  const retryAt = answer.kind === 'pace' ? answer.retryAt : undefined;
  if (answer.scope === laneScopeId(laneId(lane)))
    return retryAt === undefined ? { kind: 'full' } : { kind: 'paced', retryAt };
  closedScopes.set(answer.scope, retryAt);
  return 'passed-over';
};

/** Where a scope has no room, those that wait for it are known by reading many at once. */
const learnScopes = async (drain: Drain, ids: readonly string[]): Promise<void> => {
  const unread = ids.filter((id) => !drain.read.has(id));
  for (const id of unread) drain.read.add(id);
  const unknown = unread.filter((id) => !drain.passedOver.has(id));
  if (unknown.length === 0) return;
  for (const about of await drain.engine.ports.cases.getMany(unknown))
    if (about.state.name === 'queued')
      drain.passedOver.set(about.id, leasedScopes({ ...about, document: about.state.plan.document }));
};

/**
 * When one case was asked for because there are too many of its rule, so are the others, many at a time. Nothing
 * depends on it: what cannot be done here, the drain does with one case after the other.
 */
const askForSurplus = async (drain: Drain): Promise<void> => {
  const { engine, session, lane, deadline, surplus, lookedAt } = drain;
  const { cases, clock, log } = engine.ports;
  try {
    while (surplus.size > 0 && clock.now() < deadline) {
      // The index shows for a moment those still that have been asked for.
      const waiting = await cases.waiting(lane, LOOK_AHEAD_MAX);
      const ids = waiting.filter((id) => !lookedAt.has(id)).slice(0, ASKED_AT_ONCE);
      if (ids.length === 0) return;
      for (const id of ids) lookedAt.add(id);
      await askTogether(engine, session, surplus, ids);
      await session.flush();
    }
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const { operation, code, message } = error;
    log.warn('surplus not asked for together', { lane: laneId(lane), operation, code, reason: message });
  }
};

const isClosed = (closedScopes: Drain['closedScopes'], scopeId: string, now: Instant): boolean => {
  if (!closedScopes.has(scopeId)) return false;
  const until = closedScopes.get(scopeId);
  return until === undefined || now < until;
};

/** How many of the waiting are listed: the few that can start as a rule, then further ahead. */
const LOOK_AHEAD = [25, 200, 800];
const LOOK_AHEAD_MAX = 800;
/** As many exceptions from remediation as Config tells in one answer, four times. */
const ASKED_AT_ONCE = 100;
const INDEX_LAG_MS = 250;
/** Well under the time limit of the function that drains. */
const DRAIN_MS_MAX = 40 * secondMs;
const DRAIN_LEASE_MS = minuteMs;
const SLOT_WAIT_MS_MAX = 2 * secondMs;
/** A queue delays a message by at most this. */
const WAKE_DELAY_MS_MAX = 15 * minuteMs;
