/**
 * From the policy's word to the state that follows from it. Opening a case, lifting a hold and a change of
 * policy before a start all come through here, so they cannot disagree.
 */
import { planChanges } from '../plan-changes.ts';
import { durationText } from '../policy/duration.ts';
import { dayMs, type Instant, type Moment, minuteMs, soonest } from '../time.ts';
import { unreachable } from '../unreachable.ts';
import {
  approves,
  type CountedBy,
  decisionsOn,
  endedByPerson,
  objectionTo,
  startsNotBefore,
} from './approves.ts';
import { toAwaitingApproval } from './asks.ts';
import type {
  Approval,
  Case,
  Held,
  HoldReason,
  NeedsHuman,
  Observing,
  OpenState,
  Planned,
  Queued,
  Suppressed,
} from './case.ts';
import type { Effect } from './effect.ts';
import { flappingHistory } from './flapping.ts';
import { graceAt, ownerTopics } from './grace.ts';
import { after } from './move.ts';
import type { Assessment, AssessmentOutcome } from './observation.ts';
import { toSuppressed } from './suppressed.ts';
import { checkFailedWaitMs, queuedLookMs, UNANNOUNCED_WAIT_MS } from './waits.ts';

export { checkFailedWaitMs, queuedLookMs } from './waits.ts';

export interface Route {
  readonly to: OpenState | Suppressed;
  readonly what: string;
  readonly why: string;
  readonly after: readonly Effect[];
}

export interface RoutedTo extends Route {
  /** Failed checks in a row, this one included. */
  readonly checkFailures: number;
}

/** What a route goes by, beside the assessment. */
type Known = Pick<
  Case,
  | 'number'
  | 'openedAt'
  | 'earlier'
  | 'echo'
  | 'ownerToldAt'
  | 'attempts'
  | 'approval'
  | 'requestedBy'
  | 'checkFailures'
  | 'manualSteps'
>;

/** Where a case goes by an assessment made at this moment. */
export const routeBy = (assessment: Assessment, known: Known, moment: Moment): RoutedTo => {
  const { outcome } = assessment;
  if (outcome.kind === 'unreadable') return whenCheckFailed(known, outcome.why, moment);
  if (outcome.kind === 'no-policy') return { ...withoutPolicy(outcome.why, moment), checkFailures: 0 };
  const route = routeReadable(assessment, outcome, known, moment);
  // The checks before a start are still to come: what failed in them last time counts until they are passed.
  return { ...route, checkFailures: route.to.name === 'queued' ? known.checkFailures : 0 };
};

const routeReadable = (
  assessment: Assessment,
  outcome: Exclude<AssessmentOutcome, { kind: 'unreadable' | 'no-policy' }>,
  known: Known,
  moment: Moment,
): Route => {
  switch (outcome.kind) {
    case 'observe':
      return { to: observing(moment), what: 'observed', why: outcome.why, after: [] };
    case 'refused':
      return toNeedsHuman(
        outcome.refusal.code,
        `no plan can be made: ${outcome.refusal.reason}`,
        assessment.manualSteps,
        moment,
      );
    case 'exempt':
      return toSuppressed(outcome.exemption, moment);
    case 'planned':
      return routePlanned(assessment, outcome, known, moment);
    default:
      return unreachable(outcome);
  }
};

/** What cannot be read is asked for ever more rarely, and not for ever. */
export const whenCheckFailed = (
  { checkFailures, manualSteps }: Pick<Case, 'checkFailures' | 'manualSteps'>,
  detail: string,
  moment: Moment,
): RoutedTo => {
  const failures = checkFailures + 1;
  const route =
    failures >= CHECK_FAILURES_MAX
      ? toNeedsHuman('check-failed', `failed ${failures} times in a row: ${detail}`, manualSteps, moment)
      : toHeld('check-failed', detail, failures, after(moment, checkFailedWaitMs(failures)));
  return { ...route, checkFailures: failures };
};

/** One policy is wrong, and not thousands of cases: they wait for it, however long, and hand nothing to people. */
const withoutPolicy = (why: string, moment: Moment): Route =>
  toHeld('policy-unreadable', why, 1, after(moment, WITHOUT_POLICY_WAIT_MS));

const routePlanned = (
  assessment: Assessment,
  { plan, planHash }: Planned,
  known: Known,
  moment: Moment,
): Route => {
  const { attempts } = known;
  if (attempts >= assessment.terms.retry.attemptsMax)
    return toNeedsHuman(
      'attempts-used-up',
      `${attempts} of ${assessment.terms.retry.attemptsMax} attempts are used up`,
      assessment.manualSteps,
      moment,
    );
  const keptBack = whenFlapping(assessment, known, moment) ?? whenInGrace(assessment, known, moment);
  if (keptBack !== undefined) return keptBack;
  switch (assessment.mode) {
    case 'auto':
      return endedByPerson(known.earlier)
        ? unlessApproved({ plan, planHash }, assessment, known, moment)
        : toQueued({ plan, planHash }, `policy entry "${assessment.entry}" says auto`, moment);
    case 'approve':
      return unlessApproved({ plan, planHash }, assessment, known, moment);
    case 'observe':
      throw new Error(`policy entry "${assessment.entry}" says observe, and yet a plan was made of it`);
    default:
      return unreachable(assessment.mode);
  }
};

