/** A filter by a rule that nobody knows finds nothing, which reads as though all were well: it is told instead. */
import type { Catalog } from '../domain/catalog/catalog.ts';
import { plainRuleName } from '../domain/finding.ts';
import { didYouMean } from '../domain/policy/did-you-mean.ts';
import { ruleFilter } from '../domain/sweep/sweep.ts';
import { safe } from './io.ts';

/**
 * Of the rules that a filter names, those that were not seen and that the catalog does not have either. A rule of
 * the catalog may well have nothing that is NON_COMPLIANT.
 *
 * @param seen names of rules as deployed
 *
 * @example
 * unknownRules(['NOPE', 'IAM_PASSWORD_POLICY'], [], catalog) // ['NOPE']
 */
export const unknownRules = (
  wanted: readonly string[],
  seen: readonly string[],
  catalog: Catalog,
): readonly string[] =>
  wanted.filter(
    (rule) =>
      catalog.rule(rule) === undefined &&
      catalog.rule(plainRuleName(rule)) === undefined &&
      !seen.some(ruleFilter(catalog, { rules: [rule] })),
  );

/** @example meantRule('S3_BUCKET_VERSIONING_ENABLE', [], catalog) // ' (did you mean "S3_BUCKET_VERSIONING_ENABLED"?)' */
export const meantRule = (rule: string, seen: readonly string[], catalog: Catalog): string => {
  const served = [...catalog.runbooks, ...catalog.guides].flatMap(({ rules }) => rules);
  const known = [...seen, ...served.map(({ identifier }) => identifier), ...served.map(({ name }) => name)];
  const meant = didYouMean(rule, known);
  return meant === undefined ? '' : ` (did you mean "${safe(meant)}"?)`;
};

/**
 * Config is asked for NON_COMPLIANT results only: of a rule of one's own without any, nothing else can be said.
 *
 * @example
 * noRuleText(['NOPE'], [], 8, catalog)
 * // 'No rule NOPE is known in these 8 lanes: nothing of it is NON_COMPLIANT there, and the catalog has no such rule.'
 */
export const noRuleText = (
  unknown: readonly string[],
  seen: readonly string[],
  lanes: number,
  catalog: Catalog,
): string =>
  unknown
    .map(
      (rule) =>
        `No rule ${safe(rule)} is known in ${lanes === 1 ? 'this lane' : `these ${lanes} lanes`}${meantRule(rule, seen, catalog)}: nothing of it is NON_COMPLIANT there, and the catalog has no such rule.`,
    )
    .join('\n');
