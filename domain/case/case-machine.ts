/**
 * The case machine: state x observation -> state, as a table. `decide` is pure; what it is told of the
 * world comes in as an observation, time and randomness as a moment. A pair that is not in the table is
 * answered `illegal`, and so is a transition that would end in a state its row does not name.
 */
import { attemptToken } from '../permit.ts';
import { dayMs, type Moment, plusMs } from '../time.ts';
import type { Case, Held, OpenStateName, StateName, Suppressed } from './case.ts';
import { isClosed, isOpen } from './case.ts';
import type { Effect } from './effect.ts';
import { after, move, type Outcome, unchanged } from './move.ts';
import type { Observation, ObservationKind } from './observation.ts';
import { tellingAsked } from './tell-asked.ts';
import * as compliance from './transitions/compliance.ts';
import * as decisions from './transitions/decisions.ts';
import { onExemptionReviewed } from './transitions/exemption.ts';
import { handToHuman, noted } from './transitions/failure.ts';
import * as people from './transitions/people.ts';
import * as run from './transitions/run.ts';
import * as start from './transitions/start.ts';
import * as verify from './transitions/verify.ts';

// biome-ignore lint/suspicious/noExplicitAny: each row is given exactly the state and the observation it stands under.
type Transition = (c: any, observation: any, moment: Moment) => Outcome;

interface Row {
  readonly by: Transition;
  /** The states that the transition may end in; where it stays is not named. */
  readonly to: readonly StateName[];
}

const row = (by: Transition, ...to: readonly StateName[]): Row => ({ by, to });

const waitingRows = {
  evaluated: row(compliance.whileWaiting, 'self-resolved', 'held'),
  'evaluation-missing': row(compliance.missingWhileWaiting, 'held', 'self-resolved'),
  'closed-by-human': row(people.closeByHuman, 'closed-by-human'),
};

const routed: readonly StateName[] = [
  'observing',
  'held',
  'awaiting-approval',
  'queued',
  'needs-human',
  'suppressed',
];

const lookAgain: Transition = (c: Case, _, moment) =>
  move(c, moment, {
    to: { ...c.state, dueAt: after(moment, dayMs) } as Case['state'],
    after: [{ kind: 'read-compliance' }, { kind: 'assess' }],
  });

const liftHold: Transition = (c: Case<Held>, _, moment) => {
  if (c.state.announced === false) return people.tellOwnerAgain(c, moment);
  if (c.state.reason === 'backoff') return unchanged(...noted(c.lastFailed), { kind: 'assess' });
  if (c.state.reason !== 'no-evaluation') return unchanged({ kind: 'assess' });
  const { detail, dueAt } = c.state;
  // Every answer moves `dueAt`: this old, nobody has answered since.
  return moment.now < plusMs(dueAt, dayMs)
    ? unchanged({ kind: 'read-compliance' })
    : handToHuman(
        c,
        { code: 'check-failed', reason: `Config could not be asked since ${dueAt}: ${detail}` },
        moment,
      );
};

const ignore: Transition = () => unchanged();

/** The same policy said observe before and says so again: nothing to write. */
const reassessWhileObserving: Transition = (c: Case, observation, moment) =>
  observation.assessment.outcome.kind === 'observe' &&
  observation.assessment.policyVersion === c.policyVersion
    ? unchanged()
    : start.onReassessed(c, observation, moment);

