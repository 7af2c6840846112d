/**
 * What would happen now to one finding. The engine's own code says so: `assess` asks the policy, `openCase` and
 * `routeBy` say where the case would go, and the checks are the checks before a start. All that is added here is
 * what becomes of a finding whose case is further along already.
 */

import { approves } from '../case/approves.ts';
import { type Case, isClosed, isOpen, type StateName } from '../case/case.ts';
import type { AfterNo, Assessment } from '../case/observation.ts';
import { earlierOf, openCase } from '../case/open-case.ts';
import { routeBy } from '../case/route.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { assess } from '../engine/assess.ts';
import type { CheckAnswer } from '../engine/checks/check.ts';
import { explainChecks } from '../engine/checks.ts';
import type { ComplianceReport } from '../engine/intake.ts';
import type { PolicyBook } from '../engine/policy-book.ts';
import type { Exemptions } from '../exemption/exemptions.ts';
import type { Finding, Lane } from '../finding.ts';
import { attemptToken, permitScopes, ruleScopeId } from '../permit.ts';
import type { Ports } from '../ports.ts';
import { unreachable } from '../unreachable.ts';
import type { BacklogRoom } from './backlog-room.ts';
import type { Objection, Preview, PreviewAction, PreviewedPlan } from './previewed.ts';

export interface Previewer {
  /** Ports that cannot change anything: see `lookingOnly`. */
  readonly ports: Ports;
  readonly catalog: Catalog;
  readonly exemptions: Exemptions;
  readonly book: PolicyBook;
  readonly backlogRoom: BacklogRoom;
  /** True of a policy that is not in force: it is asked as though nobody had been asked yet by the other. */
  readonly isDraft: boolean;
}

export interface Looked {
  readonly finding: Finding;
  readonly lane: Lane;
  readonly report: ComplianceReport;
  /** The finding's newest case, open or closed. */
  readonly newest: Case | undefined;
}

/** What would happen, and the finding with the identifier of its rule when Config tells it. */
export const previewFinding = async (
  previewer: Previewer,
  looked: Looked,
): Promise<{ readonly finding: Finding; readonly preview: Preview }> => {
  const { ports, catalog, exemptions, book } = previewer;
  const assessor = { ports, catalog, exemptions, policy: () => book };
  const { assessment, finding } = await assess(assessor, looked.finding, looked.report.origin, looked.lane);
  const tell = (action: PreviewAction, why: string, objections: readonly Objection[] = []) => ({
    finding,
    preview: {
      action,
      why,
      entry: assessment.entry,
      severity: assessment.severity,
      mode: assessment.mode,
      ...plannedOf(previewer, { ...looked, finding }, assessment),
      objections,
    },
  });
  const settled = whyLeftAlone(looked, assessment);
  if (settled !== undefined) return tell(...settled);
  const { about, why } = imagined({ ...looked, finding }, assessment, previewer);
  const { state } = about;
  if (state.name !== 'queued' && state.name !== 'awaiting-approval')
    return tell(
      assessment.outcome.kind === 'unreadable' || assessment.outcome.kind === 'no-policy'
        ? 'unknown'
        : ACTIONS[state.name],
      why,
    );
  const answers = await explainChecks(ports, assessor, {
    ...about,
    document: state.plan.document,
    planHash: state.planHash,
    clientToken: attemptToken(about.id, about.attempts + 1),
  });
  // A permit that is not free yet is what a case in the queue waits for: it runs when its turn comes. How many of a
  // rule are too many to start unasked is not for one finding to say: see `foldBacklog`.
  const against = answers.filter((answer) => answer.answer !== 'yes' && !isTurn(answer));
  if (state.name === 'awaiting-approval')
    return tell('approve', why, against.filter(({ check }) => check !== 'approval').map(objection));
  const [first] = against;
  if (first === undefined) {
    const told = tell('run', why);
    const { planned } = told.preview;
    const isAsked = approves(about.approval, state.planHash, ports.clock.now(), about);
    if (planned === undefined || isAsked) return told;
    const unasked = await previewer.backlogRoom(finding, about.terms.backlog);
    return { finding, preview: { ...told.preview, planned: { ...planned, unasked } } };
  }
  return tell(actionAfter(first), first.reason, against.map(objection));
};

