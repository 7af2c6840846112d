/**
 * The variant of a message for machines: what it says as JSON of a version, `docs/message.schema.json`. It holds no
 * raw event, and no more of the resource than its name.
 */
import type { Case } from '../case/case.ts';
import type { MessageFacts } from '../message.ts';
import { type Around, commandsOf, redactedChanges, shownParameters } from './parts.ts';
import { headlineOf } from './subject.ts';
import { shown } from './words.ts';

export type MessageKind =
  | 'approval-requested'
  | 'approval-void'
  | 'escalation'
  | 'approval-expired'
  | 'needs-human'
  | 'grace'
  | 'not-started'
  | 'approved'
  | 'denied'
  | 'no-decision-needed';

export const FACTS_VERSION = 1 as const;

export const caseFacts = (kind: MessageKind, subject: string, about: Case, around: Around): MessageFacts => {
  const { id, number, state, severity, mode, entry, openedAt, attempts, finding, lane, origin } = about;
  return {
    version: FACTS_VERSION,
    kind,
    subject,
    at: around.now,
    severity,
    case: { id, number, state: state.name, openedAt, attempts, mode, entry: shown(entry, 100) },
    finding: {
      account: finding.account,
      ...(around.accountName !== undefined && { accountName: shown(around.accountName, 64) }),
      region: lane.region,
      rule: shown(finding.ruleIdentifier ?? finding.rule, 256),
      configRule: shown(origin.configRuleName, 128),
      resourceType: shown(finding.resourceType, 196),
      resourceId: shown(finding.resourceId, 768),
      wrong: shown(headlineOf(about, around), 100),
    },
    ...planFacts(about, around),
    ...decisionFacts(about, around),
    ...(about.earlier && {
      earlier: about.earlier.map(({ number: n, openedAt: from, closedAt, ended }) => ({
        number: n,
        openedAt: from,
        closedAt,
        ended,
      })),
    }),
    ...(state.name === 'needs-human' && {
      reason: { code: state.code, text: shown(state.reason, 500) },
      steps: state.manualSteps.slice(0, 30).map((step) => shown(step, 1_000)),
    }),
    ...(state.name === 'held' && { reason: { code: state.reason, text: shown(state.detail, 500) } }),
  };
};

const planFacts = ({ state }: Case, { catalog, record }: Around): Readonly<Record<string, unknown>> => {
  if (!('plan' in state) || state.plan === undefined) return {};
  const { plan, planHash } = state;
  const runbook = catalog.runbook(plan.document);
  return {
    plan: {
      hash: planHash,
      runbook: shown(plan.document, 128),
      version: shown(plan.documentVersion, 20),
      account: plan.account,
      region: plan.region,
      parameters: shownParameters(plan),
      ...(runbook && {
        changes: redactedChanges(runbook, plan),
        disruption: runbook.disruption,
        disruptionNote: shown(runbook.disruptionNote, 500),
      }),
    },
    record:
      record === undefined
        ? { known: false }
        : {
            known: true,
            tried: record.tried,
            healed: record.healed,
            failures: record.failures.map(({ caseId, resourceId, at, why }) => ({
              caseId,
              resourceId: shown(resourceId, 768),
              at: shown(at, 40),
              why: shown(why, 160),
            })),
          },
  };
};

const decisionFacts = (about: Case, { link }: Around): Readonly<Record<string, unknown>> => {
  const { state, terms } = about;
  if (state.name !== 'awaiting-approval') return {};
  const { quorum, from, not } = terms.approval;
  return {
    decide: {
      requestedAt: state.requestedAt,
      expiresAt: state.expiresAt,
      quorum,
      approved: state.decisions.map(({ who, at }) => ({ who: shown(who, 200), at })),
      ...(from && { from: from.map((group) => shown(group, 64)) }),
      ...(not && { not }),
      rung: state.announced ? (state.rungs ?? 0) + 1 : 0,
      ...(link !== undefined && { link }),
      commands: commandsOf(about),
    },
    ...(state.changes && { changed: state.changes.slice(0, 20).map((change) => shown(change, 300)) }),
  };
};
