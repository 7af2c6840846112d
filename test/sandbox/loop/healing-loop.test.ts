import { afterEach, describe, expect, it } from 'vitest';
import { minuteMs } from '../../../domain/time.ts';
import { breakResource } from '../../../sandbox/world/admin.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';

let world: DrivenWorld;
afterEach(() => world.close());

const breakIt = (what: string, rule: string, account = '222222222222', region = 'us-east-1') => {
  breakResource(world.sandbox.world, what, { account, region, rule, nowMs: world.sandbox.clock.nowMs() });
  world.sandbox.wake();
};

describe('the healing loop', () => {
  it('heals a bucket without versioning, and says so only after Config has', async () => {
    world = await drivenWorld();
    breakIt('shop-prod-invoices-us-east-1', 'S3_BUCKET_VERSIONING_ENABLED');
    await world.until(async () => (await world.cases({ status: 'resolved' })).length === 1, 10 * minuteMs);
    const [healed] = await world.cases();
    expect(healed?.timeline.map(({ what }) => what)).toEqual([
      'reported-non-compliant',
      'queued',
      'attempt-intended',
      'attempt-started',
      'attempt-succeeded',
      'resolved',
    ]);
  });
});
