/**
 * Tells a case what was observed: decide, write once, then carry out what the transition ordered, and tell
 * the case what came of it. When somebody else wrote in between, everything is decided again on the newer case.
 *
 *   load ▶ decide ▶ before-effects ▶ conditional write ▶ after-effects ▶ (their observations, told in turn)
 */
import type { Case } from '../case/case.ts';
import { isOpen } from '../case/case.ts';
import { decide } from '../case/case-machine.ts';
import type { Effect } from '../case/effect.ts';
import type { Outcome } from '../case/move.ts';
import type { Observation } from '../case/observation.ts';
import { attemptToken, leasedScopes } from '../permit.ts';
import { PortError, type Ports } from '../ports.ts';
import { epochMs, type Moment, minuteMs, secondMs } from '../time.ts';
import { unreachable } from '../unreachable.ts';
import type { Assessor } from './assess.ts';
import { perform } from './perform.ts';
import type { Session } from './session.ts';

export interface Engine {
  readonly ports: Ports;
  readonly assessor: Assessor;
}

export const tell = async (
  engine: Engine,
  session: Session,
  told: Case,
  observation: Observation,
): Promise<Outcome> => {
  let current = told;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const outcome = isAbout(observation, told, current)
      ? decided(current, observation, momentOf(engine.ports))
      : ({ kind: 'illegal', state: current.state.name, observation: observation.kind } as const);
    if (outcome.kind === 'illegal') await giveBackUnused(engine, session, current, observation);
    if (outcome.kind === 'illegal') return outcome;
    if (outcome.kind === 'refused') {
      if (outcome.noted === undefined || (await engine.ports.cases.replace(outcome.noted))) return outcome;
      // What is only noted gives way to what moves the case, and to the others who are refused just now.
      const { clock, random } = engine.ports;
      await clock.sleep(Math.floor(random() * Math.min(NOTE_WAIT_MS_MAX, NOTE_WAIT_MS * 2 ** tries)));
      current = await reload(engine, current.id);
      continue;
    }
    if (outcome.kind === 'unchanged') {
      await performAll(engine, session, current, outcome.effects);
      return outcome;
    }
    for (const effect of outcome.before) await perform(engine, session, current, effect);
    const isWritten = await engine.ports.cases.replace(outcome.case);
    const found = isWritten ? outcome.case : await reload(engine, current.id);
    if (isWritten || (observation.kind === 'decided' && isSameWrite(found, outcome.case))) {
      await afterWrite(engine, session, current, outcome);
      return outcome;
    }
    current = found;
  }
  throw new PortError(
    'conflict',
    'CaseContended',
    'tell',
    `case ${told.id} was written by others ${TRIES_MAX} times`,
  );
};

/** A decision whose write got no answer was tried again by the SDK: whoever made it is not refused for their own word. */
const isSameWrite = (found: Case, written: Case): boolean =>
  found.version === written.version &&
  JSON.stringify(Object.entries(found.timeline.at(-1) ?? {}).sort()) ===
    JSON.stringify(Object.entries(written.timeline.at(-1) ?? {}).sort());

export const reload = async ({ ports }: Engine, id: string): Promise<Case> => {
  const found = await ports.cases.get(id);
  if (found === undefined) throw new Error(`case ${id} was there a moment ago and is not there now`);
  return found;
};

export const momentOf = ({ clock, random }: Ports): Moment => ({ now: clock.now(), jitter: random() });

/**
 * What was observed of one piece of work says nothing about the next one of the same case: an execution that
 * ended long ago must not end the one that runs now, nor a permit granted for one plan start another.
 */
const isAbout = (observation: Observation, told: Case, current: Case): boolean => {
  switch (observation.kind) {
    case 'permit-granted':
    case 'check-refused':
    case 'start-accepted':
    case 'start-failed':
    case 'execution-missing':
    case 'execution-read':
    case 'stop-ordered':
    case 'announced':
      return told === current || workOf(told) === workOf(current);
    case 'evaluated':
    case 'evaluation-missing':
    case 'due':
    case 'assessed':
    case 'decided':
    case 'closed-by-human':
    case 'exemption-reviewed':
      return true;
    default:
      return unreachable(observation);
  }
};

