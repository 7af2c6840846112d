/** What is known of AWS's rules: by the catalog, and of those that nothing heals by what AWS documents of them. */
import type { KnownRule, RuleFacts } from '../../domain/compliance/rule-meant.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { loadManagedRules } from '../../infra/packs/controls.ts';

export const ruleFacts = (): RuleFacts => {
  const catalog = loadCatalog();
  const documented = new Map(
    Object.entries(loadManagedRules()).flatMap(([identifier, { name, trigger, resourceTypes }]) => {
      // One without types is about the account.
      const types = resourceTypes.length === 0 ? ['AWS::::Account'] : resourceTypes;
      const rule: KnownRule = { identifier, name, trigger, resourceTypes: types };
      return [
        [identifier, rule],
        [name, rule],
      ];
    }),
  );
  return { ...catalog, rule: (name) => catalog.rule(name) ?? documented.get(name) };
};
