/**
 * Applies a part of a saved plan: all of it, or nothing. Every finding is read and assessed again, and must be what
 * the person looked at; then it goes the way that a sweep would send it, and where the plan says that people are
 * asked, the person who applies has answered. Nothing is started here: checks and permits come after, as ever.
 */
import { isOpen } from '../domain/case/case.ts';
import { type ComplianceReport, findingOf } from '../domain/engine/intake.ts';
import { createExemptions } from '../domain/exemption/exemptions.ts';
import { findingId } from '../domain/finding.ts';
import type { Identity } from '../domain/identity.ts';
import { inParallel } from '../domain/in-parallel.ts';
import { lookingOnly } from '../domain/preview/looking-only.ts';
import { type PlanChange, planChanges } from '../domain/preview/plan-changes.ts';
import { previewReports } from '../domain/preview/preview-reports.ts';
import { type PlanBasis, type SavedFinding, savedFinding } from '../domain/preview/saved-plan.ts';
import type { DecidingDeps } from './http-deps.ts';
import { HttpError } from './http-error.ts';
import { planBasis } from './plan-basis.ts';

export interface Applying {
  readonly basis: PlanBasis;
  readonly findings: readonly SavedFinding[];
  readonly who: Identity;
  readonly reason: string;
}

export interface Applied {
  readonly caseId: string | null;
  /** Null when it has no case. */
  readonly state: string | null;
  /** True when the person's word was recorded as an approval of exactly the plan's hash. */
  readonly approved: boolean;
  /** Why what was to be done was not; null when it was. */
  readonly problem: string | null;
}

/** @throws HttpError 409 when anything is not as it was: then nothing was done. */
export const applyPlan = async (deps: DecidingDeps, applying: Applying): Promise<readonly Applied[]> => {
  const reports = await inParallel(applying.findings, AT_ONCE, (finding) => readAgain(deps, finding));
  const changes = await changesSince(deps, applying, reports);
  if (changes.length > 0) throw new HttpError(409, 'plan-stale', staleText(changes));
  // None is missing: that would have been a change.
  const settled = await deps.app.selfheal.complianceReported(
    reports.flatMap((report) =>
      report === undefined ? [] : [{ ...report, requestedBy: applying.who.name }],
    ),
  );
  const both = applying.findings.map((finding, n) => ({ finding, report: reports[n], taken: settled[n] }));
  return inParallel(both, AT_ONCE, async ({ finding, report, taken }): Promise<Applied> => {
    if (report === undefined || taken === undefined) throw new Error('a finding that was read is missing');
    if (!taken.ok)
      return { ...NOT_TAKEN_IN, problem: `its case could not be opened: ${textOf(taken.error)}` };
    return approveIfAsked(deps, finding, report, applying);
  });
};

/** What Config says of it now; undefined when that is not NON_COMPLIANT. */
const readAgain = async (
  { app }: DecidingDeps,
  { account, region, configRuleName, resourceType, resourceId }: SavedFinding,
): Promise<ComplianceReport | undefined> => {
  const origin = { region, configRuleName };
  const about = { account, origin, resourceType, resourceId };
  const asked = { account, region, rule: configRuleName, resourceType, resourceId };
  const evaluation = await app.ports.compliance.read(origin, asked);
  return evaluation?.compliance === 'NON_COMPLIANT'
    ? { ...about, evaluation, redelivered: false }
    : undefined;
};

const changesSince = async (
  { app, globalLaneRegion }: DecidingDeps,
  { basis, findings }: Applying,
  reports: readonly (ComplianceReport | undefined)[],
): Promise<readonly PlanChange[]> => {
  const ports = lookingOnly(app.ports);
  const book = app.policy();
  const previewed = await previewReports(
    { ports, catalog: app.catalog, exemptions: createExemptions(ports.exemptions), book, globalLaneRegion },
    reports.flatMap((report) => report ?? []),
  );
  const fresh = {
    ...planBasis(book, app.catalog, await ports.controls.read()),
    findings: previewed.map(savedFinding),
  };
  // How many of a rule may start unasked shows only in the whole plan, which whoever asks has compared.
  return planChanges({ ...basis, findings }, fresh, { isPart: true });
};

const approveIfAsked = async (
  { app }: DecidingDeps,
  { action, planHash }: SavedFinding,
  report: ComplianceReport,
  { who, reason }: Applying,
): Promise<Applied> => {
  const about = await app.ports.cases.newestOf(findingId(findingOf(report)));
  if (about === undefined) return { ...NOT_TAKEN_IN, problem: 'it has no case' };
  const now = { caseId: about.id, state: about.state.name };
  if (action !== 'approve' || planHash === null || !isOpen(about.state))
    return { ...now, approved: false, problem: null };
  if (about.state.name !== 'awaiting-approval')
    return { ...now, approved: false, problem: `nobody is asked for it: the case is ${about.state.name}` };
  const answer = await app.selfheal.decide(about.id, {
    planHash,
    answer: 'approve',
    who,
    reason,
  });
  return answer.kind === 'done'
    ? { ...now, state: answer.state, approved: true, problem: null }
    : { ...now, approved: false, problem: answer.reason };
};

const NOT_TAKEN_IN = { caseId: null, state: null, approved: false } as const;

const staleText = (changes: readonly PlanChange[]): string =>
  `the plan is not what would happen any more, and nothing of this part was done: ${changes
    .slice(0, CHANGES_TOLD)
    .map(({ resourceId, what }) => (resourceId === undefined ? what : `${resourceId}: ${what}`))
    .join('; ')}${changes.length > CHANGES_TOLD ? `; and ${changes.length - CHANGES_TOLD} more` : ''}`;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const AT_ONCE = 10;
const CHANGES_TOLD = 5;
