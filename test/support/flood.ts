/** Many buckets that lose their versioning in one instant, and what the sandbox saw of their healing. */
import { settle } from '../../sandbox/services/config/evaluate.ts';
import { executions } from '../../sandbox/services/ssm/execution.ts';
import { breakResource, createResource } from '../../sandbox/world/admin.ts';
import type { DrivenWorld } from './driven-world.ts';
import type { Seen } from './invariants.ts';

export const LANE = { account: '222222222222', region: 'us-east-1' };

export const breakBuckets = ({ sandbox }: DrivenWorld, count: number): readonly string[] => {
  const names = Array.from({ length: count }, (_, n) => `flood-${String(n).padStart(4, '0')}`);
  const nowMs = sandbox.clock.nowMs();
  for (const name of names) createResource(sandbox.world, { ...LANE, type: 'AWS::S3::Bucket', name }, nowMs);
  // Without a word, or every rule would first report every bucket as COMPLIANT.
  settle(sandbox.world, [LANE], nowMs);
  for (const name of names)
    breakResource(sandbox.world, name, { ...LANE, rule: 'S3_BUCKET_VERSIONING_ENABLED', nowMs });
  sandbox.wake();
  return names;
};

export const whatWasSeen = async (world: DrivenWorld, laneConcurrencyMax = 80): Promise<Seen> => ({
  executions: [...executions(world.sandbox.world).values()],
  cases: await world.cases(),
  laneConcurrencyMax,
});
