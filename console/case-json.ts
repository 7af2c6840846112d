/**
 * A case as the API tells it: the same fields in every state, null where a state has none, so that a script
 * need not know the case machine.
 */
import { objectionTo } from '../domain/case/approves.ts';
import type {
  AwaitingApproval,
  Case,
  CaseState,
  ComplianceType,
  Decision,
  StateName,
  TimelineEntry,
} from '../domain/case/case.ts';
import { isOpen } from '../domain/case/case.ts';
import type { Catalog, Change, Disruption, Severity } from '../domain/catalog/catalog.ts';
import { changesOf } from '../domain/catalog/changes.ts';
import { heldBack } from '../domain/held-back.ts';
import { samePerson } from '../domain/person.ts';
import type { Plan } from '../domain/plan.ts';
import { accountName } from '../domain/policy/account-name.ts';
import type { Mode, Policy } from '../domain/policy/policy.ts';
import type { Controls } from '../domain/ports.ts';
import type { Instant } from '../domain/time.ts';

export interface CaseSummary {
  readonly id: string;
  readonly state: StateName;
  readonly finding: {
    readonly account: string;
    /** What the policy calls the account; null where it has no name for it. */
    readonly accountName: string | null;
    readonly region: string;
    readonly rule: string;
    readonly ruleIdentifier: string | null;
    readonly resourceType: string;
    readonly resourceId: string;
  };
  readonly severity: Severity;
  readonly mode: Mode;
  readonly attempts: number;
  readonly planHash: string | null;
  readonly runbook: string | null;
  readonly policyEntry: string;
  readonly policyVersion: string;
  readonly openedAt: Instant;
  readonly dueAt: Instant | null;
  readonly closedAt: Instant | null;
  /** Why it is where it is, where the state itself says so. */
  readonly reason: string | null;
  readonly executionId: string | null;
  readonly lastFailure: string | null;
  /** What Config said last. */
  readonly compliance: ComplianceType;
  readonly complianceRecordedAt: Instant;
  /** What it wants of people; null while it waits for nobody. */
  readonly waits: WaitsForPeople | null;
}

/** A case that waits for people: for their word on its plan, or for their hands. */
export interface WaitsForPeople {
  readonly since: Instant;
  /** When the question lapses and somebody must fix it by hand; null when there is nothing to decide. */
  readonly expiresAt: Instant | null;
  /** Approvals that count, and that it takes; null when there is nothing to decide. */
  readonly given: number | null;
  readonly quorum: number | null;
  /** Why the word of whoever asks would not count; null when it would, when nobody knows who asks, and without a decision to take. */
  readonly objection: string | null;
  /** The batch in which people are asked, or were told, about it together with others. */
  readonly batch: string | null;
}

export interface CaseJson extends CaseSummary {
  readonly plan: Plan | null;
  /** What the plan would do, in the catalog's words; null without a plan, or of a document that the catalog does not have. */
  readonly effect: Effect | null;
  /** Whose decisions count so far, while they are waited for. */
  readonly approval: {
    readonly quorum: number;
    readonly expiresAt: Instant;
    readonly decisions: readonly Pick<Decision, 'who' | 'answer' | 'reason' | 'at'>[];
  } | null;
  /** By which exemption it is closed; `until` is null when that has no end. */
  readonly exemption: { readonly name: string; readonly until: Instant | null } | null;
  readonly manualSteps: readonly string[];
  /** Stop switches and breakers that keep it back just now: who, why and since when. Empty for a closed case. */
  readonly heldBackBy: readonly string[];
  readonly timeline: readonly TimelineEntry[];
  readonly timelineDropped: number;
}

export interface Effect {
  readonly summary: string;
  readonly disruption: Disruption;
  /** What people notice when it runs. */
  readonly disruptionNote: string;
  readonly changes: readonly Change[];
}

/** @param names what the policy calls accounts, by their ids */
export const caseSummary = (about: Case, names: Pick<Policy, 'accounts'> = {}): CaseSummary => {
  const { state, finding, newestEvaluation } = about;
  return {
    id: about.id,
    state: state.name,
    finding: {
      account: finding.account,
      accountName: accountName(names, finding.account) ?? null,
      region: finding.region,
      rule: finding.rule,
      ruleIdentifier: finding.ruleIdentifier ?? null,
      resourceType: finding.resourceType,
      resourceId: finding.resourceId,
    },
    severity: about.severity,
    mode: about.mode,
    attempts: about.attempts,
    planHash: 'planHash' in state ? state.planHash : (about.lastPlanned?.planHash ?? null),
    runbook: planOf(state)?.document ?? about.lastPlanned?.document ?? null,
    policyEntry: about.entry,
    policyVersion: about.policyVersion,
    openedAt: about.openedAt,
    dueAt: 'dueAt' in state ? state.dueAt : null,
    closedAt: 'closedAt' in state ? state.closedAt : null,
    reason: reasonOf(state),
    executionId: 'executionId' in state ? state.executionId : null,
    lastFailure: about.lastFailure ?? null,
    compliance: newestEvaluation.compliance,
    complianceRecordedAt: newestEvaluation.recordedAt,
    waits: waitsOf(about),
  };
};

