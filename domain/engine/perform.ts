/** Carries out one effect and says what was observed by it, if anything. */
import { askBreakers, type BreakersSay, openedLast } from '../breaker.ts';
import { approves } from '../case/approves.ts';
import { type Case, isClosed, type OpenState, type Planned, type Starting } from '../case/case.ts';
import type { Effect } from '../case/effect.ts';
import { announcesTo } from '../case/ladder.ts';
import type { Observation } from '../case/observation.ts';
import { TOKEN_TRUSTED_MS } from '../case/transitions/start.ts';
import { resourceKey } from '../finding.ts';
import { PortError } from '../ports.ts';
import { describeStop, stoppedBy } from '../stop-switch.ts';
import { epochMs, type Instant, secondMs } from '../time.ts';
import { unreachable } from '../unreachable.ts';
import { assess } from './assess.ts';
import { confirmProbes, endProbes, noteFailure } from './breakers.ts';
import { seekStart } from './seek-start.ts';
import type { Session } from './session.ts';
import type { Engine } from './tell.ts';

export const perform = async (
  engine: Engine,
  session: Session,
  about: Case,
  effect: Effect,
): Promise<Observation | undefined> => {
  const { ports } = engine;
  switch (effect.kind) {
    case 'assess': {
      const { assessment } = await assess(engine.assessor, about.finding, about.origin, about.lane);
      return { kind: 'assessed', assessment };
    }
    case 'seek-start':
      return soughtStart(engine, session, about);
    case 'start-runbook':
      return startRunbook(engine, session, about);
    case 'find-execution':
      return findExecution(engine, about);
    case 'read-execution':
      return readExecution(engine, about);
    case 'stop-runbook': {
      const state = expected(about, 'running');
      await ports.runbooks.stop(state.plan, state.executionId);
      return undefined;
    }
    case 'read-compliance': {
      const evaluation = await ports.compliance.read(about.origin, about.finding);
      return evaluation ? { kind: 'evaluated', evaluation, via: 'read' } : { kind: 'evaluation-missing' };
    }
    case 'request-evaluation':
      await ports.compliance.requestEvaluation(about.origin, about.finding);
      return undefined;
    case 'announce':
      return announce(engine, about);
    case 'note-failure':
      await noteFailure(engine, about, effect.failed);
      return undefined;
    case 'end-probe':
      await endProbes(ports, effect.probes, effect.clientToken, effect.healed);
      return undefined;
    case 'release-permit': {
      const waitedFor = await ports.permits.release(
        effect.scopes,
        resourceKey(about.finding),
        effect.clientToken,
      );
      if (waitedFor) session.wake({ lane: about.lane }, 0);
      return undefined;
    }
    default:
      return unreachable(effect);
  }
};

/** An effect that comes too late for the state it was ordered in does nothing: the newer state has its own. */
const inState = <N extends OpenState['name']>(
  about: Case,
  name: N,
): Extract<OpenState, { name: N }> | undefined =>
  about.state.name === name ? (about.state as Extract<OpenState, { name: N }>) : undefined;

const expected = <N extends OpenState['name']>(about: Case, name: N): Extract<OpenState, { name: N }> => {
  const state = inState(about, name);
  if (state === undefined)
    throw new Error(`case ${about.id} is ${about.state.name}, the effect needs ${name}`);
  return state;
};

/** What came of seeking the start of a case that is queued or starting; nothing when it must wait. */
export const soughtStart = async (
  engine: Engine,
  session: Session,
  about: Case,
): Promise<Observation | undefined> => {
  if (about.state.name !== 'queued' && about.state.name !== 'starting') return undefined;
  return session.inTurnOf(about.lane, async () => {
    const sought = await seekStart(engine, session, about, { queueUp: true });
    if (sought.kind === 'waits') session.waits(about.lane);
    return sought.kind === 'told' ? sought.observation : undefined;
  });
};

/**
 * The one place where something starts. A process that was frozen between the checks and here must not start
 * on what it knew then: what stops starts is read again when its answer is older than it may be. When all checks
 * are old, or the policy or the exemptions are others by now, or the token is too old to be trusted, the intent is
 * left to the timer, which makes them again.
 */
