/** Opens a case: the first write about a finding, or about one that has come back. */
import { caseId, type EvaluationOrigin, type Finding, findingId, type Lane } from '../finding.ts';
import { type Moment, plusMs } from '../time.ts';
import {
  type Case,
  type Evaluation,
  isClosed,
  type LastPlanned,
  type OpenState,
  type Suppressed,
} from './case.ts';
import type { EarlierCase } from './earlier-case.ts';
import type { Effect } from './effect.ts';
import { isDrift, isEcho } from './flapping.ts';
import type { Assessment } from './observation.ts';
import { routeBy } from './route.ts';
import { codeOf, routedOf } from './routed.ts';

export interface Opening {
  readonly finding: Finding;
  readonly origin: EvaluationOrigin;
  readonly lane: Lane;
  /** 1 for the finding's first case. */
  readonly number: number;
  readonly evaluation: Evaluation;
  readonly assessment: Assessment;
  /** The finding's earlier cases, the newest last. */
  readonly earlier: readonly EarlierCase[];
  /** The person by whose order it is opened; absent: by an event. */
  readonly requestedBy?: string;
}

/** What the next case of a finding knows of those before it, the newest last. */
export const earlierOf = (newest: Case | undefined): readonly EarlierCase[] => {
  if (newest === undefined || !isClosed(newest.state)) return [];
  const { number, openedAt, earlier = [], echo, state, terms } = newest;
  const last: EarlierCase = {
    number,
    openedAt,
    closedAt: state.closedAt,
    ended: state.name,
    ...(state.name === 'resolved' && { settledAt: plusMs(state.runEndedAt, terms.verify.settleMs) }),
    ...(echo && { echo }),
  };
  return withoutOldest([...earlier, last]);
};

/** What counts as somebody's change is remembered longest. */
const withoutOldest = (cases: readonly EarlierCase[]): readonly EarlierCase[] => {
  if (cases.length <= EARLIER_MAX) return cases;
  const idle = cases.findIndex((each) => !isDrift(each));
  return cases.toSpliced(Math.max(0, idle), 1);
};
const EARLIER_MAX = 10;

export const openCase = (
  { finding, origin, lane, number, evaluation, assessment, earlier, requestedBy }: Opening,
  moment: Moment,
): { readonly case: Case<OpenState | Suppressed>; readonly after: readonly Effect[] } => {
  const echo = isEcho(evaluation, earlier);
  const route = routeBy(
    assessment,
    {
      number,
      openedAt: moment.now,
      earlier,
      echo,
      attempts: 0,
      checkFailures: 0,
      manualSteps: assessment.manualSteps,
    },
    moment,
  );
  const annotation = evaluation.annotation?.trim();
  return {
    case: {
      id: caseId(finding, number),
      findingId: findingId(finding),
      number,
      version: 1,
      finding,
      origin,
      lane,
      ...headOf(assessment),
      openedAt: moment.now,
      newestEvaluation: evaluation,
      attempts: 0,
      ...(earlier.length > 0 && { earlier }),
      ...(echo && { echo }),
      ...(requestedBy !== undefined && { requestedBy }),
      checkFailures: route.checkFailures,
      timeline: [
        {
          at: moment.now,
          who: 'config',
          what: 'reported-non-compliant',
          why: annotation ? annotation.slice(0, 256) : `rule ${origin.configRuleName}`,
          state: route.to.name,
          routed: routedOf(assessment),
        },
        {
          at: moment.now,
          who: 'selfheal',
          what: route.what,
          why: route.why,
          state: route.to.name,
          ...codeOf(route.to),
        },
      ],
      timelineDropped: 0,
      stays: { since: moment.now, ms: {} },
      state: route.to,
    },
    after: route.after,
  };
};

/** What a case keeps of an assessment. */
export const headOf = (assessment: Assessment) => ({
  ...lastPlannedOf(assessment),
  severity: assessment.severity,
  mode: assessment.mode,
  entry: assessment.entry,
  policyVersion: assessment.policyVersion,
  terms: assessment.terms,
  manualSteps: assessment.manualSteps,
  ...(assessment.tags && { tags: assessment.tags }),
});

const lastPlannedOf = ({ outcome }: Assessment): { readonly lastPlanned?: LastPlanned } => {
  if (outcome.kind !== 'planned') return {};
  const { document, documentVersion } = outcome.plan;
  return { lastPlanned: { document, documentVersion, planHash: outcome.planHash } };
};
