/** Which deployed rules somebody means who names one: by identifier or name, with its decoration or without. */
import type { Catalog } from '../catalog/catalog.ts';
import { plainRuleName } from '../finding.ts';
import type { RuleCompliance } from './lane-compliance.ts';

export type NamedRule = Pick<RuleCompliance, 'name' | 'plainName' | 'identifier'>;

/** All names of the rule that is meant. */
export const namesOf = (asked: string, catalog: Pick<Catalog, 'rule'>): ReadonlySet<string> => {
  const plain = plainRuleName(asked);
  const known = catalog.rule(asked) ?? catalog.rule(plain);
  return new Set([asked, plain, ...(known === undefined ? [] : [known.identifier, known.name])]);
};

export const isMeant = (names: ReadonlySet<string>, { name, plainName, identifier }: NamedRule): boolean =>
  names.has(name) || names.has(plainName) || (identifier !== undefined && names.has(identifier));

/** What is known of a rule that nobody saw: what it was called. */
export const asNamed = (asked: string, catalog: Pick<Catalog, 'rule'>): NamedRule => {
  const plainName = plainRuleName(asked);
  const identifier = (catalog.rule(asked) ?? catalog.rule(plainName))?.identifier;
  return { name: asked, plainName, ...(identifier === undefined ? {} : { identifier }) };
};
