/** The same events again and again, in any order: they change nothing. */
import { afterEach, describe, expect, it } from 'vitest';
import { minuteMs, secondMs } from '../../../domain/time.ts';
import { createRandom } from '../../../sandbox/core/random.ts';
import { complianceEvent } from '../../support/compliance-event.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';
import { breakBuckets, LANE, whatWasSeen } from '../../support/flood.ts';
import { violations } from '../../support/invariants.ts';

let world: DrivenWorld;
afterEach(() => world.close());

describe('10,000 events, duplicated and shuffled', () => {
  it('open exactly the right cases and start exactly one execution each', async () => {
    world = await drivenWorld();
    const { sandbox } = world;
    const random = createRandom(20261121);
    const names = breakBuckets(world, 50);
    const nowMs = sandbox.clock.nowMs();
    await world.advance(13 * secondMs);
    const events = names.flatMap((name) => copies(name, nowMs));
    for (let n = events.length - 1; n > 0; n -= 1) {
      const other = Math.floor(random() * (n + 1));
      [events[n], events[other]] = [events[other], events[n]];
    }
    for (let n = 0; n < events.length; n += 1_000) {
      const sent = await fetch(`${sandbox.url}/_sandbox/events`, {
        method: 'POST',
        body: JSON.stringify(events.slice(n, n + 1_000)),
      });
      expect(await sent.json()).toMatchObject({ refused: 0 });
      if (n === 5_000) world.restart();
      await world.settle();
    }
    expect(events).toHaveLength(10_000);
    await world.until(() => world.told('resolved') === 50, 10 * minuteMs);
    const all = await whatWasSeen(world);
    expect(all.cases).toHaveLength(50);
    expect(all.executions).toHaveLength(50);
    expect(violations(all)).toEqual([]);
  });
});

/** 200 events of one bucket: the true NON_COMPLIANT again and again, and older words of both kinds. */
const copies = (name: string, nowMs: number): unknown[] => {
  const evaluated = (complianceType: 'COMPLIANT' | 'NON_COMPLIANT', recordedMs: number) =>
    complianceEvent({
      ...LANE,
      resourceType: 'AWS::S3::Bucket',
      resourceId: name,
      configRuleName: 's3-bucket-versioning-enabled',
      complianceType,
      nowMs: recordedMs,
    });
  return [
    ...Array.from({ length: 180 }, () => evaluated('NON_COMPLIANT', nowMs)),
    ...Array.from({ length: 10 }, (_, n) => evaluated('COMPLIANT', nowMs - (n + 1) * minuteMs)),
    ...Array.from({ length: 10 }, (_, n) => evaluated('NON_COMPLIANT', nowMs - (n + 1) * minuteMs)),
  ];
};
