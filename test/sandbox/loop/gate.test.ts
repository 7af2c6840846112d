/** `selfheal gate` against real Config clients: every page read, every doubt kept, and nothing written anywhere. */
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../../../cli/program.ts';
import type { Lane } from '../../../domain/finding.ts';
import { secondMs } from '../../../domain/time.ts';
import { clientSettings } from '../../../sandbox/deployment.ts';
import { deployRule, makeRule } from '../../../sandbox/services/config/deployed-rules.ts';
import { type ComplianceType, putEvaluation } from '../../../sandbox/services/config/evaluations.ts';
import { startRecorder, stopRecorder } from '../../../sandbox/services/config/recorder.ts';
import { makeRuleUnwell } from '../../../sandbox/services/config/rule-health.ts';
import { EXECUTOR_ROLE, HUB_ACCOUNT, roleKey, roleTable } from '../../../sandbox/world/roles.ts';
import { memoryIo } from '../../cli/memory-io.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';
import { type PlanService, planService } from '../../support/plan-service.ts';

const LANE = { account: HUB_ACCOUNT, region: 'eu-west-1' };
const OTHER = { account: '333333333333', region: 'eu-west-1' };
const HERE = ['--account', LANE.account, '--region', LANE.region];
const VERSIONING = 's3-bucket-versioning-enabled';

let world: DrivenWorld;
let service: PlanService;
/** Its clients try once: of those that try by themselves, a test of lasting refusals would wait a minute. */
let hasty: PlanService;
beforeAll(async () => {
  world = await drivenWorld({ stepMs: 10 * secondMs });
  service = await planService(world);
  hasty = await planService({
    ...world,
    app: { ...world.app, members: { ...world.app.members, config: onceOnly } },
  });
  for (const rule of ['crowded', 'erring', 'quiet', 'new'])
    deployRule(
      world.sandbox.world,
      makeRule(world.sandbox.world, LANE, rule, undefined, ['AWS::S3::Bucket']),
    );
  find('crowded', 'COMPLIANT', 1_425);
  find('crowded', 'NON_COMPLIANT', 75);
  find('crowded', 'NOT_APPLICABLE', 30);
  find('erring', 'COMPLIANT', 8);
  find('new', 'COMPLIANT', 2);
  const at = { errorCode: 'AccessDenied', message: 'no role', sinceMs: world.sandbox.clock.nowMs() };
  makeRuleUnwell(world.sandbox.world, LANE, 'erring', { kind: 'errs', ...at });
  makeRuleUnwell(world.sandbox.world, LANE, 'new', { kind: 'never-evaluated' });
});
afterAll(async () => {
  service?.close();
  hasty?.close();
  await world?.close();
});
beforeEach(() => world.sandbox.calls.reset());
afterEach(() => world.sandbox.faults.clear());

const onceOnly = ({ account, region }: Lane) =>
  new ConfigServiceClient({ ...clientSettings(world.sandbox.url, account, region), maxAttempts: 1 });

const find = (rule: string, complianceType: ComplianceType, count: number) => {
  const nowMs = world.sandbox.clock.nowMs();
  for (let n = 0; n < count; n += 1)
    putEvaluation(
      world.sandbox.world,
      { ...LANE, type: 'AWS::S3::Bucket', id: `${complianceType}-${rule}-${n}` },
      { rule, complianceType, orderingMs: nowMs, invokedMs: nowMs, recordedMs: nowMs },
    );
};

interface Told {
  readonly outcome: string;
  readonly score: { readonly passed: number; readonly judged: number };
  readonly reasons: readonly { readonly code: string; readonly why: string }[];
  readonly askedAgain: readonly string[];
}

/** Runs the command, and sees that nothing whatever has changed by it, nor was asked for that could. */
const gate = (...args: readonly string[]) => gateBy(service, ...args);
const gateBy = async ({ url }: PlanService, ...args: readonly string[]) => {
  const io = memoryIo();
  const before = await service.everything();
  const code = await runCommand(['gate', ...args, '--format', 'json', '--url', url], io);
  expect(await service.everything()).toBe(before);
  const calls = Object.keys(world.sandbox.calls.counts());
  expect(calls.filter((call) => !/^(config\.(Describe|Get)\w+|sts\.AssumeRole)$/.test(call))).toEqual([]);
  const told = JSON.parse(io.written()) as Told;
  return { code, told, codes: told.reasons.map((reason) => reason.code), err: io.complained() };
};

