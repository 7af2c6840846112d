/** Recorded cases decided again: what is otherwise, how they really ended, and what depends on tags that nobody kept. */
import { describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import { recordTags } from '../../../domain/policy/recorded-tags.ts';
import { createBacktester, evidenceOf } from '../../../domain/preview/backtest.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { aCase } from '../../support/cases.ts';
import { parsedPolicy } from '../../support/published-policies.ts';

const catalog = loadCatalog();
const backtest = (entries: string, cases: readonly Case[], rest = '') => {
  const text = `version: 1\ntopics: { oncall: x }\ndefaults: { notify: [oncall] }\n${rest}entries:\n${entries}`;
  const backtester = createBacktester(policyBook(parsedPolicy(text).policy), catalog);
  for (const about of cases) backtester.add(about);
  return backtester.result();
};
const AUTO = '  - { name: all, match: {}, mode: auto }\n';
const lastPlanned = {
  document: 'AWS-ConfigureS3BucketVersioning',
  documentVersion: '1',
  planHash: 'a'.repeat(64),
};
const recorded = (given: Partial<Case>, state: Parameters<typeof aCase>[0] = 'resolved'): Case => ({
  ...aCase(state),
  mode: 'approve',
  entry: 'ask',
  severity: 'low',
  lastPlanned,
  ...given,
});

describe('recorded cases, decided again', () => {
  it('are counted by what would have happened to them, before and after', () => {
    const { verdicts, changed, groups } = backtest(AUTO, [
      recorded({}),
      recorded({}),
      recorded({}, 'denied'),
    ]);
    expect(verdicts).toMatchObject({ asks: { before: 3, after: 0 }, runs: { before: 0, after: 3 } });
    expect(changed).toBe(3);
    expect(groups).toMatchObject([
      {
        rule: 'S3_BUCKET_VERSIONING_ENABLED',
        from: { verdict: 'asks', entry: 'ask' },
        to: { verdict: 'runs', entry: 'all', runbook: lastPlanned.document },
        ended: { healed: 2, denied: 1 },
      },
    ]);
  });

  it('give evidence for or against what would newly run: how it ended, and what people had said', () => {
    const approval = {
      planHash: lastPlanned.planHash,
      decisions: [],
      validUntil: '2026-12-01T00:00:00.000Z',
    };
    const { groups } = backtest(AUTO, [
      recorded({ approval }),
      recorded({ attempts: 2 }, 'needs-human'),
      recorded({ attempts: 0 }, 'needs-human'),
      recorded({ mode: 'auto' }),
    ]);
    expect(evidenceOf(groups)).toEqual({
      cases: 3,
      approved: 1,
      ended: { healed: 1, failed: 1, 'left-to-people': 1 },
    });
  });

  it('are no news where nothing is decided otherwise', () => {
    const same = recorded({ mode: 'auto', entry: 'all' });
    expect(backtest(AUTO, [same])).toMatchObject({ cases: 1, changed: 0, groups: [] });
  });

  it('are exempt by what held on their day, though it has expired since', () => {
    const exemptions = `exemptions:\n  - { name: legacy, match: { rule: [s3-bucket-versioning-enabled] }, owner: ops, reason: old, expires: 2026-11-25 }\n`;
    const on = (openedAt: string) =>
      backtest(AUTO, [recorded({ openedAt })], exemptions).verdicts.exempt.after;
    expect(on('2026-11-21T00:00:00.000Z')).toBe(1);
    expect(on('2026-12-21T00:00:00.000Z')).toBe(0);
  });
});

describe('a decision that depends on tags', () => {
  const byTag = `  - { name: prod, match: { tags: { env: [prod] } }, mode: observe }\n${AUTO}`;
  const doubtful = (entries: string, tags?: Case['tags']) =>
    backtest(entries, [recorded(tags === undefined ? {} : { tags })]).doubtful;

  it('is in doubt when nobody recorded them, and made as though there were none', () => {
    const told = backtest(byTag, [recorded({})]);
    expect(told).toMatchObject({ doubtful: 1, groups: [{ to: { entry: 'all' }, doubtful: 1 }] });
  });

  it('is certain when they were recorded, be it that there were none', () => {
    expect(doubtful(byTag, { env: null })).toBe(0);
    expect(backtest(byTag, [recorded({ tags: { env: 'prod' } })])).toMatchObject({
      doubtful: 0,
      verdicts: { observes: { after: 1 } },
    });
  });

  it('is certain when the entry could not match whatever the tags, or comes after the one that decides', () => {
    const elsewhere =
      '  - { name: other, match: { rule: [restricted-ssh], tags: { env: [prod] } }, mode: observe }\n';
    expect(doubtful(`${elsewhere}${AUTO}`)).toBe(0);
    const before = '  - { name: first, match: { rule: [s3-bucket-versioning-enabled] }, mode: observe }\n';
    expect(doubtful(`${before}${byTag}`)).toBe(0);
  });

  it('is in doubt when an entry decides because a tag is absent, and when an alternative looks at one', () => {
    expect(
      doubtful(`  - { name: untagged, match: { tags: { env: [{ exists: false }] } }, mode: auto }\n`),
    ).toBe(1);
    expect(
      doubtful(
        `  - { name: or, match: { $or: [{ rule: [restricted-ssh] }, { tags: { env: [prod] } }] }, mode: auto }\n`,
      ),
    ).toBe(1);
  });
});

describe('what a case remembers of tags', () => {
  it('is what the policy looked at, and that it was not there', () => {
    expect(recordTags(['env', 'owner'], { env: 'prod', cost: '42' })).toEqual({ env: 'prod', owner: null });
    expect(recordTags([], { env: 'prod' })).toBeUndefined();
  });

  it.each([
    'AKIAIOSFODNN7EXAMPLE',
    'ghp_0123456789abcdef',
    'password=hunter2',
    'api_key: 12',
    'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY',
    'x'.repeat(200),
  ])('is not what looks like a secret, or is long: %s', (value) => {
    expect(recordTags(['env'], { env: value })).toBeUndefined();
  });

  it('is bounded', () => {
    const keys = Array.from({ length: 50 }, (_, n) => `key-${n}`);
    expect(Object.keys(recordTags(keys, {}) ?? {})).toHaveLength(10);
  });
});