/** As `caseSummary`, for somebody who is known: whether they are one of those it waits for. */
export const caseSummaryFor = (
  about: Case,
  person: Pick<Decision, 'who' | 'groups'>,
  names: Pick<Policy, 'accounts'> = {},
): CaseSummary => {
  const summary = caseSummary(about, names);
  if (about.state.name !== 'awaiting-approval' || summary.waits === null) return summary;
  const hasDecided = about.state.decisions.some(({ who }) => samePerson(who, person.who));
  const objection =
    objectionTo(person, about)?.reason ??
    (hasDecided ? `${person.who} has already decided on this plan: somebody else must` : null);
  return { ...summary, waits: { ...summary.waits, objection } };
};

/** @param summary of the case, for whoever asks */
export const caseJson = (
  about: Case,
  controls: Pick<Controls, 'stops' | 'breakers'>,
  catalog: Pick<Catalog, 'runbook'>,
  summary: CaseSummary = caseSummary(about),
): CaseJson => ({
  ...summary,
  plan: planOf(about.state) ?? null,
  effect: effectOf(planOf(about.state), catalog),
  approval: approvalOf(about),
  exemption:
    about.state.name === 'suppressed'
      ? { name: about.state.exemption, until: about.state.until ?? null }
      : null,
  manualSteps: about.state.name === 'needs-human' ? about.state.manualSteps : about.manualSteps,
  heldBackBy: isOpen(about.state) ? heldBack(controls, about) : [],
  timeline: about.timeline.map(({ at, who, what, why, state }) => ({ at, who, what, why, state })),
  timelineDropped: about.timelineDropped,
});

const waitsOf = (about: Case): WaitsForPeople | null => {
  const { state, terms, timeline, openedAt } = about;
  switch (state.name) {
    case 'awaiting-approval':
      return {
        since: state.requestedAt,
        expiresAt: state.expiresAt,
        given: counted(about, state).length,
        quorum: terms.approval.quorum,
        objection: null,
        batch: state.batch ?? null,
      };
    case 'needs-human': {
      // The state is written anew with each look at it: the timeline knows when it came.
      const before = timeline.findLastIndex((entry) => entry.state !== state.name);
      const since = timeline[before + 1]?.at ?? openedAt;
      return {
        since,
        expiresAt: null,
        given: null,
        quorum: null,
        objection: null,
        batch: state.batch ?? null,
      };
    }
    default:
      return null;
  }
};

const planOf = (state: CaseState): Plan | undefined => ('plan' in state ? state.plan : undefined);

const effectOf = (plan: Plan | undefined, catalog: Pick<Catalog, 'runbook'>): Effect | null => {
  const runbook = plan && catalog.runbook(plan.document);
  if (plan === undefined || runbook === undefined) return null;
  const { summary, disruption, disruptionNote } = runbook;
  return { summary, disruption, disruptionNote, changes: changesOf(runbook, plan) };
};

const approvalOf = (about: Case): CaseJson['approval'] => {
  const { state, terms } = about;
  return state.name !== 'awaiting-approval'
    ? null
    : {
        quorum: terms.approval.quorum,
        expiresAt: state.expiresAt,
        decisions: counted(about, state).map(({ who, answer, reason, at }) => ({ who, answer, reason, at })),
      };
};

/** By the terms of now: who has left the groups meanwhile counts no longer. */
const counted = (about: Case, { decisions }: AwaitingApproval): readonly Decision[] =>
  decisions.filter((decision) => objectionTo(decision, about) === undefined);

const reasonOf = (state: CaseState): string | null => {
  switch (state.name) {
    case 'held':
      return state.detail;
    case 'needs-human':
    case 'closed-by-human':
      return state.reason;
    case 'denied':
      return state.decision.reason;
    case 'self-resolved':
    case 'suppressed':
      return state.why;
    default:
      return null;
  }
};
