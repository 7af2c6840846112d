/** What Config says, and what it means in each state. Only the newest word counts. */
import { hourMs, type Moment, minuteMs } from '../../time.ts';
import type { Case, Evaluation, NeedsHuman, OpenState, Starting } from '../case.ts';
import type { Effect } from '../effect.ts';
import { after, move, moveBy, type Outcome, unchanged } from '../move.ts';
import type { ObservationOf } from '../observation.ts';
import { toHeld, whenCheckFailed } from '../route.ts';

type Evaluated = ObservationOf<'evaluated'>;
type Waiting = Exclude<OpenState, { name: 'starting' | 'running' | 'verifying' }>;

/** In the states in which nothing of ours is at work, COMPLIANT closes the case. */
export const whileWaiting = (c: Case<Waiting>, { evaluation, via }: Evaluated, moment: Moment): Outcome => {
  if (!isNewest(c, evaluation)) return via === 'read' ? whenHeardAgain(c, evaluation, moment) : unchanged();
  switch (evaluation.compliance) {
    case 'COMPLIANT':
      return selfResolved(c, 'compliant', 'Config says COMPLIANT', moment, evaluation);
    case 'NOT_APPLICABLE':
      return whenMissing(c, moment, evaluation);
    default:
      return evaluation.compliance === 'NON_COMPLIANT'
        ? note(known(c), evaluation, moment, whenStillNonCompliant(c))
        : note(c, evaluation, moment, whenStillNonCompliant(c));
  }
};

/**
 * Asking Config again and hearing the same is no news, but it still counts: COMPLIANT may have been noted while
 * an attempt that then failed was at work, and closes the case now; NON_COMPLIANT ends the doubt of a missing
 * evaluation. An answer older than what is known says nothing, but before a start it is a doubt.
 */
const whenHeardAgain = (c: Case<Waiting>, evaluation: Evaluation, moment: Moment): Outcome => {
  if (evaluation.compliance === 'NON_COMPLIANT') return stillNonCompliant(c, moment);
  if (evaluation.recordedAt !== c.newestEvaluation.recordedAt) return whenOlder(c, evaluation, moment);
  if (evaluation.compliance === 'COMPLIANT')
    return selfResolved(c, 'compliant', 'Config still says COMPLIANT', moment);
  return evaluation.compliance === 'NOT_APPLICABLE' ? whenMissing(c, moment) : unchanged();
};

/** A check before the start read a word that a newer one outranks: Config may be behind, so it is asked again later. */
const whenOlder = (c: Case<Waiting>, { compliance, recordedAt }: Evaluation, moment: Moment): Outcome => {
  if (c.state.name !== 'queued') return unchanged();
  const { compliance: known, recordedAt: knownAt } = c.newestEvaluation;
  const detail = `Config answered ${compliance} recorded at ${recordedAt}, but ${known} was recorded later, at ${knownAt}`;
  return moveBy(c, whenCheckFailed(c, detail, moment), moment);
};

/** While an attempt is at work Config's word is kept, and judged when the run has ended. */
export const whileAtWork = (c: Case, { evaluation }: Evaluated, moment: Moment): Outcome =>
  isNewest(c, evaluation) ? note(c, evaluation, moment) : unchanged();

/** A check before a repeated start read something else than NON_COMPLIANT: look for the execution, and start nothing. */
export const whileStarting = (c: Case<Starting>, observation: Evaluated, moment: Moment): Outcome => {
  const { evaluation, via } = observation;
  if (via === 'event' || evaluation.compliance === 'NON_COMPLIANT')
    return whileAtWork(c, observation, moment);
  const look: Effect = { kind: 'find-execution' };
  return isNewest(c, evaluation) ? note(c, evaluation, moment, [look]) : unchanged(look);
};

export const missingWhileWaiting = (c: Case<Waiting>, _: unknown, moment: Moment): Outcome =>
  whenMissing(c, moment);

/** During a start no evaluation is one more doubt: find out whether it was issued, and start nothing. */
export const missingWhileStarting = (): Outcome => unchanged({ kind: 'find-execution' });

export const isNewest = (c: Case, { recordedAt }: Evaluation): boolean =>
  recordedAt > c.newestEvaluation.recordedAt;

export const note = (
  c: Case,
  evaluation: Evaluation,
  moment: Moment,
  effects: readonly Effect[] = [],
): Outcome =>
  move(c, moment, {
    to: c.state,
    head: { newestEvaluation: evaluation },
    entry: {
      who: 'config',
      what: 'evaluation-noted',
      why: `${evaluation.compliance} recorded at ${evaluation.recordedAt}`,
    },
    after: effects,
  });

/** Closes as healed, but not by us. */
export const selfResolved = (
  c: Case,
  why: 'compliant' | 'gone',
  detail: string,
  moment: Moment,
  evaluation?: Evaluation,
): Outcome =>
  move(c, moment, {
    to: { name: 'self-resolved', closedAt: moment.now, why },
    head: evaluation ? { newestEvaluation: evaluation } : {},
    entry: { who: 'config', what: 'self-resolved', why: detail },
  });

const stillNonCompliant = (c: Case<Waiting>, moment: Moment): Outcome => {
  const { state } = known(c);
  const effects = whenStillNonCompliant(c);
  return state === c.state ? unchanged(...effects) : move(c, moment, { to: state, after: effects });
};

/** Config knows an evaluation after all: what was missing before was not missing in a row. */
const known = (c: Case<Waiting>): Case<Waiting> => {
  if (timesMissing(c.state) === 0) return c;
  if (c.state.name === 'needs-human') return { ...c, state: { ...c.state, missing: 0 } };
  return c.state.name === 'held' ? { ...c, state: { ...c.state, seen: 0 } } : c;
};

const whenStillNonCompliant = ({ state }: Case<Waiting>): readonly Effect[] =>
  state.name === 'held' && state.reason === 'no-evaluation' ? [{ kind: 'assess' }] : [];

/**
 * No evaluation at all (resource or rule deleted, recorder off) is a doubt, so nothing runs. Seen three
 * times in a row, the finding is gone.
 */
const whenMissing = (c: Case<Waiting>, moment: Moment, evaluation?: Evaluation): Outcome => {
  const seen = timesMissing(c.state) + 1;
  if (seen >= MISSING_TIMES_MAX)
    return selfResolved(c, 'gone', `Config knew no evaluation ${seen} times in a row`, moment, evaluation);
  if (c.state.name === 'needs-human')
    return move(c as Case<NeedsHuman>, moment, {
      to: { ...c.state, missing: seen },
      head: evaluation ? { newestEvaluation: evaluation } : {},
    });
  const { to, what, why } = toHeld(
    'no-evaluation',
    'Config knows no evaluation of this rule for this resource: it, or the rule, may be deleted',
    seen,
    after(moment, seen === 1 ? 5 * minuteMs : hourMs),
  );
  return move(c, moment, {
    to,
    head: evaluation ? { newestEvaluation: evaluation } : {},
    entry: { who: 'config', what, why },
  });
};

const timesMissing = (state: Waiting): number => {
  if (state.name === 'needs-human') return state.missing;
  return state.name === 'held' && state.reason === 'no-evaluation' ? state.seen : 0;
};

const MISSING_TIMES_MAX = 3;