describe('a gate', () => {
  it('whose account lets nobody in is not judged, and nothing of it passes', async () => {
    const key = roleKey(OTHER.account, EXECUTOR_ROLE);
    const role = roleTable(world.sandbox.world).get(key);
    if (role === undefined) throw new Error('the sandbox has no such role');
    roleTable(world.sandbox.world).delete(key);
    const { code, told, codes } = await gate('--rules', VERSIONING, '--min-score', '0');
    roleTable(world.sandbox.world).put(key, role);
    expect([code, told.outcome]).toEqual([3, 'not-judged']);
    expect(codes).toContain('lane-unread');
    expect(told.score).toEqual({ passed: 10, judged: expect.any(Number), share: expect.any(String) });
    expect(told.reasons.find((reason) => reason.code === 'lane-unread')?.why).toContain('AccessDenied');
    expect(await gate('--rules', VERSIONING)).toMatchObject({
      code: 0,
      told: { score: { passed: 20, judged: 20 } },
    });
  });

  it('reads 1,500 results on all their pages, and passes at exactly its minimum', async () => {
    const passed = await gate('--rules', 'crowded', '--min-score', '0.95', ...HERE);
    expect(passed).toMatchObject({
      code: 0,
      err: '',
      told: { outcome: 'passed', score: { passed: 1_425, judged: 1_500, share: '0.95' }, reasons: [] },
    });
    expect(world.sandbox.calls.counts()['config.GetComplianceDetailsByConfigRule']).toBe(16);
    const failed = await gate('--rules', 'crowded', '--min-score', '0.950000001', ...HERE);
    expect(failed).toMatchObject({ code: 1, codes: ['score-low'], told: { outcome: 'not-passed' } });
    expect(failed.err).toContain('the score is 0.95 (1425 of 1500), and 0.950000001 is the minimum');
  });

  it.each([
    ['erring', 'rule-errs', 8],
    ['quiet', 'no-results', 1],
    ['new', 'never-evaluated', 2],
  ])(
    'does not pass with a rule that is %s: %s, however much else is compliant',
    async (rule, why, judged) => {
      const { code, told, codes } = await gate('--rules', `crowded,${rule}`, '--min-score', '0.5', ...HERE);
      expect([code, told.outcome, codes]).toEqual([1, 'not-passed', [why]]);
      expect(told.score).toMatchObject({ passed: 1_425, judged: 1_500 + judged });
    },
  );

  it('passes without the rule that has no results once that is left out, by name and place', async () => {
    const { code, told } = await gate(
      '--rules',
      'crowded,quiet',
      '--min-score',
      '0.9',
      '--except',
      `quiet@${LANE.account}/${LANE.region}`,
      ...HERE,
    );
    expect([code, told.score.judged]).toEqual([0, 1_500]);
  });

  it('does not pass where a recorder is off', async () => {
    stopRecorder(world.sandbox.world, OTHER, world.sandbox.clock.nowMs());
    const { code, told, codes } = await gate('--rules', VERSIONING, '--min-score', '0.5');
    startRecorder(world.sandbox.world, OTHER, world.sandbox.clock.nowMs());
    expect([code, told.outcome, codes]).toEqual([1, 'not-passed', ['recorder-off']]);
    expect(told.score).toMatchObject({ passed: 15, judged: 20 });
  });

  it('asks again what was throttled, and says so', async () => {
    throttle(3);
    const { code, told } = await gateBy(hasty, '--rules', 'crowded', '--min-score', '0.95', ...HERE);
    expect([code, told.score.passed]).toEqual([0, 1_425]);
    expect(told.askedAgain).toEqual(Array(3).fill('ThrottlingException in 222222222222/eu-west-1'));
  });

  it('gives up when throttling lasts, and is not judged', async () => {
    throttle();
    const { code, told, codes } = await gateBy(
      hasty,
      '--rules',
      `crowded,${VERSIONING}`,
      '--min-score',
      '0',
      ...HERE,
    );
    expect([code, told.outcome, codes]).toEqual([3, 'not-judged', ['rule-unread', 'rule-unread']]);
    expect(told.score).toMatchObject({ passed: 0, judged: 2 });
    expect(told.askedAgain).toHaveLength(4);
  });

  it('is not judged when even the list of lanes is not whole', async () => {
    world.sandbox.faults.add({
      kind: 'error',
      service: 'config',
      operation: 'DescribeConfigurationAggregators',
      errorCode: 'AccessDeniedException',
    });
    const { code, codes } = await gate('--rules', VERSIONING, '--min-score', '0');
    expect(code).toBe(3);
    expect(codes).toContain('lanes-unread');
  });
});

const throttle = (nextCalls?: number): void => {
  world.sandbox.faults.add({
    kind: 'throttle',
    service: 'config',
    operation: 'GetComplianceDetailsByConfigRule',
    ...(nextCalls === undefined ? {} : { nextCalls }),
  });
};
