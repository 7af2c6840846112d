/** The catalog of entries that were checked before: finds the runbook, the guide and the rule by their names. */
import type { Catalog, ManualGuide, Runbook, ServedRule } from './catalog.ts';

/** @param entries each document once, and of each rule one for each preference: see `buildCatalog` */
export const catalogOf = (entries: readonly (Runbook | ManualGuide)[]): Catalog => {
  const runbooks = entries.filter((entry) => entry.kind === 'runbook');
  const guides = entries.filter((entry) => entry.kind === 'manual');
  const byDocument = new Map(runbooks.map((runbook) => [runbook.document, runbook]));
  const preferred = new Map<string, { readonly rule: ServedRule; readonly entry: Runbook | ManualGuide }>();
  const byName = new Map<string, ServedRule>();
  for (const entry of entries) {
    for (const rule of entry.rules) {
      const known = preferred.get(rule.identifier);
      if (known !== undefined && known.rule.preference < rule.preference) continue;
      preferred.set(rule.identifier, { rule, entry });
      byName.set(rule.name, rule);
    }
  }
  return {
    runbook: (document) => byDocument.get(document),
    forRule: (identifier) => preferred.get(identifier)?.entry,
    rule: (identifierOrName) => preferred.get(identifierOrName)?.rule ?? byName.get(identifierOrName),
    runbooks,
    guides,
  };
};