export const TABLE: Readonly<Record<OpenStateName, Readonly<Partial<Record<ObservationKind, Row>>>>> = {
  observing: {
    ...waitingRows,
    due: row(lookAgain),
    assessed: row(reassessWhileObserving, ...routed),
  },
  held: {
    ...waitingRows,
    due: row(liftHold, 'needs-human'),
    announced: row(people.onToldWhileHeld),
    assessed: row(start.onReassessed, ...routed),
  },
  'awaiting-approval': {
    ...waitingRows,
    due: row(decisions.onApprovalDue, 'needs-human'),
    announced: row(decisions.onApprovalAnnounced),
    decided: row(decisions.onDecided, 'queued', 'held', 'denied'),
  },
  queued: {
    ...waitingRows,
    evaluated: row(compliance.whileWaiting, 'self-resolved', 'held', 'needs-human'),
    due: row(start.lookAgainWhenQueued),
    assessed: row(start.onReassessed, ...routed),
    'check-refused': row(start.onCheckRefused, 'held', 'awaiting-approval', 'needs-human'),
    'permit-granted': row(start.onPermitGranted, 'starting'),
  },
  starting: {
    evaluated: row(compliance.whileStarting),
    'evaluation-missing': row(compliance.missingWhileStarting),
    due: row(start.resumeStart, 'needs-human'),
    assessed: row(start.onCheckRefusedWhileStarting),
    'check-refused': row(start.onCheckRefusedWhileStarting),
    'permit-granted': row(start.onPermitGrantedAgain),
    'start-accepted': row(start.onStartAccepted, 'running'),
    'start-failed': row(start.onStartFailed),
    'execution-missing': row(start.onExecutionMissing, 'held', 'needs-human'),
  },
  running: {
    evaluated: row(compliance.whileAtWork),
    'evaluation-missing': row(ignore),
    due: row(run.askSsm, 'needs-human'),
    'execution-read': row(run.onExecutionRead, 'verifying', 'held', 'needs-human'),
    'execution-missing': row(run.onExecutionGone, 'needs-human'),
    'stop-ordered': row(run.onStopOrdered),
  },
  verifying: {
    evaluated: row(verify.onVerdict, 'resolved', 'held', 'needs-human'),
    'evaluation-missing': row(verify.onNoVerdict, 'self-resolved', 'needs-human'),
    due: row(verify.askConfig, 'needs-human'),
    'closed-by-human': row(people.closeByHuman, 'closed-by-human'),
  },
  'needs-human': {
    ...waitingRows,
    evaluated: row(compliance.whileWaiting, 'self-resolved'),
    'evaluation-missing': row(compliance.missingWhileWaiting, 'self-resolved'),
    due: row(people.escalate),
    announced: row(people.onNeedAnnounced),
  },
};

/**
 * What becomes of a case when it is told something.
 *
 * @example
 * const outcome = decide(queuedCase, { kind: 'permit-granted', clientToken, scopes: [] }, { now, jitter: 0.5 });
 * // { kind: 'moved', case: { …, state: { name: 'starting', … } }, before: [], after: [{ kind: 'start-runbook' }] }
 */
export const decide = (current: Case, observation: Observation, moment: Moment): Outcome => {
  const { state } = current;
  if (isClosed(state)) return onClosed(current, observation, moment);
  const found = TABLE[state.name][observation.kind];
  if (found === undefined) {
    if (observation.kind === 'decided') return decisions.onDecidedInVain(current, observation, moment);
    return { kind: 'illegal', state: state.name, observation: observation.kind };
  }
  const outcome = found.by(current, observation, moment);
  if (outcome.kind !== 'moved') return outcome;
  const to = outcome.case.state.name;
  if (to !== state.name && !found.to.includes(to))
    throw new Error(
      `case ${current.id}: ${state.name} + ${observation.kind} ended in ${to}, which its row does not name`,
    );
  return tellingAsked(current, endingProbe(current, outcome), moment);
};

/** However an attempt ends that was a probe, its breakers are told: only one that healed closes them. */
const endingProbe = ({ id, state }: Case, outcome: Moved): Moved => {
  const { state: to } = outcome.case;
  if (!('probes' in state) || state.probes === undefined || ('attempt' in to && isOpen(to))) return outcome;
  const clientToken = attemptToken(id, state.attempt);
  const over: Effect = {
    kind: 'end-probe',
    probes: state.probes,
    clientToken,
    healed: to.name === 'resolved',
  };
  return { ...outcome, after: [over, ...outcome.after] };
};

type Moved = Extract<Outcome, { readonly kind: 'moved' }>;

/** A closed case stays as it is; only whether its exemption still holds, and who decided in vain, may be noted. */
const onClosed = (current: Case, observation: Observation, moment: Moment): Outcome => {
  if (current.state.name === 'suppressed' && observation.kind === 'exemption-reviewed')
    return onExemptionReviewed(current as Case<Suppressed>, observation, moment);
  return observation.kind === 'decided'
    ? decisions.onDecidedInVain(current, observation, moment)
    : { kind: 'illegal', state: current.state.name, observation: observation.kind };
};
