/** Two policies over the same findings: what another policy would newly do, and what it would do no longer. */
import { EXAMPLES_MAX, groupedBy, ruleOf } from './group-findings.ts';
import type { Preview, PreviewAction, PreviewedFinding } from './previewed.ts';

export const CHANGE_KINDS = [
  'newly-runs',
  'runs-no-longer',
  'newly-asks',
  'asks-no-longer',
  'other-plan',
  'other-outcome',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export interface PolicyDifference {
  readonly kind: ChangeKind;
  readonly rule: string;
  readonly account: string;
  readonly from: Side;
  readonly to: Side;
  readonly findings: number;
  /** Resource ids, at most three. */
  readonly examples: readonly string[];
}

interface Side {
  readonly entry: string;
  readonly action: PreviewAction;
  /** The document that would run. */
  readonly runbook?: string;
}

/** What changes most findings comes first, within each kind; kinds in the order of `CHANGE_KINDS`. */
export const comparePolicies = (findings: readonly PreviewedFinding[]): readonly PolicyDifference[] =>
  [
    ...groupedBy(
      findings.flatMap((one): readonly Compared[] => {
        const kind = one.draft && changeOf(one.now, one.draft);
        return one.draft && kind ? [{ kind, one, from: sideOf(one.now), to: sideOf(one.draft) }] : [];
      }),
      ({ kind, one, from, to }) => JSON.stringify([kind, ruleOf(one.finding), one.finding.account, from, to]),
    ).values(),
  ]
    .map((members): PolicyDifference => {
      const [{ kind, one, from, to }] = members as readonly [Compared];
      return {
        kind,
        rule: ruleOf(one.finding),
        account: one.finding.account,
        from,
        to,
        findings: members.length,
        examples: members.slice(0, EXAMPLES_MAX).map(({ one: { finding } }) => finding.resourceId),
      };
    })
    .sort(
      (left, right) =>
        CHANGE_KINDS.indexOf(left.kind) - CHANGE_KINDS.indexOf(right.kind) ||
        right.findings - left.findings ||
        left.rule.localeCompare(right.rule) ||
        left.account.localeCompare(right.account),
    );

interface Compared {
  readonly kind: ChangeKind;
  readonly one: PreviewedFinding;
  readonly from: Side;
  readonly to: Side;
}

/** Undefined when nothing that happens is another. What is only held runs too, later: it is not told as new. */
export const changeOf = (now: Preview, draft: Preview): ChangeKind | undefined => {
  const [was, is] = [meaningOf(now), meaningOf(draft)];
  if (was !== is) {
    if (is === 'runs') return 'newly-runs';
    if (is === 'asks') return 'newly-asks';
    if (was === 'runs') return 'runs-no-longer';
    return was === 'asks' ? 'asks-no-longer' : 'other-outcome';
  }
  return now.planned?.planHash === draft.planned?.planHash ? undefined : 'other-plan';
};

/** What the policy means to happen: a hold passes, and says nothing of the policy's intent. */
const meaningOf = ({ action, mode }: Preview): 'runs' | 'asks' | PreviewAction => {
  if (action === 'run') return 'runs';
  if (action === 'approve') return 'asks';
  if (action !== 'held') return action;
  return mode === 'auto' ? 'runs' : 'held';
};

const sideOf = ({ entry, action, planned }: Preview): Side => ({
  entry,
  action,
  ...(planned && { runbook: planned.document }),
});
