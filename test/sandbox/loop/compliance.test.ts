/** `selfheal compliance` over HTTP against real Config clients: counted to the last page, and nothing unread looks compliant. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../../cli/program.ts';
import type { ComplianceReport } from '../../../domain/compliance/report.ts';
import { sumOf } from '../../../domain/compliance/standing.ts';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import { minuteMs } from '../../../domain/time.ts';
import { deployRule, makeRule } from '../../../sandbox/services/config/deployed-rules.ts';
import { type ComplianceType, putEvaluation } from '../../../sandbox/services/config/evaluations.ts';
import { recorders, startRecorder, stopRecorder } from '../../../sandbox/services/config/recorder.ts';
import { makeRuleUnwell } from '../../../sandbox/services/config/rule-health.ts';
import { memoryIo } from '../../cli/memory-io.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';
import { type PlanService, planService } from '../../support/plan-service.ts';
import { parsedPolicy } from '../../support/published-policies.ts';

const LANE = { account: '222222222222', region: 'us-east-1' };
const DEV = { account: '333333333333', region: 'us-east-1' };

const BUCKETS_ONLY = `
version: 1
topics: { oncall: selfheal-oncall }
defaults: { notify: [oncall] }
entries: [{ name: buckets, match: { rule: S3_BUCKET_VERSIONING_ENABLED }, mode: observe }]
`;

let world: DrivenWorld;
let service: PlanService;
beforeAll(async () => {
  world = await drivenWorld({ stepMs: minuteMs });
  const { policy } = parsedPolicy(BUCKETS_ONLY);
  service = await planService(world, () => policyBook(policy));
  vi.stubEnv('SELFHEAL_TOKEN', service.token);
  deployRule(
    world.sandbox.world,
    makeRule(world.sandbox.world, LANE, 'crowded', undefined, ['AWS::S3::Bucket']),
  );
  find('NON_COMPLIANT', 1_050);
  find('COMPLIANT', 440);
  find('NOT_APPLICABLE', 10);
});
afterEach(() => world.sandbox.faults.clear());
afterAll(async () => {
  vi.unstubAllEnvs();
  service?.close();
  await world?.close();
});

const find = (complianceType: ComplianceType, count: number): void => {
  for (let n = 0; n < count; n += 1)
    putEvaluation(
      world.sandbox.world,
      { ...LANE, type: 'AWS::S3::Bucket', id: `=${complianceType}-${n}` },
      { rule: 'crowded', complianceType, orderingMs: 1, invokedMs: 1, recordedMs: 1_000 },
    );
};

const selfheal = async (...words: readonly string[]) => {
  const io = memoryIo({}, { columns: 120 });
  const code = await runCommand(['compliance', ...words, '--url', service.url], io);
  return { code, out: io.written(), err: io.complained(), saved: io.saved };
};
const reported = async (...words: readonly string[]): Promise<ComplianceReport> =>
  JSON.parse((await selfheal('--format', 'json', ...words)).out);

describe('a compliance report', () => {
  it('is of all lanes and of every page, changes nothing, and ends well whatever it finds', async () => {
    const before = await service.everything();
    const { code, out, err } = await selfheal('--format', 'json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(await service.everything()).toBe(before);
    const report: ComplianceReport = JSON.parse(out);
    expect(report.lanes).toEqual({ read: recorders(world.sandbox.world).size, unread: 0, viaAggregator: [] });
    expect(report.rules[0]).toMatchObject({
      plainName: 'crowded',
      nonCompliant: 1_050,
      compliant: 440,
      notApplicable: 10,
      accounts: [{ account: LANE.account, nonCompliant: 1_050 }],
    });
    expect(sumOf(report.accounts)).toMatchObject({
      compliant: report.overall.compliant,
      nonCompliant: report.overall.nonCompliant,
      insufficient: report.overall.insufficient,
    });
    expect(report.frameworks.map(({ framework }) => framework)).toEqual([
      'cis',
      'pci',
      'hipaa',
      'soc2',
      'nist',
    ]);
    // A rule of one's own that no policy entry names costs, and serves nobody.
    expect(report.costs?.hints).toContainEqual(
      expect.objectContaining({ kind: 'rule', name: 'crowded', count: 1_500, usdAMonth: 3 }),
    );
    expect(report.costs?.unread).toEqual([]);
    expect(report.costs?.hints.map(({ name }) => name)).not.toContain('s3-bucket-versioning-enabled');
  });

  it('is read from top to bottom on a terminal', async () => {
    const { code, out } = await selfheal('--account', LANE.account, '--rules', 'crowded');
    expect(code).toBe(0);
    expect(out).toMatch(/^Compliance report\nAs AWS Config said at .* in 2 accounts and Regions\.\n/);
    expect(out).toContain('29.5 % compliance: 440 of 1,490 results are compliant.');
    expect(out).toMatch(/ {2}crowded \(.* 1,050 +0 +440 +222222222222 \(1,050\)/);
    expect(out).toMatch(/ {2}222222222222 +29\.5 % +1,050 +0 +440 +2\n/);
  });

  it('is of some accounts, rules or frameworks, and tells of a name that nobody knows', async () => {
    const some = await reported('--account', DEV.account, '--rules', 'S3_BUCKET_VERSIONING_ENABLED');
    expect(some.rules.map(({ plainName }) => plainName)).toEqual(['s3-bucket-versioning-enabled']);
    expect(some.accounts.map(({ account }) => account)).toEqual([DEV.account]);
    const pci = await reported('--framework', 'pci', '--account', DEV.account);
    expect(pci.frameworks).toHaveLength(1);
    expect(pci.rules.length).toBeGreaterThan(2);
    expect(
      pci.rules.flatMap(({ serves }) => serves).filter(({ framework }) => framework === 'pci'),
    ).toHaveLength(pci.rules.length);
    const { code, err } = await selfheal('--account', `999999999999,${DEV.account}`, '--rules', 'NOPE');
    expect(code).toBe(1);
    expect(err).toContain('The report is not the whole: 2 things could not be read');
    const nowhere = await selfheal('--account', '999999999999');
    expect(nowhere).toMatchObject({ code: 1, out: '' });
    expect(nowhere.err).toContain('there is no report: selfheal covers no lane in 999999999999');
    expect((await selfheal('--framework', 'sox')).code).toBe(2);
    expect(await selfheal('--region', 'mars')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Expected Regions such as eu-central-1'),
    });
  });

  it('counts as not compliant what errs, what could not be read to its end, and a lane that lets nobody in', async () => {
    makeRuleUnwell(world.sandbox.world, LANE, 'crowded', {
      kind: 'errs',
      errorCode: 'AccessDenied',
      message: 'no role',
      sinceMs: world.sandbox.clock.nowMs(),
    });
    const erring = await reported('--rules', 'crowded', '--account', LANE.account);
    expect(erring).toMatchObject({
      overall: { compliant: 0, nonCompliant: 1_050, insufficient: 440 },
      share: 0,
      doubtful: [{ rule: 'crowded', code: 'RuleErrs' }],
      unread: [],
    });
    makeRuleUnwell(world.sandbox.world, LANE, 'crowded', undefined);

    world.sandbox.faults.add({
      kind: 'error',
      errorCode: 'AccessDeniedException',
      service: 'config',
      operation: 'GetComplianceDetailsByConfigRule',
    });
    const unread = await selfheal('--rules', 'crowded', '--account', LANE.account, '--region', LANE.region);
    expect(unread.code).toBe(1);
    expect(unread.err).toContain('AccessDeniedException');
    expect(unread.out).toContain('! This report is not the whole');
    expect(unread.out).toContain('0.0 % compliance');
    world.sandbox.faults.clear();

    for (const operation of ['DescribeConfigRules', 'DescribeAggregateComplianceByConfigRules'])
      world.sandbox.faults.add({
        kind: 'error',
        service: 'config',
        operation,
        errorCode: 'AccessDeniedException',
        ...(operation === 'DescribeConfigRules' && { account: DEV.account }),
      });
    const refused = await reported('--account', DEV.account, '--region', DEV.region);
    expect(refused).toMatchObject({
      share: 0,
      rules: [],
      accounts: [{ account: DEV.account, troubledLanes: 1 }],
    });
    expect(refused.unread.map(({ why }) => why)).toEqual([
      expect.stringContaining('config:DescribeConfigRules failed with AccessDeniedException'),
      expect.stringContaining('config:DescribeAggregateComplianceByConfigRules failed'),
    ]);
  });

  it('says first that a recorder does not record', async () => {
    stopRecorder(world.sandbox.world, DEV, world.sandbox.clock.nowMs());
    try {
      const { code, out } = await selfheal('--account', DEV.account, '--region', DEV.region);
      expect(code).toBe(0);
      expect(out).toContain('! AWS Config does not record as it should in 1 account and Region');
      expect(out).toContain('0.0 % compliance');
    } finally {
      startRecorder(world.sandbox.world, DEV, world.sandbox.clock.nowMs());
    }
  });

  it('is written into a file, and says so where it stands', async () => {
    const { code, out, saved } = await selfheal(
      '--format',
      'csv',
      '--output',
      'c.csv',
      '--account',
      LANE.account,
      '--rules',
      'crowded',
    );
    expect({ code, out }).toEqual({ code: 0, out: 'Written to c.csv.\n' });
    // No spreadsheet runs what somebody called a bucket.
    expect(saved['c.csv']).toContain('"\'=NON_COMPLIANT-0"\r\n');
  });
});
