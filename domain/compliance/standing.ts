/** How results count in a report: what is not to be relied on is never compliant, and what was not read is there. */
import { type LaneCompliance, RULE_TROUBLES, type RuleCompliance } from './lane-compliance.ts';

export interface Standing {
  readonly compliant: number;
  readonly nonCompliant: number;
  /** Config lacks data, the rule is not to be relied on, or something was not read. */
  readonly insufficient: number;
  /** Counts in no share. */
  readonly notApplicable: number;
}

export const NOTHING: Standing = { compliant: 0, nonCompliant: 0, insufficient: 0, notApplicable: 0 };

/** Stands beside the share wherever it is told. */
export const COMPLIANCE_DEFINITION =
  'Compliance: compliant results, of all compliant, non-compliant and insufficient ones. A result is insufficient when AWS Config lacks data for it, or when nobody can rely on it: its rule errs, was never evaluated or was not read to the end, or the recorder of its account and Region does not record. Whatever could not be read counts as one insufficient result beside those that were. What does not apply counts nowhere.';

export const plus = (one: Standing, other: Standing): Standing => ({
  compliant: one.compliant + other.compliant,
  nonCompliant: one.nonCompliant + other.nonCompliant,
  insufficient: one.insufficient + other.insufficient,
  notApplicable: one.notApplicable + other.notApplicable,
});

export const sumOf = (standings: readonly Standing[]): Standing => standings.reduce(plus, NOTHING);

export const judgedOf = ({ compliant, nonCompliant, insufficient }: Standing): number =>
  compliant + nonCompliant + insufficient;

/** 0 to 1; undefined where nothing was judged, which is not the same as none. */
export const shareOf = (standing: Standing): number | undefined => {
  const judged = judgedOf(standing);
  return judged === 0 ? undefined : standing.compliant / judged;
};

/** What a rule's results count as, in a lane whose recorder records or does not. */
export const standingOf = (rule: RuleCompliance, isRecording: boolean): Standing => {
  const { compliant, nonCompliant, notApplicable, insufficientData } = rule.counts;
  const unsure = kindOf(rule) !== 'judged' || !isRecording;
  const nothing = compliant + nonCompliant + notApplicable + insufficientData === 0;
  const one = kindOf(rule) === 'unread' || (kindOf(rule) === 'doubtful' && nothing) ? 1 : 0;
  return {
    compliant: unsure ? 0 : compliant,
    nonCompliant,
    insufficient: insufficientData + (unsure ? compliant : 0) + one,
    notApplicable,
  };
};

/**
 * - `judged`: what it says counts.
 * - `silent`: it has told of nothing, and nobody can say why; nothing to count.
 * - `doubtful`: Config was asked, and says itself that its results are not to be relied on.
 * - `unread`: Config could not be asked, or not to the end.
 */
export type RuleKind = 'judged' | 'silent' | 'doubtful' | 'unread';

export const kindOf = ({ trouble }: RuleCompliance): RuleKind => {
  switch (trouble?.code) {
    case undefined:
    // Each such result counts as insufficient by itself; the others are as good as ever.
    case RULE_TROUBLES.insufficientData:
      return 'judged';
    case RULE_TROUBLES.noResults:
      return 'silent';
    case RULE_TROUBLES.errs:
    case RULE_TROUBLES.neverEvaluated:
      return 'doubtful';
    default:
      return 'unread';
  }
};

export const isRecording = ({ recorder }: LaneCompliance): boolean => recorder.state === 'recording';

/** What of a lane is missing beside its rules: one for each rule that time did not reach, and one for its troubles. */
export const missingOf = ({ unread, troubles }: LaneCompliance): Standing => ({
  ...NOTHING,
  insufficient: unread.length + (troubles.length > 0 ? 1 : 0),
});
