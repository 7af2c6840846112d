/** What events missed, a sweep finds: over the real protocols, with AWS's pages, through selfheal's own intake. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import type { SweepOrder } from '../../../domain/sweep/sweep-order.ts';
import type { SweepReport } from '../../../domain/sweep/sweep-report.ts';
import { epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import type { Fault } from '../../../sandbox/core/faults.ts';
import { type Lane, laneKey } from '../../../sandbox/services/config/deployed-rules.ts';
import { settle } from '../../../sandbox/services/config/evaluate.ts';
import {
  evaluatedResources,
  evaluationsIn,
  putEvaluation,
} from '../../../sandbox/services/config/evaluations.ts';
import { recorders } from '../../../sandbox/services/config/recorder.ts';
import { breakResource, createResource } from '../../../sandbox/world/admin.ts';
import { changeSettings } from '../../../sandbox/world/settings.ts';
import { type DrivenWorld, drivenWorld, START } from '../../support/driven-world.ts';
import { LANE } from '../../support/flood.ts';

const RULE = 'S3_BUCKET_VERSIONING_ENABLED';
const NAME = 's3-bucket-versioning-enabled';
const OTHER_REGION: Lane = { account: '222222222222', region: 'eu-west-1' };
const DEV: Lane = { account: '333333333333', region: 'us-east-1' };

let world: DrivenWorld;
beforeEach(async () => {
  world = await drivenWorld({
    scheduled: true,
    stepMs: minuteMs,
    policyFile: 'test/fixtures/policies/watch-only.yml',
  });
});
afterEach(() => world.close());

/** Buckets that Config has just found without versioning, in one write each: no rule is evaluated for it. */
const findBuckets = (
  lane: Lane,
  prefix: string,
  count: number,
  nowMs = world.sandbox.clock.nowMs(),
): void => {
  for (let n = 0; n < count; n += 1)
    putEvaluation(
      world.sandbox.world,
      { ...lane, type: 'AWS::S3::Bucket', id: `${prefix}-${n}` },
      {
        rule: NAME,
        complianceType: 'NON_COMPLIANT',
        orderingMs: nowMs,
        invokedMs: nowMs,
        recordedMs: nowMs,
      },
    );
};

const nonCompliant = (): readonly string[] =>
  [...recorders(world.sandbox.world).values()].flatMap((lane) =>
    [...evaluationsIn(world.sandbox.world, lane)]
      .filter(([, { complianceType }]) => complianceType === 'NON_COMPLIANT')
      .map(([{ id }, { rule }]) => `${laneKey(lane)} ${rule} ${id}`),
  );

const findingsOf = (cases: readonly Case[]): readonly string[] =>
  cases.map(
    ({ finding, origin }) =>
      `${finding.account}/${origin.region} ${origin.configRuleName} ${finding.resourceId}`,
  );

const versions = async (): Promise<readonly string[]> =>
  (await world.cases()).map(({ id, version }) => `${id} ${version}`).sort();

let ordered = 0;
const sweep = async (only?: SweepOrder['only']): Promise<SweepReport> => {
  ordered += 1;
  await world.app.orders.sweep({ id: `sweep-${ordered}`, who: 'ada', ...(only && { only }) });
  await world.settle();
  const memory = await world.app.sweeps.read(only === undefined ? 'everything' : 'asked');
  if (memory?.last?.id !== `sweep-${ordered}`) throw new Error('the sweep left no report');
  return memory.last;
};

const loseEvents = (share: number): void => {
  world.sandbox.faults.add({ kind: 'lose', share, detailType: 'Config Rules Compliance Change' });
};

