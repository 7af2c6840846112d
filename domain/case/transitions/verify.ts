/**
 * The run succeeded; now Config decides whether it healed.
 *
 *   endedAt ──────────── settledAt ─────────────────── expiresAt
 *      │ COMPLIANT resolves     │ NON_COMPLIANT is believed │ unverified
 *
 * Config records a change some time after it happened, so a NON_COMPLIANT that a rule found before
 * `settledAt` may be about the resource as it was, and is not held against the attempt.
 */
import { type Moment, minuteMs, plusMs } from '../../time.ts';
import type { Case, Evaluation, Verifying } from '../case.ts';
import { after, move, type Outcome, unchanged } from '../move.ts';
import type { ObservationOf } from '../observation.ts';
import { isNewest, note, selfResolved } from './compliance.ts';
import { askUntil, attemptFailed, handToHuman } from './failure.ts';

export const onVerdict = (
  c: Case<Verifying>,
  { evaluation, via }: ObservationOf<'evaluated'>,
  moment: Moment,
): Outcome => {
  const newest = isNewest(c, evaluation);
  if (!newest && via === 'event') return unchanged();
  if (evaluation.compliance === 'COMPLIANT' && isVerdict(c, evaluation))
    return resolved(c, evaluation, moment);
  if (evaluation.compliance === 'NON_COMPLIANT' && lookedAt(evaluation) >= c.state.settledAt)
    return attemptFailed(
      newest ? { ...c, newestEvaluation: evaluation } : c,
      {
        who: 'config',
        what: 'attempt-did-not-fix',
        why: 'SSM succeeded, but Config still says NON_COMPLIANT',
        blamed: true,
      },
      moment,
    );
  if (via === 'event') return note(c, evaluation, moment);
  return keepAsking(c, moment, evaluation);
};

export const onNoVerdict = (c: Case<Verifying>, _: unknown, moment: Moment): Outcome =>
  moment.now >= c.state.expiresAt
    ? selfResolved(c, 'gone', 'Config knows no evaluation of this resource any more', moment)
    : keepAsking(c, moment);

export const askConfig = (c: Case<Verifying>, _: unknown, moment: Moment): Outcome =>
  askUntil(plusMs(c.state.expiresAt, UNREAD_PATIENCE_MS), c, { kind: 'read-compliance' }, moment, () =>
    unverified(c, moment),
  );

const resolved = (c: Case<Verifying>, evaluation: Evaluation, moment: Moment): Outcome =>
  move(c, moment, {
    to: {
      name: 'resolved',
      closedAt: moment.now,
      attempt: c.state.attempt,
      executionId: c.state.executionId,
      runEndedAt: c.state.endedAt,
      verdictRecordedAt: evaluation.recordedAt,
    },
    head: { newestEvaluation: evaluation },
    entry: {
      who: 'config',
      what: 'resolved',
      why: `Config says COMPLIANT, recorded at ${evaluation.recordedAt}, after the run ended at ${c.state.endedAt}`,
    },
  });

/** Recorded after the run ended, and Config has said nothing newer. */
const isVerdict = (c: Case<Verifying>, { recordedAt }: Evaluation): boolean =>
  recordedAt > c.state.endedAt && recordedAt >= c.newestEvaluation.recordedAt;

/** The answer is older than the run can be judged by: have the rule look again. */
const keepAsking = (c: Case<Verifying>, moment: Moment, seen?: Evaluation): Outcome => {
  if (moment.now >= c.state.expiresAt) return unverified(c, moment);
  return move(c, moment, {
    to: { ...c.state, dueAt: after(moment, ASK_AGAIN_MS) },
    ...(seen && isNewest(c, seen) ? { head: { newestEvaluation: seen } } : {}),
    after: [{ kind: 'request-evaluation' }],
  });
};

const unverified = (c: Case<Verifying>, moment: Moment): Outcome =>
  handToHuman(
    c,
    {
      code: 'unverified',
      reason: `the run succeeded, but Config gave no verdict recorded after ${c.state.endedAt}`,
      who: 'config',
    },
    moment,
  );

/** When the rule looked at the resource; the time of recording only bounds it from above. */
const lookedAt = ({ invokedAt, recordedAt }: Evaluation): string => invokedAt ?? recordedAt;

/** StartConfigRulesEvaluation may be called once a minute. */
const ASK_AGAIN_MS = minuteMs;
const UNREAD_PATIENCE_MS = 10 * minuteMs;