const workOf = ({ state }: Case): string => {
  if ('clientToken' in state) return `${state.name} ${state.clientToken}`;
  if (state.name === 'queued') return `queued ${state.queuedAt} ${state.planHash}`;
  if (state.name === 'awaiting-approval') {
    const { expiresAt, planHash, announced, rungs = 0 } = state;
    return `awaiting-approval ${expiresAt} ${planHash} ${announced} ${rungs}`;
  }
  if (state.name === 'held') return `held ${state.reason}`;
  return state.name === 'needs-human' ? `needs-human ${state.code} ${state.reason}` : state.name;
};

/**
 * A permit that came when the case had moved on is nobody's, unless its attempt is at work, or is still to come:
 * then the attempt finds that it holds it already.
 */
export const giveBackUnused = async (
  engine: Engine,
  session: Session,
  current: Case,
  observation: Observation,
): Promise<void> => {
  if (observation.kind !== 'permit-granted') return;
  const { id, state, attempts } = current;
  const { clientToken, scopes } = observation;
  const isAtWork = 'clientToken' in state && state.clientToken === clientToken;
  const isToCome = isOpen(state) && attemptToken(id, attempts + 1) === clientToken;
  if (isAtWork || isToCome) return;
  await perform(engine, session, current, { kind: 'release-permit', clientToken, scopes });
};

/**
 * A queued case that closes may hold a permit that a crash kept from being recorded; it is given back once the
 * close is written. Not before, and not on the way to a state from which the case may be queued again: another
 * process may be starting the same attempt, and would lose the permit that it starts on.
 */
const decided = (current: Case, observation: Observation, moment: Moment): Outcome => {
  const outcome = decide(current, observation, moment);
  if (outcome.kind !== 'moved' || current.state.name !== 'queued' || isOpen(outcome.case.state))
    return outcome;
  const scopes = leasedScopes({ ...current, document: current.state.plan.document });
  const clientToken = attemptToken(current.id, current.attempts + 1);
  return { ...outcome, after: [...outcome.after, { kind: 'release-permit', clientToken, scopes }] };
};

const afterWrite = async (
  engine: Engine,
  session: Session,
  previous: Case,
  outcome: Extract<Outcome, { kind: 'moved' }>,
): Promise<void> => {
  const { case: written } = outcome;
  if (written.state.name !== previous.state.name) session.changed(written, previous.state.name);
  hasten(engine, session, written);
  await performAll(engine, session, written, outcome.after);
};

/** The tick comes once a minute; what is due sooner is woken in time. */
export const hasten = ({ ports }: Engine, session: Session, { id, state }: Case): void => {
  if (!isOpen(state)) return;
  const delayMs = epochMs(state.dueAt) - epochMs(ports.clock.now());
  if (delayMs > 0 && delayMs < minuteMs) session.wake({ caseId: id }, delayMs);
};

/**
 * Effects that fail are tried again at the case's `dueAt`, so their failure is noted and the message that
 * brought us here is not held up. What no adapter foresaw is a bug and is thrown.
 */
export const performAll = async (
  engine: Engine,
  session: Session,
  about: Case,
  effects: readonly Effect[],
): Promise<void> => {
  let current = about;
  for (const effect of effects) {
    const observation = await perform(engine, session, current, effect).catch((error: unknown) => {
      if (!(error instanceof PortError)) throw error;
      engine.ports.log.warn('effect failed, the timer tries again', {
        caseId: about.id,
        effect: effect.kind,
        operation: error.operation,
        code: error.code,
        errorClass: error.errorClass,
        reason: error.message,
      });
      return undefined;
    });
    if (observation === undefined) continue;
    const outcome = await tell(engine, session, current, observation);
    if (outcome.kind !== 'moved' && outcome.kind !== 'unchanged') return;
    // What the observation led to may have moved the case further than this outcome says: read what is true now.
    if (outcome.kind === 'moved' && effects.length > 1) current = await reload(engine, current.id);
  }
};

const NOTE_WAIT_MS = 50;
const NOTE_WAIT_MS_MAX = 2 * secondMs;
/** All who were asked may decide in the same second, and each of them writes, if only that it was refused. */
const TRIES_MAX = 64;
