/** What has changed since a plan was saved. Any of it, and the plan is not applied. */
import type { PreviewAction } from './previewed.ts';
import { type PlanBasis, type SavedFinding, savedKey } from './saved-plan.ts';

export interface PlanChange {
  readonly what: string;
  /** The resource's id; absent when it concerns the whole plan. */
  readonly resourceId?: string;
}

/**
 * @param fresh the same plan made now
 * @param isPart true of a few findings of a plan: whether they run or are asked for depends on the others as well
 * @returns why it must not be applied; empty when nothing has changed. Findings that are new since are no change:
 * they are not in the plan, and nothing happens to them.
 */
export const planChanges = (
  saved: Compared,
  fresh: Compared,
  { isPart = false }: { readonly isPart?: boolean } = {},
): readonly PlanChange[] => {
  const now = new Map(fresh.findings.map((one) => [savedKey(one), one]));
  return [
    ...basisChanges(saved, fresh),
    ...saved.findings.flatMap((one) => changesOf(one, now.get(savedKey(one)), isPart)),
  ];
};

type Compared = PlanBasis & { readonly findings: readonly SavedFinding[] };

const basisChanges = (saved: PlanBasis, fresh: PlanBasis): readonly PlanChange[] => [
  ...(saved.policyVersion === fresh.policyVersion
    ? []
    : [{ what: `the policy was version ${saved.policyVersion} and is ${fresh.policyVersion}` }]),
  ...(saved.catalog === fresh.catalog ? [] : [{ what: 'the catalog of runbooks is another one' }]),
  ...(saved.controls === fresh.controls
    ? []
    : [{ what: 'what is stopped, exempt by hand or held by a breaker is not the same any more' }]),
];

const changesOf = (
  saved: SavedFinding,
  now: SavedFinding | undefined,
  isPart: boolean,
): readonly PlanChange[] => {
  const { resourceId } = saved;
  if (now === undefined) return [{ resourceId, what: 'Config does not report it as NON_COMPLIANT any more' }];
  if (now.evaluatedAt !== saved.evaluatedAt)
    return [{ resourceId, what: `Config evaluated it anew, at ${now.evaluatedAt}` }];
  if (now.planHash !== saved.planHash)
    return [
      {
        resourceId,
        what:
          now.planHash === null
            ? `nothing would run any more (${now.action})`
            : `what would run is another plan, ${now.planHash.slice(0, 12)}`,
      },
    ];
  if (now.entry !== saved.entry)
    return [{ resourceId, what: `entry "${now.entry}" decides, and not "${saved.entry}"` }];
  // Between plan and apply a case goes its way: what was to run may be at work. Everything else is news.
  const mayFollow: readonly PreviewAction[] =
    isPart && (saved.action === 'run' || saved.action === 'approve')
      ? ['run', 'approve', 'at-work']
      : (FOLLOWS[saved.action] ?? []);
  if (now.action !== saved.action && !mayFollow.includes(now.action))
    return [{ resourceId, what: `it was "${saved.action}" and is "${now.action}"` }];
  return [];
};

const FOLLOWS: Readonly<Partial<Record<PreviewAction, readonly PreviewAction[]>>> = { run: ['at-work'] };
