/** The lists that a sweep reads, over Config's real protocol: all pages, and what is wrong with one result told in its place. */
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SweptResult } from '../../../domain/sweep/sweep-source.ts';
import { createSweepSource } from '../../../infra/config/sweep-source.ts';
import { startAccounts } from '../../../sandbox/account.ts';
import { clientSettings } from '../../../sandbox/deployment.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { deployRule, makeRule } from '../../../sandbox/services/config/deployed-rules.ts';
import { putEvaluation } from '../../../sandbox/services/config/evaluations.ts';
import { HUB_ACCOUNT } from '../../../sandbox/world/roles.ts';
import { changeSettings } from '../../../sandbox/world/settings.ts';

const LANE = { account: HUB_ACCOUNT, region: 'us-east-1' };
const OTHER = { account: '333333333333', region: 'us-east-1' };

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startAccounts({ clock: { kind: 'driven', startMs: 0 } });
});
afterEach(() => sandbox.close());

const source = () =>
  createSweepSource({
    config: new ConfigServiceClient(clientSettings(sandbox.url, HUB_ACCOUNT, LANE.region)),
    members: {
      config: ({ account, region }) => new ConfigServiceClient(clientSettings(sandbox.url, account, region)),
    },
  });

const find = (rule: string, count: number, complianceType: 'COMPLIANT' | 'NON_COMPLIANT', lane = LANE) => {
  deployRule(sandbox.world, makeRule(sandbox.world, lane, rule, undefined, ['AWS::S3::Bucket']));
  for (let n = 0; n < count; n += 1)
    putEvaluation(
      sandbox.world,
      { ...lane, type: 'AWS::S3::Bucket', id: `${complianceType}-${rule}-${n}` },
      { rule, complianceType, orderingMs: 1, invokedMs: 1, recordedMs: 1_000 + n, annotation: 'because' },
    );
};

const all = async (pages: AsyncIterable<readonly SweptResult[]>) => {
  const sizes: number[] = [];
  const results: SweptResult[] = [];
  for await (const page of pages) {
    sizes.push(page.length);
    results.push(...page);
  }
  return { sizes, results };
};

describe('what a sweep reads of Config', () => {
  it('is all pages of an account: 25 rules each, and 100 results', async () => {
    for (let n = 0; n < 27; n += 1) find(`bad-${String(n).padStart(2, '0')}`, 1, 'NON_COMPLIANT');
    find('good', 3, 'COMPLIANT');
    find('crowded', 101, 'NON_COMPLIANT');
    const rules = await source().rules(LANE);
    expect(rules).toHaveLength(28);
    expect(rules).not.toContain('good');
    const { sizes, results } = await all(source().results(LANE, 'crowded'));
    expect(sizes).toEqual([100, 1]);
    expect(new Set(results.map((one) => one.kind === 'result' && one.resourceId)).size).toBe(101);
    expect(results[0]).toEqual({
      kind: 'result',
      resourceType: 'AWS::S3::Bucket',
      resourceId: 'NON_COMPLIANT-crowded-0',
      evaluation: {
        compliance: 'NON_COMPLIANT',
        recordedAt: '1970-01-01T00:00:01.000Z',
        invokedAt: '1970-01-01T00:00:00.001Z',
        annotation: 'because',
      },
    });
  });

  it('is all pages of an aggregator, though a page be empty', async () => {
    find('mixed', 120, 'COMPLIANT');
    find('mixed', 2, 'NON_COMPLIANT');
    find('elsewhere', 1, 'NON_COMPLIANT', OTHER);
    const { lanes, troubles } = await source().gathered();
    expect(troubles).toEqual([]);
    expect(lanes).toContainEqual({ lane: OTHER, aggregator: 'organization' });
    expect(await source().aggregatedRules('organization')).toEqual(
      new Map([
        ['222222222222/us-east-1', ['mixed']],
        ['333333333333/us-east-1', ['elsewhere']],
      ]),
    );
    const { sizes, results } = await all(source().aggregatedResults('organization', LANE, 'mixed'));
    expect(sizes).toEqual([0, 2]);
    expect(results.map((one) => one.kind)).toEqual(['result', 'result']);
  });

  it('tells what is malformed in its place', async () => {
    find('odd', 3, 'NON_COMPLIANT');
    putEvaluation(
      sandbox.world,
      { ...LANE, type: 'AWS::S3::Bucket', id: 'NON_COMPLIANT-odd-1' },
      { rule: 'odd', complianceType: 'NON_COMPLIANT', orderingMs: 1, invokedMs: 1, recordedMs: Number.NaN },
    );
    for (const pages of [
      source().results(LANE, 'odd'),
      source().aggregatedResults('organization', LANE, 'odd'),
    ]) {
      const { results } = await all(pages);
      expect(results.map((one) => one.kind)).toEqual(['result', 'malformed', 'result']);
      expect(results[1]).toMatchObject({ error: { code: 'MalformedAnswer' } });
    }
  });

  it('asks a lane itself of which the aggregator has no news, and knows none where there is no aggregator', async () => {
    changeSettings(sandbox.world, { aggregator: false });
    expect(await source().gathered()).toEqual({ lanes: [], troubles: [] });
  });

  it('says what was refused', async () => {
    for (const operation of ['DescribeConfigurationAggregators', 'DescribeComplianceByConfigRule'])
      sandbox.faults.add({ kind: 'error', service: 'config', operation, errorCode: 'AccessDeniedException' });
    await expect(source().gathered()).rejects.toMatchObject({
      operation: 'config:DescribeConfigurationAggregators',
      code: 'AccessDeniedException',
    });
    await expect(source().rules(LANE)).rejects.toMatchObject({
      operation: 'config:DescribeComplianceByConfigRule',
      code: 'AccessDeniedException',
    });
  });
});
