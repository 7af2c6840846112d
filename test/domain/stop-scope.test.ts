/** Which cases a stop switch stops: by each name that a rule or a runbook has, in whatever case. */
import { expect, it } from 'vitest';
import { knownScope, liftedLately } from '../../domain/stop-scope.ts';
import { type StopSwitch, stoppedBy } from '../../domain/stop-switch.ts';
import { minuteMs, plusMs } from '../../domain/time.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { finding, NOW } from '../support/cases.ts';

const catalog = loadCatalog();
const lane = { account: finding.account, region: finding.region };
const stops = (kind: 'rule' | 'runbook', name: string, about: Partial<typeof finding>): boolean => {
  const { scope, aliases } = knownScope({ kind, name }, catalog);
  const stop: StopSwitch = { scope, ...(aliases && { aliases }), who: 'ada', reason: 'why', since: NOW };
  const document = 'AWS-ConfigureS3BucketVersioning';
  return stoppedBy([stop], { finding: { ...finding, ...about }, lane, document }) !== undefined;
};

const decorated = 'securityhub-s3-bucket-versioning-enabled-baa2cf8c';
const { ruleIdentifier: _, ...anonymous } = finding;

it.each(['S3_BUCKET_VERSIONING_ENABLED', 's3_bucket_versioning_enabled', 'S3-Bucket-versioning-enabled'])(
  '%s stops a finding known by its identifier, its plain name or its deployed name',
  (name) => {
    expect(stops('rule', name, { rule: 'our-buckets-keep-versions' })).toBe(true);
    const { scope, aliases } = knownScope({ kind: 'rule', name }, catalog);
    for (const rule of ['s3-bucket-versioning-enabled', decorated, 'S3-BUCKET-Versioning-enabled'])
      expect(
        stoppedBy([{ scope, ...(aliases && { aliases }) }], {
          finding: { ...anonymous, rule },
          lane,
          document: 'any',
        }),
      ).toBeDefined();
    expect(stops('rule', name, { rule: 'another', ruleIdentifier: 'ANOTHER' })).toBe(false);
  },
);

it('a deployed name stops that one rule alone, in whatever case', () => {
  expect(stops('rule', decorated.toUpperCase(), { rule: decorated })).toBe(true);
  expect(stops('rule', decorated, { rule: 's3-bucket-versioning-enabled' })).toBe(false);
  expect(stops('rule', 'OUR-rule', { rule: 'our-rule' })).toBe(true);
});

it('a runbook is stopped in whatever case', () => {
  expect(stops('runbook', 'aws-configures3bucketversioning', {})).toBe(true);
  expect(stops('runbook', 'AWS-ConfigureS3BucketVersion', {})).toBe(false);
});

it('of those that were taken off a moment ago more are remembered, and not without end', () => {
  const one = { scope: { kind: 'everything' }, at: NOW } as const;
  expect(liftedLately(Array(30).fill(one), one, NOW)).toHaveLength(31);
  expect(liftedLately(Array(300).fill(one), one, NOW)).toHaveLength(100);
});

it('no more than twenty that were taken off are remembered, and none for long', () => {
  const one = { scope: { kind: 'everything' }, at: NOW } as const;
  expect(liftedLately([{ ...one, at: '2020-01-01T00:00:00.000Z' }], one, NOW)).toEqual([one]);
  const old = { ...one, at: plusMs(NOW, -20 * minuteMs) };
  expect(liftedLately(Array(30).fill(old), one, old.at)).toHaveLength(20);
});
