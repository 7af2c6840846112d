/**
 * Puts the catalog's files together and refuses what only shows across files: one document described
 * twice, or two runbooks that both claim to be the one to prefer for a rule.
 */
import type { Catalog, ManualGuide, Runbook, ServedRule } from './catalog.ts';
import { catalogOf } from './catalog-of.ts';
import type { CatalogProblem } from './catalog-problem.ts';
import type { EntryReading, ReadEntry } from './read-catalog.ts';

export type BuildResult =
  | { readonly ok: true; readonly catalog: Catalog }
  | { readonly ok: false; readonly problems: readonly CatalogProblem[] };

/** All problems of all files are told at once; a catalog with any problem is no catalog. */
export const buildCatalog = (results: readonly EntryReading[]): BuildResult => {
  const problems = results.flatMap((result) => (result.ok ? [] : result.problems));
  const parsed = results.flatMap((result) => (result.ok ? [result.read] : []));
  const conflicts = [...duplicateEntries(parsed), ...duplicateRules(parsed), ...differingRules(parsed)];
  if (problems.length + conflicts.length > 0) return { ok: false, problems: [...problems, ...conflicts] };
  return { ok: true, catalog: catalogOf(parsed.map(({ entry }) => entry)) };
};

const nameOf = (entry: Runbook | ManualGuide): string =>
  entry.kind === 'runbook' ? entry.document : `the guide ${entry.name}`;

const duplicateEntries = (parsed: readonly ReadEntry[]): readonly CatalogProblem[] => {
  const seen = new Set<string>();
  return parsed.flatMap(({ entry, problemAt }) => {
    const name = nameOf(entry);
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const path = entry.kind === 'runbook' ? ['document'] : [];
    return [problemAt(path, `expected each document once, but another file describes ${name} too`)];
  });
};

/** Every rule of every file, with the means to point at it. */
const servedRules = (parsed: readonly ReadEntry[]) =>
  parsed.flatMap(({ entry, problemAt }) =>
    entry.rules.map((rule, index) => ({
      entry,
      rule,
      problem: (key: string, why: string) => problemAt(['rules', index, key], why),
    })),
  );

const duplicateRules = (parsed: readonly ReadEntry[]): readonly CatalogProblem[] => {
  const claims = new Map<string, string>();
  return servedRules(parsed).flatMap(({ entry, rule, problem }) => {
    const claim = `${rule.identifier} ${rule.preference}`;
    const holder = claims.get(claim);
    if (holder === undefined) {
      claims.set(claim, nameOf(entry));
      return [];
    }
    return [
      problem(
        'identifier',
        `expected one entry with preference ${rule.preference} for ${rule.identifier}, but ${holder} has it already`,
      ),
    ];
  });
};

/** A rule's facts are the rule's, whichever file tells them: two files must not tell them differently. */
const differingRules = (parsed: readonly ReadEntry[]): readonly CatalogProblem[] => {
  const first = new Map<string, { readonly rule: ServedRule; readonly name: string }>();
  return servedRules(parsed).flatMap(({ entry, rule, problem }) => {
    const known = first.get(rule.identifier);
    if (known === undefined) {
      first.set(rule.identifier, { rule, name: nameOf(entry) });
      return [];
    }
    return factsOf(known.rule) === factsOf(rule)
      ? []
      : [
          problem(
            'identifier',
            `expected the same name, headline, types, trigger, severity, manual-minutes and frameworks as ${known.name} gives this rule`,
          ),
        ];
  });
};

const factsOf = ({
  name,
  headline,
  resourceTypes,
  trigger,
  severity,
  manualMinutes,
  frameworks,
}: ServedRule): string =>
  JSON.stringify([name, headline, resourceTypes, trigger, severity, manualMinutes, frameworks]);
