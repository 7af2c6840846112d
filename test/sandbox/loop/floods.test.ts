/** More findings at once than a lane may start. */
import { afterEach, describe, expect, it } from 'vitest';
import { epochMs, minuteMs, secondMs } from '../../../domain/time.ts';
import { executions } from '../../../sandbox/services/ssm/execution.ts';
import { changeSettings } from '../../../sandbox/world/settings.ts';
import { type DrivenWorld, drivenWorld, START } from '../../support/driven-world.ts';
import { breakBuckets, whatWasSeen } from '../../support/flood.ts';
import { person } from '../../support/identities.ts';
import { violations } from '../../support/invariants.ts';
import { openPayroll } from '../../support/payroll.ts';
import { trusting } from '../../support/trusting-policy.ts';

let world: DrivenWorld;
afterEach(() => world.close());

describe('a lane under load', () => {
  it('starts 300 findings at the pace of the quota, the last within 305 s of the first event', async () => {
    world = await drivenWorld({ policyChanged: trusting });
    changeSettings(world.sandbox.world, {
      recorderDelayMs: 0,
      evaluationDelayMsMin: 0,
      evaluationDelayMsMax: 0,
    });
    breakBuckets(world, 300);
    await world.until(() => executions(world.sandbox.world).size >= 300, 6 * minuteMs);
    const starts = [...executions(world.sandbox.world).values()].map(({ requestedMs }) => requestedMs);
    expect(Math.max(...starts) - epochMs(START)).toBeLessThanOrEqual(305 * secondMs);
    await world.until(() => world.told('resolved') === 300, 5 * minuteMs);
    const all = await whatWasSeen(world);
    expect(all.executions).toHaveLength(300);
    expect(violations(all)).toEqual([]);
  });

  it('never has more at work than the lane may hold, and lets nobody starve', async () => {
    world = await drivenWorld({ policyFile: 'test/fixtures/policies/five-at-once.yml' });
    changeSettings(world.sandbox.world, { stepTimeFactor: 4 });
    breakBuckets(world, 40);
    await world.until(() => world.told('resolved') === 40, 15 * minuteMs);
    const all = await whatWasSeen(world, 5);
    expect(all.executions).toHaveLength(40);
    expect(violations(all)).toEqual([]);
  });

  it('starts a critical case within a minute though hundreds wait before it', async () => {
    world = await drivenWorld({ policyChanged: trusting });
    breakBuckets(world, 200);
    await world.until(() => executions(world.sandbox.world).size >= 5, minuteMs);
    openPayroll(world);
    await world.until(() => world.told('awaiting-approval') === 1, minuteMs);
    const [waits] = await world.cases({ status: 'awaiting-approval' });
    if (waits?.state.name !== 'awaiting-approval')
      throw new Error('the payroll bucket should wait for approval');
    const answer = await world.app.selfheal.decide(waits.id, {
      planHash: waits.state.planHash,
      answer: 'approve',
      who: person('ada'),
      reason: 'public payroll',
    });
    expect(answer).toMatchObject({ kind: 'done' });
    await world.until(
      () =>
        [...executions(world.sandbox.world).values()].some(
          ({ target }) => target.id === 'shop-prod-payroll-us-east-1',
        ),
      minuteMs,
    );
    expect(executions(world.sandbox.world).size).toBeLessThan(150);
  });
});
