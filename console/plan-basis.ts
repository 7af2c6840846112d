/** What a plan is made by: should any of it be another when the plan is applied, it is not the same plan. */
import type { Catalog } from '../domain/catalog/catalog.ts';
import type { PolicyBook } from '../domain/engine/policy-book.ts';
import type { Controls } from '../domain/ports.ts';
import { digest, type PlanBasis } from '../domain/preview/saved-plan.ts';

export const planBasis = (book: PolicyBook, catalog: Catalog, controls: Controls): PlanBasis => {
  // The policy's number says nothing that its version does not.
  const { policySequence: _, ...held } = controls;
  return { policyVersion: book.version, catalog: catalogDigest(catalog), controls: digest(held) };
};

const catalogDigest = (catalog: Catalog): string => {
  const known = digests.get(catalog);
  if (known !== undefined) return known;
  const made = digest([catalog.runbooks, catalog.guides]);
  digests.set(catalog, made);
  return made;
};

/** A process has one catalog, and it does not change. */
const digests = new WeakMap<Catalog, string>();