describe('a sweep', () => {
  it('gives every NON_COMPLIANT resource its case when events were lost, and none a second one', async () => {
    loseEvents(0.3);
    const nowMs = world.sandbox.clock.nowMs();
    const lanes = [LANE, OTHER_REGION, DEV];
    for (const lane of lanes) {
      const names = Array.from({ length: 10 }, (_, n) => `lossy-${lane.account}-${lane.region}-${n}`);
      for (const name of names)
        createResource(world.sandbox.world, { ...lane, type: 'AWS::S3::Bucket', name }, nowMs);
      settle(world.sandbox.world, [lane], nowMs);
      for (const name of names) breakResource(world.sandbox.world, name, { ...lane, rule: RULE, nowMs });
    }
    world.sandbox.wake();
    await world.advance(minuteMs);
    const byEvents = (await world.cases()).length;
    const wanted = nonCompliant();
    expect(byEvents).toBeLessThan(wanted.length);
    expect(byEvents).toBeGreaterThan(wanted.length / 2);

    const report = await sweep();
    expect(findingsOf(await world.cases()).toSorted()).toEqual([...wanted].sort());
    expect(report).toMatchObject({
      complete: true,
      who: 'ada',
      lanes: { known: 4, whole: 4, failed: 0, notReached: 0 },
      totals: { nonCompliant: wanted.length, opened: wanted.length - byEvents, open: byEvents, closed: 0 },
    });

    // Once more finds the same, and nothing new; so does the message of the first one, come again.
    const before = await versions();
    expect((await sweep()).totals).toMatchObject({ opened: 0, open: wanted.length, closed: 0 });
    expect(await versions()).toEqual(before);
  });

  it('opens what stands on a second page', async () => {
    changeSettings(world.sandbox.world, { aggregator: false });
    findBuckets(LANE, 'many', 102);
    const report = await sweep({ rules: [RULE] });
    expect(report.byLane).toEqual([
      expect.objectContaining({
        lane: laneKey(LANE),
        via: 'account',
        rules: 1,
        nonCompliant: 102,
        opened: 102,
      }),
    ]);
    expect(new Set(findingsOf(await world.cases())).size).toBe(102);
  });

  it('closes what was mended by hand when its event was lost: it asks, and does not take silence for an answer', async () => {
    findBuckets(LANE, 'bucket', 2);
    await sweep();
    expect((await world.cases()).map(({ state }) => state.name)).toEqual(['observing', 'observing']);
    const laterMs = world.sandbox.clock.nowMs() + 1;
    putEvaluation(
      world.sandbox.world,
      { ...LANE, type: 'AWS::S3::Bucket', id: 'bucket-0' },
      {
        rule: NAME,
        complianceType: 'COMPLIANT',
        orderingMs: laterMs,
        invokedMs: laterMs,
        recordedMs: laterMs,
      },
    );
    // And one is gone altogether: that is a doubt, which closes nothing at once.
    evaluatedResources(world.sandbox.world).delete(`${laneKey(LANE)}/AWS::S3::Bucket/bucket-1`);
    expect((await sweep()).totals).toMatchObject({ nonCompliant: 0, closed: 1 });
    const states = Object.fromEntries(
      (await world.cases()).map(({ finding, state }) => [
        finding.resourceId,
        state.name === 'held' ? `held: ${state.reason}` : state.name,
      ]),
    );
    expect(states).toEqual({ 'bucket-0': 'self-resolved', 'bucket-1': 'held: no-evaluation' });
  });

  it('opens by what an aggregator says, and closes nothing by it: it lags behind', async () => {
    changeSettings(world.sandbox.world, { aggregatorDelayMs: 10 * minuteMs });
    findBuckets(LANE, 'known', 1);
    expect((await sweep()).totals).toMatchObject({ nonCompliant: 0, opened: 0 });
    await world.advance(11 * minuteMs);
    expect((await sweep()).totals).toMatchObject({ opened: 1 });
    const [opened] = await world.cases();
    const laterMs = world.sandbox.clock.nowMs();
    putEvaluation(
      world.sandbox.world,
      { ...LANE, type: 'AWS::S3::Bucket', id: 'known-0' },
      {
        rule: NAME,
        complianceType: 'COMPLIANT',
        orderingMs: laterMs,
        invokedMs: laterMs,
        recordedMs: laterMs,
      },
    );
    // The aggregator still says NON_COMPLIANT: nothing is opened anew, and nothing closed by it.
    expect((await sweep()).totals).toMatchObject({ nonCompliant: 1, open: 1, opened: 0, closed: 0 });
    await world.advance(11 * minuteMs);
    expect((await sweep()).totals).toMatchObject({ nonCompliant: 0, closed: 1 });
    expect((await world.cases()).map(({ id, state }) => [id, state.name])).toEqual([
      [opened?.id, 'self-resolved'],
    ]);
  });
});

