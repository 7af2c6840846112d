import { describe, expect, it } from 'vitest';
import { costHints } from '../../../domain/compliance/cost-hints.ts';
import { entriesServed, type RecordedFacts } from '../../../domain/compliance/entries-served.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { aLane, aRule, counts, READ_AT } from '../../support/lane-compliance.ts';
import { parsedPolicy } from '../../support/published-policies.ts';

const LANE = { account: '111111111111', region: 'eu-west-1' };
const catalog = loadCatalog();
const facts: RecordedFacts = {
  lane: LANE,
  readAt: READ_AT,
  types: [
    { type: 'AWS::S3::Bucket', resources: 100, frequency: 'continuous' },
    { type: 'AWS::EC2::NetworkInterface', resources: 500, frequency: 'continuous' },
    { type: 'AWS::EC2::Volume', resources: 10, frequency: 'daily' },
    { type: 'AWS::IAM::User', resources: 3, frequency: 'continuous' },
  ],
  rules: [
    {
      name: 'securityhub-s3-bucket-versioning-enabled-0123abcd',
      plainName: 's3-bucket-versioning-enabled',
      identifier: 'S3_BUCKET_VERSIONING_ENABLED',
    },
    { name: 'encrypted-volumes', plainName: 'encrypted-volumes', identifier: 'ENCRYPTED_VOLUMES' },
    { name: 'our-users', plainName: 'our-users', everyHours: 6, types: ['AWS::IAM::User'] },
  ],
  troubles: [],
};
const policyOf = (...matches: readonly string[]) =>
  parsedPolicy(
    `version: 1\ntopics: { oncall: selfheal-oncall }\ndefaults: { notify: [oncall] }\nentries:\n${matches
      .map((match, n) => `  - { name: e${n}, match: ${match}, mode: observe }`)
      .join('\n')}\n`,
  );
const served = (...matches: readonly string[]) => {
  const { types, rules } = entriesServed(facts, policyOf(...matches), catalog);
  return {
    types: types.filter(({ entries }) => entries.length > 0).map(({ type }) => type),
    rules: rules.filter(({ entries }) => entries.length > 0).map(({ plainName }) => plainName),
  };
};

describe('an entry', () => {
  it('is served by a rule that it names, by whatever name, and by the types that rule looks at', () => {
    const buckets = { types: ['AWS::S3::Bucket'], rules: ['s3-bucket-versioning-enabled'] };
    expect(served('{ rule: S3_BUCKET_VERSIONING_ENABLED }')).toEqual(buckets);
    expect(served('{ rule: s3-bucket-versioning-enabled }')).toEqual(buckets);
    expect(served('{ framework: nist, resourceType: AWS::S3::Bucket }')).toEqual(buckets);
    expect(served('{ rule: ENCRYPTED_VOLUMES }', '{ rule: our-users }')).toEqual({
      types: ['AWS::EC2::Volume', 'AWS::IAM::User'],
      rules: ['encrypted-volumes', 'our-users'],
    });
  });

  it('may be served wherever tags and names of resources decide: those are not known', () => {
    const buckets = ['s3-bucket-versioning-enabled'];
    expect(served('{ resourceType: AWS::S3::Bucket, tags: { env: [prod] } }').rules).toEqual(buckets);
    expect(served('{ resourceType: AWS::S3::Bucket, resourceId: invoices }').rules).toEqual(buckets);
    expect(
      served('{ resourceType: AWS::S3::Bucket, $or: [{ tags: { env: [prod] } }, { resourceId: a }] }').rules,
    ).toEqual(buckets);
  });

  it('is not served from another account or Region; what is global is judged as global', () => {
    expect(served('{ account: "222222222222" }')).toEqual({ types: [], rules: [] });
    expect(served('{ region: us-east-1 }').rules).toEqual([]);
    expect(served('{ region: global }').rules).toEqual(['our-users']);
  });

  it('cannot be known to be served by nobody while the policy is in doubt', () => {
    const { policy } = policyOf('{}');
    const lane = entriesServed(facts, { policy: { ...policy, entries: [] }, doubt: 'unreadable' }, catalog);
    expect(lane.troubles).toEqual([{ operation: 'policy', code: 'PolicyInDoubt', message: 'unreadable' }]);
    expect(costHints([lane], [])).toMatchObject({
      hints: [],
      unread: [{ lane: '111111111111/eu-west-1', why: 'policy failed with PolicyInDoubt: unreadable' }],
    });
  });
});

describe('hints', () => {
  it('tell what serves no entry by what it may cost, the dearest first, all lanes together', () => {
    const lane = entriesServed(facts, policyOf('{ rule: S3_BUCKET_VERSIONING_ENABLED }'), catalog);
    const other = { ...lane, lane: { ...LANE, region: 'us-east-1' } };
    const results = (region: string) =>
      aLane(
        { ...LANE, region },
        {
          rules: [
            aRule('our-users', { counts: counts(2, 1) }),
            aRule('encrypted-volumes', { counts: counts(10) }),
          ],
        },
      );
    const { hints, usdAMonth } = costHints([lane, other], [results('eu-west-1'), results('us-east-1')]);
    expect(
      hints.map(({ name, count, usdAMonth: usd, lanes }) => [
        name,
        count,
        Number(usd.toFixed(4)),
        lanes.length,
      ]),
    ).toEqual([
      // Two changes a month of each: $0.003 as they come, $0.012 daily.
      ['AWS::EC2::NetworkInterface', 1_000, 6, 2],
      // Four times a day for each of its results.
      ['our-users', 6, 0.72, 2],
      ['AWS::EC2::Volume', 20, 0.48, 2],
      ['encrypted-volumes', 20, 0.04, 2],
      ['AWS::IAM::User', 6, 0.036, 2],
    ]);
    expect(usdAMonth).toBeCloseTo(7.276);
    expect(hints.every(({ todo }) => todo.length > 20)).toBe(true);
  });
});
