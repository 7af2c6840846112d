/**
 * Before a plan: which runbook a finding gets, and what must be read about the resource first.
 */
import type { Catalog, LookupName, ManualGuide, Runbook } from './catalog/catalog.ts';
import type { Finding } from './finding.ts';
import type { PlanRefusal } from './plan-model.ts';
import { inert } from './plan-value.ts';

export type RunbookChoice =
  | { readonly ok: true; readonly runbook: Runbook | ManualGuide }
  | { readonly ok: false; readonly refusal: PlanRefusal };

/**
 * The runbook that the policy entry names, or else what the catalog prefers for the rule. A rule of one's own
 * may be called like one of AWS's and ask for something else: without a source identifier nothing is chosen.
 */
export const chooseRunbook = (catalog: Catalog, finding: Finding, named?: string): RunbookChoice => {
  if (named !== undefined) {
    const runbook = catalog.runbook(named);
    if (runbook !== undefined) return { ok: true, runbook };
    return refuse(
      'unknown-runbook',
      `The policy names the runbook ${inert(named)}, which is not in the catalog.`,
    );
  }
  const identifier = finding.ruleIdentifier;
  const runbook = identifier === undefined ? undefined : catalog.forRule(identifier);
  if (runbook !== undefined) return { ok: true, runbook };
  return refuse(
    'no-runbook',
    `The catalog knows no runbook for the rule ${inert(finding.ruleIdentifier ?? finding.rule)}.`,
  );
};

/** Why no plan is made where the catalog has a guide for people. */
export const manualOnly = (guide: ManualGuide): PlanRefusal => ({
  code: 'manual-only',
  reason: `Only a person can fix this: ${guide.reason}`,
});

const refuse = (code: PlanRefusal['code'], reason: string): RunbookChoice => ({
  ok: false,
  refusal: { code, reason },
});

/** What has to be read about the resource before `makePlan` can fill this runbook's parameters; each once. */
export const requiredLookups = (runbook: Runbook): readonly LookupName[] => [
  ...new Set(runbook.parameters.flatMap(({ source }) => (source.from === 'lookup' ? [source.lookup] : []))),
];