describe('a lane in trouble', () => {
  const refuse = (lane: Lane, fault: Partial<Fault>): void => {
    world.sandbox.faults.add({ kind: 'error', service: 'config', ...lane, ...fault } as Fault);
  };

  it('is named with what went wrong, harms no other lane, and is swept when it is well again', async () => {
    changeSettings(world.sandbox.world, { aggregator: false });
    const dev2: Lane = { account: '333333333333', region: 'eu-west-1' };
    for (const lane of [LANE, OTHER_REGION, DEV, dev2])
      findBuckets(lane, `in-${laneKey(lane).replace('/', '-')}`, 2);
    // Lanes without an aggregator and without cases are those that are named.
    const everywhere = { accounts: [LANE.account, DEV.account], regions: [LANE.region, OTHER_REGION.region] };
    refuse(OTHER_REGION, { kind: 'throttle' });
    refuse(DEV, { errorCode: 'AccessDeniedException' });
    const broken = evaluatedResources(world.sandbox.world).get(
      `${laneKey(dev2)}/AWS::S3::Bucket/in-333333333333-eu-west-1-1`,
    );
    const [evaluation] = Object.values(broken?.evaluations ?? {});
    if (broken === undefined || evaluation === undefined) throw new Error('no bucket to spoil');
    putEvaluation(world.sandbox.world, broken, { ...evaluation, recordedMs: Number.NaN });

    const report = await sweep(everywhere);
    expect(report.complete).toBe(false);
    expect(report.lanes).toEqual({ known: 4, whole: 1, failed: 3, notReached: 0 });
    const codes = Object.fromEntries(
      report.byLane.map(({ lane, swept, troubles, opened }) => [
        lane,
        [
          swept,
          opened,
          ...troubles.map(({ operation, code, rule }) => `${operation} ${code}${rule ? ` ${rule}` : ''}`),
        ],
      ]),
    );
    expect(codes).toEqual({
      [laneKey(LANE)]: ['whole', 2],
      [laneKey(OTHER_REGION)]: ['partly', 0, 'config:DescribeComplianceByConfigRule ThrottlingException'],
      [laneKey(DEV)]: ['partly', 0, 'config:DescribeComplianceByConfigRule AccessDeniedException'],
      [laneKey(dev2)]: ['partly', 1, `config:GetComplianceDetailsByConfigRule MalformedAnswer ${NAME}`],
    });

    world.sandbox.faults.clear();
    putEvaluation(world.sandbox.world, broken, evaluation);
    const again = await sweep(everywhere);
    expect(again).toMatchObject({ complete: true, totals: { nonCompliant: 8, opened: 5, open: 3 } });
    expect(findingsOf(await world.cases()).toSorted()).toEqual([...nonCompliant()].sort());
  });

  it('is asked itself when its aggregator does not answer', async () => {
    findBuckets(LANE, 'here', 1);
    findBuckets(DEV, 'there', 1);
    const fault = world.sandbox.faults.add({
      kind: 'error',
      service: 'config',
      operation: 'DescribeAggregateComplianceByConfigRules',
      errorCode: 'AccessDeniedException',
    });
    expect(await sweep()).toMatchObject({
      complete: false,
      totals: { opened: 2 },
      troubles: [
        { operation: 'config:DescribeAggregateComplianceByConfigRules', code: 'AccessDeniedException' },
      ],
    });
    world.sandbox.faults.remove(fault);
    findBuckets(DEV, 'later', 1);
    world.sandbox.faults.add({
      kind: 'error',
      service: 'config',
      operation: 'GetAggregateComplianceDetailsByConfigRule',
      errorCode: 'AccessDeniedException',
    });
    expect(await sweep()).toMatchObject({ complete: true, totals: { opened: 1, open: 2 } });
  });
});

describe('without an aggregator', () => {
  it('sweeps the hub, and the lanes that have or had cases', async () => {
    changeSettings(world.sandbox.world, { aggregator: false });
    findBuckets(DEV, 'told', 1);
    expect((await sweep()).byLane.map(({ lane }) => lane)).toEqual([]);
    const known = (await sweep({ accounts: [DEV.account], regions: [DEV.region] })).byLane;
    expect(known).toEqual([expect.objectContaining({ lane: laneKey(DEV), opened: 1 })]);
    findBuckets(DEV, 'lost', 1);
    expect(await sweep()).toMatchObject({ lanes: { known: 2 }, totals: { opened: 1, open: 1 } });
  });
});

describe('the schedule', () => {
  it('sweeps every hour', async () => {
    findBuckets(LANE, 'silent', 1);
    world.sandbox.advanceBy(hourMs + minuteMs);
    await world.settle();
    expect(await world.cases()).toHaveLength(1);
    const { last } = (await world.app.sweeps.read('everything')) ?? {};
    expect(last).toMatchObject({ complete: true, totals: { opened: 1 } });
    expect(last).not.toHaveProperty('who');
    expect(epochMs(last?.startedAt ?? START) - epochMs(START)).toBeGreaterThanOrEqual(hourMs);
  });
});
