/**
 * The catalog as functions read it: what its files mean, sealed when they had been checked. The seal stands for
 * that check, so that no function carries the schema again for files that only packaging ever reads.
 */
import type { Catalog, ManualGuide, Runbook, RunbookParameter } from '../../domain/catalog/catalog.ts';
import { catalogOf } from '../../domain/catalog/catalog-of.ts';
import { seal, unseal } from './sealed-document.ts';

export type SealedCatalogReading =
  | { readonly ok: true; readonly catalog: Catalog }
  | { readonly ok: false; readonly why: string };

/** An entry in JSON, which knows no patterns. */
type PlainEntry = PlainRunbook | ManualGuide;
type PlainRunbook = Omit<Runbook, 'parameters'> & { readonly parameters: readonly PlainParameter[] };
type PlainParameter = Omit<RunbookParameter, 'pattern'> & { readonly pattern: string };

/** @param catalog that was read and checked: a sealed one is believed */
export const sealCatalog = ({ runbooks, guides }: Catalog): string =>
  seal('catalog', [...runbooks.map(plainRunbook), ...guides]);

/** It never throws, whatever the text. */
export const readSealedCatalog = (text: string): SealedCatalogReading => {
  const unsealed = unseal('catalog', text);
  if (!unsealed.ok) return unsealed;
  if (!areEntries(unsealed.content))
    return { ok: false, why: 'it holds no catalog as this version of selfheal packages it' };
  try {
    return { ok: true, catalog: catalogOf(unsealed.content.map(entryOf)) };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
};

const plainRunbook = (runbook: Runbook): PlainRunbook => ({
  ...runbook,
  parameters: runbook.parameters.map((parameter) => ({ ...parameter, pattern: parameter.pattern.source })),
});

/** Another version may have sealed it in another form. What is in an entry, the seal answers for. */
const areEntries = (content: unknown): content is readonly PlainEntry[] =>
  Array.isArray(content) &&
  content.length > 0 &&
  content.every((entry) => entry?.kind === 'runbook' || entry?.kind === 'manual');

const entryOf = (entry: PlainEntry): Runbook | ManualGuide =>
  entry.kind === 'manual'
    ? entry
    : {
        ...entry,
        parameters: entry.parameters.map((parameter) => ({
          ...parameter,
          pattern: new RegExp(parameter.pattern, 'u'),
        })),
      };
