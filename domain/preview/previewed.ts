/** What would happen now to one finding, as the engine would do it: told, and not done. */
import type { Disruption, Severity } from '../catalog/catalog.ts';
import type { CheckAnswer } from '../engine/checks/check.ts';
import type { EvaluationOrigin, Finding, Lane } from '../finding.ts';
import type { PermitScope } from '../permit.ts';
import type { Mode } from '../policy/policy.ts';
import type { Instant } from '../time.ts';

export const PREVIEW_ACTIONS = [
  /** A runbook would be started, as soon as a permit is free. */
  'run',
  /** People are asked first, or were asked already. */
  'approve',
  /** A check holds it back; the case waits and looks again. */
  'held',
  'exempt',
  'observe',
  'needs-human',
  /** A runbook is at work on it already. */
  'at-work',
  /** A person closed or denied it, and Config has not evaluated it anew since. */
  'settled',
  /** What the decision needs could not be read: nothing would be done. */
  'unknown',
] as const;
export type PreviewAction = (typeof PREVIEW_ACTIONS)[number];

/** A check that does not say yes. */
export type Objection = Pick<CheckAnswer, 'check' | 'reason'> & { readonly answer: 'no' | 'failed' };

export interface Preview {
  readonly action: PreviewAction;
  readonly why: string;
  readonly entry: string;
  readonly severity: Severity;
  readonly mode: Mode;
  /** What would run; also where something holds it back. */
  readonly planned?: PreviewedPlan;
  /** What else would hold it back now, the first of which is why it is held. */
  readonly objections: readonly Objection[];
}

export interface PreviewedPlan {
  readonly document: string;
  readonly documentVersion: string;
  readonly planHash: string;
  readonly disruption: Disruption;
  /** After so long a run is stopped. */
  readonly runMsMax: number;
  /** The limits that pace it. */
  readonly scopes: readonly PermitScope[];
  /** Different resources of the rule in a stretch of time: what is more waits for the next. */
  readonly radius?: { readonly rule: string; readonly resourcesMax: number; readonly windowMs: number };
  /** Of what would start without anybody's word: for how many of its rule there is room. */
  readonly unasked?: Unasked;
}

export interface Unasked {
  /** The rule's scope. */
  readonly rule: string;
  /** How many more of its resources may be started unasked now. */
  readonly room: number;
  readonly resourcesMax: number;
  readonly windowMs: number;
}

/** A finding that Config reports as NON_COMPLIANT, and what would happen to it. */
export interface PreviewedFinding {
  readonly finding: Finding;
  readonly origin: EvaluationOrigin;
  readonly lane: Lane;
  /** When Config recorded the evaluation that this is about. */
  readonly evaluatedAt: Instant;
  /** The finding's newest case. */
  readonly caseId?: string;
  readonly now: Preview;
  /** By the policy that it is compared with. */
  readonly draft?: Preview;
}

/** `1` of each finding; actions that no finding has are 0. */
export type ActionCounts = Readonly<Record<PreviewAction, number>>;

export const countActions = (actions: Iterable<PreviewAction>): ActionCounts => {
  const counts = Object.fromEntries(PREVIEW_ACTIONS.map((action) => [action, 0])) as Record<
    PreviewAction,
    number
  >;
  for (const action of actions) counts[action] += 1;
  return counts;
};

/**
 * What a person reads first. The usual six are always there, the others when there are any.
 *
 * @example
 * planLine(countActions(['run', 'run', 'held'])) // 'Plan: 2 to run, 0 to approve, 1 held, 0 exempt, 0 observed, 0 need a human.'
 */
export const planLine = (counts: ActionCounts): string => {
  const rare = RARE.filter(([action]) => counts[action] > 0).map(
    ([action, word]) => `${grouped(counts[action])} ${word}`,
  );
  return `Plan: ${[
    `${grouped(counts.run)} to run`,
    `${grouped(counts.approve)} to approve`,
    `${grouped(counts.held)} held`,
    `${grouped(counts.exempt)} exempt`,
    `${grouped(counts.observe)} observed`,
    `${grouped(counts['needs-human'])} ${counts['needs-human'] === 1 ? 'needs' : 'need'} a human`,
    ...rare,
  ].join(', ')}.`;
};

const RARE: readonly (readonly [PreviewAction, string])[] = [
  ['at-work', 'at work already'],
  ['settled', 'settled by a person'],
  ['unknown', 'UNKNOWN'],
];

/** @example grouped(1234567) // '1,234,567' */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');