const unlessApproved = (
  planned: Planned,
  assessment: Assessment,
  { approval, requestedBy }: Known,
  moment: Moment,
): Route => {
  const { planHash } = planned;
  const by: CountedBy = { terms: assessment.terms, ...(requestedBy !== undefined && { requestedBy }) };
  if (!approves(approval, planHash, moment.now, by))
    return toAskedAgain(planned, assessment, approval, by, moment);
  const notBefore = startsNotBefore(approval, planHash, moment.now);
  return notBefore === undefined
    ? toQueued(planned, 'this plan is approved', moment)
    : toApprovedForLater(notBefore, moment);
};

/** People are asked for all that is missing, and told why what they said before is not enough. */
const toAskedAgain = (
  planned: Planned,
  assessment: Assessment,
  approval: Approval | undefined,
  by: CountedBy,
  moment: Moment,
): Route => {
  const decisions = decisionsOn(approval, planned.planHash, moment.now, by);
  const route = toAwaitingApproval(planned, assessment, decisions, moment);
  if (approval === undefined || moment.now >= approval.validUntil) return route;
  if (approval.planHash !== planned.planHash) {
    const changes = approval.plan
      ? planChanges(approval.plan, planned.plan)
      : ['what was approved is not known any more'];
    return {
      ...route,
      to: { ...route.to, changes },
      why: `${route.why}; the approval of plan ${approval.planHash.slice(0, 12)} is void, as the plan changed: ${changes.join('; ')}`,
    };
  }
  const lost = approval.decisions.flatMap((decision) => objectionTo(decision, by)?.reason ?? []);
  return lost.length === 0
    ? route
    : { ...route, why: `${route.why}; not counted any more: ${lost.join('; ')}` };
};

/** Approved, and people said that it may wait. */
export const toApprovedForLater = (notBefore: Instant, moment: Moment) =>
  toHeld('window', `approved to start not before ${notBefore}`, 1, withinADay(moment, notBefore));

const whenFlapping = (
  { terms: { flapping }, manualSteps }: Assessment,
  known: Known,
  moment: Moment,
): Route | undefined => {
  const history = flappingHistory(known, flapping);
  if (history === undefined) return undefined;
  const reason = `${flapping.cases} or more cases within ${durationText(flapping.withinMs)}, so somebody, or something else, keeps changing it back: ${history}`;
  return toNeedsHuman('flapping', reason, manualSteps, moment);
};

/** The owner is told first, and has time to act; before people are asked, too. */
const whenInGrace = (
  { entry, terms, manualSteps }: Assessment,
  known: Known,
  moment: Moment,
): Route | undefined => {
  const grace = graceAt(known, terms, moment.now);
  switch (grace.kind) {
    case 'none':
    case 'over':
      return undefined;
    case 'running':
      return toHeld('grace', `the owner has until ${grace.until}`, 1, withinADay(moment, grace.until));
    case 'owner-untold':
      return ownerTopics(terms).length === 0
        ? toNeedsHuman(
            'owner-not-told',
            `policy entry "${entry}" says grace, but names nobody who could be told: neither owners nor notify`,
            manualSteps,
            moment,
          )
        : toOwnerUntold(durationText(terms.graceMs), moment);
    default:
      return unreachable(grace);
  }
};

const toOwnerUntold = (graceText: string, moment: Moment): Route => {
  const route = toHeld(
    'grace',
    `the owner is told, and has ${graceText}`,
    1,
    after(moment, UNANNOUNCED_WAIT_MS),
  );
  return { ...route, to: { ...route.to, announced: false }, after: [{ kind: 'announce' }] };
};

/** A hold is looked at once a day at least, so that another policy is noticed. */
export const withinADay = (moment: Moment, at: Instant): Instant => soonest(at, after(moment, dayMs));

export const observing = (moment: Moment): Observing => ({ name: 'observing', dueAt: after(moment, dayMs) });

export const queued = (planned: Planned, moment: Moment, looks = 0): Queued => ({
  name: 'queued',
  plan: planned.plan,
  planHash: planned.planHash,
  queuedAt: moment.now,
  looks,
  dueAt: after(moment, queuedLookMs(looks)),
});

const toQueued = (planned: Planned, why: string, moment: Moment): Route => ({
  to: queued(planned, moment),
  what: 'queued',
  why,
  after: [{ kind: 'seek-start' }],
});

export const toHeld = (
  reason: HoldReason,
  detail: string,
  seen: number,
  dueAt: Instant,
): Route & { readonly to: Held } => ({
  to: { name: 'held', reason, detail, seen, dueAt },
  what: 'held',
  why: `${reason}: ${detail}`,
  after: [],
});

export const toNeedsHuman = (
  code: string,
  reason: string,
  manualSteps: readonly string[],
  moment: Moment,
): Route => {
  const to: NeedsHuman = {
    name: 'needs-human',
    code,
    reason,
    manualSteps,
    announced: false,
    missing: 0,
    dueAt: after(moment, UNANNOUNCED_WAIT_MS),
  };
  return { to, what: 'handed-to-human', why: `${code}: ${reason}`, after: [{ kind: 'announce' }] };
};

export const CHECK_FAILURES_MAX = 12;
/** The next policy wakes them at once. */
const WITHOUT_POLICY_WAIT_MS = 15 * minuteMs;
