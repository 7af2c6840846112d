/** More findings at once than a lane may start. */
import { afterEach, describe, expect, it } from 'vitest';
import { epochMs, minuteMs, secondMs } from '../../../domain/time.ts';
import { executions } from '../../../sandbox/services/ssm/execution.ts';
import { breakResource, createResource } from '../../../sandbox/world/admin.ts';
import { changeSettings } from '../../../sandbox/world/settings.ts';
import { type DrivenWorld, drivenWorld, START } from '../../support/driven-world.ts';
import { violations } from '../../support/invariants.ts';

const ACCOUNT = '222222222222';
const REGION = 'us-east-1';
const RULE = 'S3_BUCKET_VERSIONING_ENABLED';

let world: DrivenWorld;
afterEach(() => world.close());

const buckets = async (count: number): Promise<readonly string[]> => {
  const { sandbox } = world;
  const names = Array.from({ length: count }, (_, n) => `flood-${String(n).padStart(4, '0')}`);
  for (const name of names) {
    createResource(
      sandbox.world,
      { account: ACCOUNT, region: REGION, type: 'AWS::S3::Bucket', name },
      sandbox.clock.nowMs(),
    );
    breakResource(sandbox.world, name, {
      account: ACCOUNT,
      region: REGION,
      rule: RULE,
      nowMs: sandbox.clock.nowMs(),
    });
  }
  sandbox.wake();
  return names;
};

const seen = async (laneConcurrencyMax = 80) => ({
  executions: [...executions(world.sandbox.world).values()],
  cases: await world.cases(),
  laneConcurrencyMax,
});

describe('a lane under load', () => {
  it('starts 300 findings at the pace of the quota, the last within 305 s of the first event', async () => {
    world = await drivenWorld();
    changeSettings(world.sandbox.world, {
      recorderDelayMs: 0,
      evaluationDelayMsMin: 0,
      evaluationDelayMsMax: 0,
    });
    await buckets(300);
    await world.until(() => executions(world.sandbox.world).size >= 300, 6 * minuteMs);
    const starts = [...executions(world.sandbox.world).values()].map(({ requestedMs }) => requestedMs);
    expect(Math.max(...starts) - epochMs(START)).toBeLessThanOrEqual(305 * secondMs);
    await world.until(async () => (await world.cases({ status: 'resolved' })).length === 300, 5 * minuteMs);
    const all = await seen();
    expect(all.executions).toHaveLength(300);
    expect(violations(all)).toEqual([]);
  });

  it('never has more at work than the lane may hold, and lets nobody starve', async () => {
    world = await drivenWorld({ policyFile: 'test/fixtures/policies/five-at-once.yml' });
    changeSettings(world.sandbox.world, { stepTimeFactor: 4 });
    await buckets(40);
    await world.until(async () => (await world.cases({ status: 'resolved' })).length === 40, 15 * minuteMs);
    const all = await seen(5);
    expect(all.executions).toHaveLength(40);
    expect(violations(all)).toEqual([]);
  });

  it('starts a critical case within a minute though hundreds wait before it', async () => {
    world = await drivenWorld();
    await buckets(200);
    await world.until(() => executions(world.sandbox.world).size >= 5, minuteMs);
    const { sandbox } = world;
    breakResource(sandbox.world, 'shop-prod-payroll-us-east-1', {
      account: ACCOUNT,
      region: REGION,
      rule: 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED',
      nowMs: sandbox.clock.nowMs(),
    });
    sandbox.wake();
    await world.until(
      async () => (await world.cases({ status: 'awaiting-approval' })).length === 1,
      minuteMs,
    );
    const [waits] = await world.cases({ status: 'awaiting-approval' });
    if (waits?.state.name !== 'awaiting-approval')
      throw new Error('the payroll bucket should wait for approval');
    const answer = await world.app.selfheal.decide(waits.id, {
      planHash: waits.state.planHash,
      answer: 'approve',
      who: 'ada',
      reason: 'public payroll',
    });
    expect(answer).toMatchObject({ kind: 'done' });
    await world.until(
      () =>
        [...executions(sandbox.world).values()].some(
          ({ target }) => target.id === 'shop-prod-payroll-us-east-1',
        ),
      minuteMs,
    );
    expect(executions(sandbox.world).size).toBeLessThan(150);
  });
});