const startRunbook = async (
  engine: Engine,
  session: Session,
  about: Case,
): Promise<Observation | undefined> => {
  const { ports, assessor } = engine;
  const state = expected(about, 'starting');
  if (ageMs(engine, state.intentAt) > TOKEN_TRUSTED_MS) return undefined;
  const passed = session.passed.get(about.id);
  if (passed !== undefined && ageMs(engine, passed.since) > CHECKS_TRUSTED_MS) return undefined;
  if (passed?.startBefore !== undefined && ports.clock.now() >= passed.startBefore) return undefined;
  let stopsReadAt = passed?.since;
  if (stopsReadAt === undefined || ageMs(engine, stopsReadAt) > STOP_ANSWER_MS_MAX) {
    stopsReadAt = ports.clock.now();
    const { stops, breakers, policySequence, exemptionSequence } = await ports.controls.read();
    const stop = stoppedBy(stops, { ...about, document: state.plan.document });
    if (stop)
      return { kind: 'check-refused', check: 'stop-switch', failed: false, reason: describeStop(stop) };
    const { clientToken, plan } = state;
    const attempt = { ...about, document: plan.document, clientToken };
    const says = askBreakers(breakers, attempt, ports.clock.now());
    const since = openedLast(breakers, attempt)?.since;
    if (isHeldBack(says, state) && !(says.kind !== 'unreadable' && isLetThrough(engine, about, state, since)))
      return { kind: 'check-refused', check: 'breaker', failed: false, reason: 'a breaker has opened' };
    await assessor.policyUpTo?.(policySequence);
    await assessor.exemptions.upTo(exemptionSequence);
  }
  if ((passed?.policy.version ?? about.policyVersion) !== assessor.policy().version) return undefined;
  // What was exempt by other exemptions than these is not known of a start that passed no check in this session.
  if (passed?.exemptions !== assessor.exemptions.sequence()) return undefined;
  if (state.probes !== undefined && !(await confirmProbes(ports, about, state)))
    return { kind: 'check-refused', check: 'breaker', failed: false, reason: 'another is the probe now' };
  // What was asked since may have taken its time.
  if (ageMs(engine, stopsReadAt) > STOP_ANSWER_MS_MAX) return undefined;
  if (passed?.startBefore !== undefined && ports.clock.now() >= passed.startBefore) return undefined;
  try {
    return {
      kind: 'start-accepted',
      executionId: await ports.runbooks.start(state.plan, state.clientToken, about.id),
    };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const { code, message } = error;
    return {
      kind: 'start-failed',
      errorClass: error.errorClass === 'terminal' ? 'terminal' : 'transient',
      code,
      message,
    };
  }
};

/** A probe goes through the breakers whose probe it is, and through no other that opened meanwhile. */
const isHeldBack = (says: BreakersSay, { probes = [] }: Starting): boolean =>
  says.kind === 'probe'
    ? says.scopes.some(({ kind, name }) => !probes.some((own) => own.kind === kind && own.name === name))
    : says.kind !== 'go';

/** People said yes although the breaker is open, and since it is. */
const isLetThrough = (
  { ports }: Engine,
  about: Case,
  { planHash }: Planned,
  openSince: Instant | undefined,
): boolean =>
  openSince !== undefined &&
  about.terms.breaker.whenOpen === 'approve' &&
  approves(about.approval, planHash, ports.clock.now(), about, openSince);

const ageMs = ({ ports }: Engine, since: string): number => epochMs(ports.clock.now()) - epochMs(since);

const findExecution = async ({ ports }: Engine, about: Case): Promise<Observation | undefined> => {
  const state = inState(about, 'starting');
  if (state === undefined) return undefined;
  const executionId = await ports.runbooks.find(state.plan, state.clientToken);
  return executionId === undefined ? { kind: 'execution-missing' } : { kind: 'start-accepted', executionId };
};

const readExecution = async ({ ports }: Engine, about: Case): Promise<Observation | undefined> => {
  const state = inState(about, 'running');
  if (state === undefined) return undefined;
  const execution = await ports.runbooks.read(state.plan, state.executionId);
  return execution ? { kind: 'execution-read', execution } : { kind: 'execution-missing' };
};

const announce = async ({ ports }: Engine, about: Case): Promise<Observation | undefined> => {
  const message = await ports.messages.aboutCase(about);
  if (message === undefined) return undefined;
  await ports.announcer.announce(announcesTo(about), message);
  // Of a closed case nothing is left to record; nor of one that goes on at once.
  return isClosed(about.state) || about.state.name === 'queued' ? undefined : { kind: 'announced' };
};

/** With the start itself this stays within the five seconds that the stop switch promises. */
const STOP_ANSWER_MS_MAX = 3 * secondMs;
/** Longer than any wait for a start slot, and short enough to still be called a fresh read. */
const CHECKS_TRUSTED_MS = 20 * secondMs;