/** A case that is not for the policy to move: work goes on, or a person has it. */
const whyLeftAlone = (
  { newest, report }: Looked,
  { outcome }: Assessment,
): readonly [PreviewAction, string] | undefined => {
  if (newest === undefined) return undefined;
  const { state, id } = newest;
  if (isOpen(state)) {
    if (AT_WORK.has(state.name)) return ['at-work', `case ${id} is ${state.name}`];
    return state.name === 'needs-human' ? ['needs-human', `case ${id}: ${state.reason}`] : undefined;
  }
  // What was exempt is decided anew, by what is exempt now.
  if (state.name === 'suppressed') return undefined;
  if (report.evaluation.recordedAt > newest.newestEvaluation.recordedAt) return undefined;
  if (outcome.kind === 'exempt') return undefined;
  return ['settled', `case ${id} is ${state.name}, and Config has not evaluated the resource anew since`];
};

const AT_WORK: ReadonlySet<StateName> = new Set(['starting', 'running', 'verifying']);

/** The open case as it would be after the policy was asked, or the one that would be opened; and why. */
const imagined = (
  { finding, lane, report, newest }: Looked,
  assessment: Assessment,
  { ports, isDraft }: Pick<Previewer, 'ports' | 'isDraft'>,
): { readonly about: Case; readonly why: string } => {
  const moment = { now: ports.clock.now(), jitter: 0 };
  const { origin, evaluation } = report;
  if (newest === undefined || isClosed(newest.state)) {
    const number = (newest?.number ?? 0) + 1;
    const earlier = earlierOf(newest);
    const opened = openCase({ finding, origin, lane, number, evaluation, assessment, earlier }, moment).case;
    return { about: opened, why: opened.timeline.at(-1)?.why ?? '' };
  }
  const { state } = newest;
  const { outcome, mode, terms } = assessment;
  const about: Case = { ...newest, finding, mode, terms };
  const isSamePlan = outcome.kind === 'planned' && 'planHash' in state && outcome.planHash === state.planHash;
  if (state.name === 'awaiting-approval' && isSamePlan && !isDraft)
    return { about, why: `case ${about.id} waits for people since ${state.requestedAt}` };
  const { to, why } = routeBy(assessment, about, moment);
  return { about: { ...about, state: to }, why };
};

const ACTIONS = {
  observing: 'observe',
  held: 'held',
  'needs-human': 'needs-human',
  starting: 'at-work',
  running: 'at-work',
  verifying: 'at-work',
  resolved: 'settled',
  'self-resolved': 'settled',
  suppressed: 'exempt',
  denied: 'settled',
  'closed-by-human': 'settled',
} as const satisfies Readonly<Record<Exclude<StateName, 'queued' | 'awaiting-approval'>, PreviewAction>>;

const plannedOf = (
  { catalog }: Previewer,
  { finding, lane }: Looked,
  { outcome, terms }: Assessment,
): { readonly planned?: PreviewedPlan } => {
  if (outcome.kind !== 'planned') return {};
  const { plan, planHash } = outcome;
  const { document, documentVersion } = plan;
  const planned = {
    document,
    documentVersion,
    planHash,
    // What the catalog does not know is taken for the worst; a plan is made of nothing else.
    disruption: catalog.runbook(document)?.disruption ?? 'destructive',
    runMsMax: terms.runMsMax,
    scopes: permitScopes({ finding, lane, terms, document }),
    ...(terms.blastRadius?.resourcesMax !== undefined && {
      radius: {
        rule: ruleScopeId(finding),
        resourcesMax: terms.blastRadius.resourcesMax,
        windowMs: terms.blastRadius.windowMs,
      },
    }),
  };
  return { planned };
};

const nextOf = ({ tells }: CheckAnswer): AfterNo | undefined =>
  tells?.kind === 'check-refused' ? tells.next : undefined;

const isTurn = ({ check, answer }: CheckAnswer): boolean =>
  answer === 'no' && (check === 'permit' || check === 'backlog');

/** What becomes of a queued case after this answer, as `onCheckRefused` has it. */
const actionAfter = (answer: CheckAnswer): PreviewAction => {
  if (answer.answer === 'failed') return 'held';
  if (answer.tells?.kind === 'assessed' && answer.tells.assessment.outcome.kind === 'exempt') return 'exempt';
  const next = nextOf(answer);
  switch (next?.kind) {
    case 'hold':
      return 'held';
    case 'ask':
      return 'approve';
    case 'hand-over':
    case undefined:
      return answer.tells?.kind === 'check-refused' ? 'needs-human' : 'held';
    default:
      return unreachable(next);
  }
};

const objection = ({ check, answer, reason }: CheckAnswer): Objection => ({
  check,
  answer: answer === 'failed' ? 'failed' : 'no',
  reason,
});
