/** What Config says of a rule's own health: whether its results can be relied on at all. */
import type { Instant } from '../time.ts';
import { RULE_TROUBLES, type RuleTrouble } from './lane-compliance.ts';

/** As Config tells it; what it does not tell is absent. */
export interface RuleStatus {
  readonly hasBegun: boolean;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  /** When it last judged resources, and when it last failed to. */
  readonly evaluatedAt?: Instant;
  readonly evaluationFailedAt?: Instant;
  /** When Config last called it, and when that last failed: a rule may be called and yet judge nothing. */
  readonly invokedAt?: Instant;
  readonly invocationFailedAt?: Instant;
}

/**
 * Why the results of a rule are not to be relied on. An error is past when the rule has succeeded after it; Config
 * keeps its code. Without a time nobody knows, so it counts as present.
 */
export const troubleOfStatus = (status: RuleStatus): RuleTrouble | undefined => {
  const { hasBegun, errorCode, errorMessage, evaluationFailedAt, invocationFailedAt } = status;
  const failedAt = [evaluationFailedAt, invocationFailedAt].filter((at) => at !== undefined);
  const fails =
    isNewer(evaluationFailedAt, status.evaluatedAt) || isNewer(invocationFailedAt, status.invokedAt);
  if (fails || (errorCode !== undefined && failedAt.length === 0)) {
    const said = [errorCode, errorMessage].filter(Boolean).join(': ') || 'Config does not say why';
    const since = failedAt.toSorted().at(-1);
    return {
      code: RULE_TROUBLES.errs,
      message: `its last evaluation failed${since === undefined ? '' : ` at ${since}`}: ${said}`,
    };
  }
  if (hasBegun) return undefined;
  return {
    code: RULE_TROUBLES.neverEvaluated,
    message: 'it was never evaluated: its trigger has not come yet, or the recorder does not record',
  };
};

/** Rules of AWS's own tell when they were called, and not always when they judged. */
export const lastEvaluatedAt = ({ evaluatedAt, invokedAt }: RuleStatus): Instant | undefined =>
  evaluatedAt ?? invokedAt;

const isNewer = (failedAt: Instant | undefined, succeededAt: Instant | undefined): boolean =>
  failedAt !== undefined && (succeededAt === undefined || failedAt >= succeededAt);
