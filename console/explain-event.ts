/**
 * What would be done about an event if it came now: the deciding entry and why, the plan, and every check
 * before a start with its answer. Reads a lot and changes nothing.
 */
import { type Case, isOpen } from '../domain/case/case.ts';
import type { Assessment } from '../domain/case/observation.ts';
import { describeExempted } from '../domain/case/suppressed.ts';
import { type Assessor, assess } from '../domain/engine/assess.ts';
import type { CheckAnswer } from '../domain/engine/checks/check.ts';
import { explainChecks } from '../domain/engine/checks.ts';
import { type ComplianceReport, findingOf } from '../domain/engine/intake.ts';
import type { PolicyBook } from '../domain/engine/policy-book.ts';
import { createExemptions } from '../domain/exemption/exemptions.ts';
import { caseId, findingId, type Lane } from '../domain/finding.ts';
import { attemptToken } from '../domain/permit.ts';
import type { Plan } from '../domain/plan.ts';
import { describePlan } from '../domain/plan-description.ts';
import { accountName } from '../domain/policy/account-name.ts';
import { describeApproval } from '../domain/policy/describe-approval.ts';
import { explainSelection } from '../domain/policy/explain-selection.ts';
import { PortError } from '../domain/ports.ts';
import { unreachable } from '../domain/unreachable.ts';
import type { CaseSummary } from './case-json.ts';
import type { HttpDeps } from './http-deps.ts';

export interface Explanation {
  readonly finding: CaseSummary['finding'];
  readonly policyVersion: string;
  readonly entry: string;
  readonly severity: string;
  readonly mode: string;
  readonly because: string;
  readonly passedOver: readonly { readonly name: string; readonly field: string; readonly reason: string }[];
  /** The open case that the event would find, if any. */
  readonly openCase: string | null;
  readonly plan: Plan | null;
  readonly planHash: string | null;
  /** The plan in plain English; or why there is none. */
  readonly planText: readonly string[];
  readonly manualSteps: readonly string[];
  /** Who must approve and who is told when, in plain English; empty in another mode than approve. */
  readonly approvalText: readonly string[];
  /** Empty when there is no plan: nothing could start. */
  readonly checks: readonly Pick<CheckAnswer, 'check' | 'answer' | 'reason'>[];
  /** What could not be read, and what was taken instead. In earnest any of them keeps a start back. */
  readonly doubts: readonly string[];
  /** True when every check says yes: it would be started at once. */
  readonly wouldStart: boolean;
}

export const explainEvent = async (
  { app, globalLaneRegion }: HttpDeps,
  book: PolicyBook,
  report: ComplianceReport,
): Promise<Explanation> => {
  const assessor: Assessor = {
    catalog: app.catalog,
    policy: () => book,
    exemptions: createExemptions(app.ports.exemptions),
    ports: app.ports,
  };
  const reported = findingOf(report);
  const lane: Lane = {
    account: report.account,
    region: reported.region === 'global' ? globalLaneRegion : report.origin.region,
  };
  const doubts: string[] = [];
  const { assessment, finding, subject } = await assess(
    { ...assessor, ports: readingOn(app.ports, doubts) },
    reported,
    report.origin,
    lane,
  );
  const selection = subject && explainSelection(book, subject);
  const newest = await app.ports.cases.newestOf(findingId(finding));
  const openCase = newest && isOpen(newest.state) ? newest : undefined;
  const checks = await checksOf(app.ports, assessor, assessment, {
    id: openCase?.id ?? caseId(finding, (newest?.number ?? 0) + 1),
    finding,
    origin: report.origin,
    lane,
    openedAt: openCase?.openedAt ?? app.ports.clock.now(),
    attempts: openCase?.attempts ?? 0,
    ...(openCase?.approval ? { approval: openCase.approval } : {}),
    ...(openCase?.ownerToldAt ? { ownerToldAt: openCase.ownerToldAt } : {}),
  });
  const planned = assessment.outcome.kind === 'planned' ? assessment.outcome : undefined;
  return {
    finding: {
      ...finding,
      accountName: accountName(book.policy, finding.account) ?? null,
      ruleIdentifier: finding.ruleIdentifier ?? null,
    },
    policyVersion: assessment.policyVersion,
    entry: assessment.entry,
    severity: assessment.severity,
    mode: assessment.mode,
    because: selection?.because ?? 'what the policy looks at could not be read, so nothing is done',
    passedOver: selection?.passedOver.map(({ name, field, reason }) => ({ name, field, reason })) ?? [],
    openCase: openCase?.id ?? null,
    plan: planned?.plan ?? null,
    planHash: planned?.planHash ?? null,
    planText: planText(app.catalog, assessment),
    manualSteps: assessment.manualSteps,
    approvalText: assessment.mode === 'approve' ? describeApproval(assessment.terms) : [],
    checks,
    doubts,
    wouldStart: checks.length > 0 && checks.every(({ answer }) => answer === 'yes'),
  };
};

/**
 * The policy can be explained for a resource that Config does not know: as though it had no tags, and its rule
 * were known by name alone. The checks, which are made in earnest, still fail.
 */
const readingOn = (ports: HttpDeps['app']['ports'], doubts: string[]): HttpDeps['app']['ports'] => {
  const without =
    <T>(taken: T, instead: string) =>
    (error: unknown): T => {
      if (!(error instanceof PortError)) throw error;
      doubts.push(`${error.operation} failed with ${error.code}: ${error.message}; ${instead}`);
      return taken;
    };
  const { compliance } = ports;
  return {
    ...ports,
    compliance: {
      ...compliance,
      rule: (...asked) =>
        compliance.rule(...asked).catch(without(undefined, 'the rule is taken by its name')),
      tags: (...asked) => compliance.tags(...asked).catch(without({}, 'explained as though it had no tags')),
    },
  };
};

const checksOf = async (
  ports: HttpDeps['app']['ports'],
  assessor: Assessor,
  { outcome, terms, mode }: Assessment,
  about: Pick<
    Case,
    'id' | 'finding' | 'origin' | 'lane' | 'openedAt' | 'ownerToldAt' | 'attempts' | 'approval'
  >,
): Promise<Explanation['checks']> => {
  if (outcome.kind !== 'planned') return [];
  const answers = await explainChecks(ports, assessor, {
    ...about,
    terms,
    mode,
    document: outcome.plan.document,
    planHash: outcome.planHash,
    clientToken: attemptToken(about.id, about.attempts + 1),
  });
  return answers.map(({ check, answer, reason }) => ({ check, answer, reason }));
};

const planText = (catalog: HttpDeps['app']['catalog'], { outcome }: Assessment): readonly string[] => {
  switch (outcome.kind) {
    case 'planned': {
      const runbook = catalog.runbook(outcome.plan.document);
      return runbook === undefined ? [] : describePlan(outcome.plan, runbook);
    }
    case 'observe':
    case 'unreadable':
    case 'no-policy':
      return [outcome.why];
    case 'refused':
      return [outcome.refusal.reason];
    case 'exempt':
      return [describeExempted(outcome.exemption)];
    default:
      return unreachable(outcome);
  }
};
