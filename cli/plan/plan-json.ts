/** A plan as scripts read it: everything that is printed, and with `--detail` every finding. */
import { comparePolicies, type PolicyDifference } from '../../domain/preview/compare-policies.ts';
import { estimateRuntime, type RuntimeEstimate } from '../../domain/preview/estimate-runtime.ts';
import {
  type FindingGroup,
  groupFindings,
  type Reason,
  reasonsFor,
} from '../../domain/preview/group-findings.ts';
import { type ActionCounts, countActions, type PreviewedFinding } from '../../domain/preview/previewed.ts';
import type { PlanScope } from '../../domain/preview/saved-plan.ts';
import { AUTOMATION_STEPS_A_RUN, dollarsForRuns } from '../../domain/price-of-run.ts';
import type { Instant } from '../../domain/time.ts';
import type { MadePlan, UnreadLane } from './make-plan.ts';

export interface PlanJson {
  readonly madeAt: Instant;
  readonly policyVersion: string;
  readonly policySequence: number;
  readonly doubt: string | null;
  readonly scope: PlanScope;
  readonly lanes: readonly string[];
  /** False when something could not be read: then the counts are too low. */
  readonly whole: boolean;
  readonly unread: readonly UnreadLane[];
  readonly findings: number;
  readonly counts: ActionCounts;
  readonly groups: readonly FindingGroup[];
  /** Why findings are held, asked for although their mode is auto, left to people, or unknown. */
  readonly reasons: readonly Reason[];
  /** Of all that would run, should everything that is asked for be approved. */
  readonly estimate: {
    readonly runs: number;
    readonly automationSteps: number;
    readonly dollars: number;
    readonly runtime: RuntimeEstimate | null;
  };
  /** Only with another policy to compare with. */
  readonly differences?: readonly PolicyDifference[];
  /** Only with `--detail`. */
  readonly detail?: readonly PreviewedFinding[];
}

export const planJson = (
  plan: MadePlan,
  { compares, isDetailed }: { readonly compares: boolean; readonly isDetailed: boolean },
): PlanJson => {
  const { findings, unread } = plan;
  const counts = countActions(findings.map(({ now }) => now.action));
  const runs = findings.flatMap(({ now }) =>
    (now.action === 'run' || now.action === 'approve') && now.planned ? [now.planned] : [],
  );
  return {
    madeAt: plan.madeAt,
    policyVersion: plan.policyVersion,
    policySequence: plan.policySequence,
    doubt: plan.doubt,
    scope: plan.scope,
    lanes: plan.lanes,
    whole: unread.length === 0 && counts.unknown === 0,
    unread,
    findings: findings.length,
    counts,
    groups: groupFindings(findings),
    reasons: reasonsFor(findings, ['unknown', 'held', 'needs-human', 'settled', 'exempt', 'approve']),
    estimate: {
      runs: runs.length,
      automationSteps: runs.length * AUTOMATION_STEPS_A_RUN,
      dollars: dollarsForRuns(runs.length),
      runtime: estimateRuntime(runs) ?? null,
    },
    ...(compares && { differences: comparePolicies(findings) }),
    ...(isDetailed && { detail: findings }),
  };
};
