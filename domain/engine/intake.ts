/** Takes in what Config reports: opens a case, or tells the open one. */
import { type Evaluation, isOpen } from '../case/case.ts';
import {
  type EvaluationOrigin,
  type Finding,
  findingId,
  isGlobalResourceType,
  plainRuleName,
} from '../finding.ts';
import { PortError } from '../ports.ts';
import { type OpeningOptions, openNext } from './open-next.ts';
import { repeatEffects } from './repeat.ts';
import { reviewSuppressed } from './review-suppressed.ts';
import type { Session } from './session.ts';
import { type Engine, tell } from './tell.ts';

/** One answer of Config, as an event or a sweep brings it. */
export interface ComplianceReport {
  readonly account: string;
  readonly origin: EvaluationOrigin;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly evaluation: Evaluation;
  /** True when the message was delivered before: its first delivery may have died half-way. */
  readonly redelivered: boolean;
  /** The person by whose order Config was asked; absent when it reported by itself. */
  readonly requestedBy?: string;
}

export type IntakeOptions = OpeningOptions;

export type IntakeResult =
  | { readonly kind: 'opened' | 'told' | 'not-open'; readonly caseId?: string }
  | { readonly kind: 'nothing-to-do' };

export const reportCompliance = async (
  engine: Engine,
  session: Session,
  report: ComplianceReport,
  options: IntakeOptions,
): Promise<IntakeResult> => {
  const { cases } = engine.ports;
  const finding = findingOf(report);
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const newest = await cases.newestOf(findingId(finding));
    if (newest && isOpen(newest.state)) {
      const evaluated = { kind: 'evaluated', evaluation: report.evaluation, via: 'event' } as const;
      const { kind } = await tell(engine, session, newest, evaluated);
      // Closed by somebody else meanwhile: what is broken since then is the next case's.
      if (kind === 'illegal') continue;
      if (report.redelivered) await repeatEffects(engine, session, newest.id);
      return { kind: 'told', caseId: newest.id };
    }
    if (report.evaluation.compliance !== 'NON_COMPLIANT') return closedAlready(session, report, newest);
    if (newest && report.evaluation.recordedAt <= newest.newestEvaluation.recordedAt)
      return closedAlready(session, report, newest);
    if (newest?.state.name === 'suppressed') {
      const reviewed = await reviewSuppressed(engine, session, newest, options, report.evaluation);
      if (reviewed.kind === 'reopened') return { kind: 'opened', caseId: reviewed.caseId };
      if (reviewed.kind !== 'overtaken') return closedAlready(session, report, newest);
      continue;
    }
    const opened = await openNext(engine, session, finding, report, newest, options);
    if (opened !== undefined) return { kind: 'opened', caseId: opened };
  }
  throw new PortError(
    'conflict',
    'CaseContended',
    'open',
    `finding ${findingId(finding)} is opened by others again and again`,
  );
};

/** Global types are one finding whatever Region reports them, so the Region and the decoration are left out. */
export const findingOf = ({ account, origin, resourceType, resourceId }: ComplianceReport): Finding =>
  isGlobalResourceType(resourceType)
    ? { account, region: 'global', rule: plainRuleName(origin.configRuleName), resourceType, resourceId }
    : { account, region: origin.region, rule: origin.configRuleName, resourceType, resourceId };

/** The close may have been written by this very message before it died: its event is published once more. */
const closedAlready = (
  session: Session,
  { redelivered, evaluation }: ComplianceReport,
  newest: Awaited<ReturnType<Engine['ports']['cases']['newestOf']>>,
): IntakeResult => {
  if (newest === undefined) return { kind: 'nothing-to-do' };
  if (redelivered && newest.newestEvaluation.recordedAt === evaluation.recordedAt)
    session.changed(newest, null);
  return { kind: 'not-open', caseId: newest.id };
};

const TRIES_MAX = 5;
