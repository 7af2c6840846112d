/** Which deployed rules somebody means who names one: by identifier or name, with its decoration or without. */
import type { Catalog, ServedRule } from '../catalog/catalog.ts';
import { plainRuleName } from '../finding.ts';
import type { RuleCompliance } from './lane-compliance.ts';

/** What must be known of a rule to judge it; not only the catalog knows such things. */
export type KnownRule = Pick<ServedRule, 'identifier' | 'name' | 'resourceTypes' | 'trigger'>;

export interface RuleFacts extends Pick<Catalog, 'runbooks' | 'guides'> {
  rule(identifierOrName: string): KnownRule | undefined;
}

export type NamedRule = Pick<RuleCompliance, 'name' | 'plainName' | 'identifier'>;

/** All names of the rule that is meant. */
export const namesOf = (asked: string, catalog: Pick<RuleFacts, 'rule'>): ReadonlySet<string> => {
  const plain = plainRuleName(asked);
  const known = catalog.rule(asked) ?? catalog.rule(plain);
  return new Set([asked, plain, ...(known === undefined ? [] : [known.identifier, known.name])]);
};

export const isMeant = (names: ReadonlySet<string>, { name, plainName, identifier }: NamedRule): boolean =>
  names.has(name) || names.has(plainName) || (identifier !== undefined && names.has(identifier));

/** What is known of a rule that nobody saw: what it was called. */
export const asNamed = (asked: string, catalog: Pick<RuleFacts, 'rule'>): NamedRule => {
  const plainName = plainRuleName(asked);
  const identifier = (catalog.rule(asked) ?? catalog.rule(plainName))?.identifier;
  return { name: asked, plainName, ...(identifier === undefined ? {} : { identifier }) };
};
