/** What a plan is made by: should any of it be another when the plan is applied, it is not the same plan. */
import { breakerId } from '../domain/breaker.ts';
import type { Catalog } from '../domain/catalog/catalog.ts';
import type { PolicyBook } from '../domain/engine/policy-book.ts';
import type { Controls } from '../domain/ports.ts';
import { digest, type PlanBasis } from '../domain/preview/saved-plan.ts';

export const planBasis = (book: PolicyBook, catalog: Catalog, controls: Controls): PlanBasis => ({
  policyVersion: book.version,
  catalog: catalogDigest(catalog),
  controls: digest(holding(controls)),
});

/**
 * What holds starts back. How far selfheal came in looking after it, and what is over, change by themselves from
 * minute to minute and hold nothing.
 */
const holding = ({ stops, exemptionSequence, breakers }: Controls) => ({
  stops,
  exemptionSequence,
  breakers: breakers.flatMap((breaker) => {
    if (breaker.state === 'closed') return [];
    const id = breakerId(breaker.scope);
    return breaker.state === 'unreadable' ? [[id]] : [[id, breaker.since, breaker.whenOpen]];
  }),
});

const catalogDigest = (catalog: Catalog): string => {
  const known = digests.get(catalog);
  if (known !== undefined) return known;
  const made = digest([catalog.runbooks, catalog.guides]);
  digests.set(catalog, made);
  return made;
};

/** A process has one catalog, and it does not change. */
const digests = new WeakMap<Catalog, string>();
