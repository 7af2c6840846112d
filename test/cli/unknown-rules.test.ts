/** Rules that a filter names and nobody knows. */
import { describe, expect, it } from 'vitest';
import { noRuleText, unknownRules } from '../../cli/unknown-rules.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';

const catalog = loadCatalog();
const SEEN = ['securityhub-our-own-rule-1a2b3c4d', 'own-tags'];

describe('a rule that a filter names', () => {
  it.each(['S3_BUCKET_VERSIONING_ENABLED', 's3-bucket-versioning-enabled', 'own-tags', 'our-own-rule'])(
    '%s is known, from the catalog or since it was seen',
    (rule) => {
      expect(unknownRules([rule], SEEN, catalog)).toEqual([]);
    },
  );

  it('is unknown by itself, whatever is found of the others', () => {
    expect(unknownRules(['own-tags', 'NOPE', 'own-tag'], SEEN, catalog)).toEqual(['NOPE', 'own-tag']);
  });

  it('is told with where nobody knows it, and what may be meant', () => {
    expect(noRuleText(['NOPE', 'own-tag'], SEEN, 8, catalog)).toBe(
      'No rule NOPE is known in these 8 lanes: nothing of it is NON_COMPLIANT there, and the catalog has no such rule.\n' +
        'No rule own-tag is known in these 8 lanes (did you mean "own-tags"?): nothing of it is NON_COMPLIANT there, and the catalog has no such rule.',
    );
  });
});
