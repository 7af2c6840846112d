/** One rule that finds thousands of resources broken at once, in a calm world: how few are healed at a time. */
import { policyBook } from '../../domain/engine/policy-book.ts';
import { parsePolicy } from '../../domain/policy/parse-policy.ts';
import { hourMs, secondMs } from '../../domain/time.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { createRandom } from '../../sandbox/core/random.ts';
import { NO_FAULTS } from './fate.ts';
import type { RunEnd } from './simulated-ssm.ts';
import { World } from './world.ts';

export interface FloodOptions {
  readonly resources: number;
  /** Spread evenly over these: each has SSM's quotas to itself. */
  readonly regions: readonly string[];
  readonly blastRadius: string;
  readonly runs: RunEnd;
}

export interface Flood {
  readonly world: World;
  /** Lets time pass until the condition holds, looked at every few seconds; false when it does not within `msMax`. */
  until(condition: () => boolean, msMax: number): Promise<boolean>;
}

export const flood = ({ resources, regions, blastRadius, runs }: FloodOptions): Flood => {
  const parsed = parsePolicy(policyText(blastRadius), 'flood');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const world = new World({
    random: createRandom(resources),
    catalog: loadCatalog(),
    policy: policyBook(parsed.policy),
    rates: NO_FAULTS,
    processes: 10,
    tokenKeptMs: hourMs,
    indexLagMsMax: 500,
    ruleResources: resources,
    runs,
  });
  // Only the test decides here.
  world.people.active = false;
  const rule = {
    name: 's3-bucket-versioning-enabled',
    identifier: 'S3_BUCKET_VERSIONING_ENABLED',
    trigger: 'change',
  } as const;
  for (let n = 0; n < resources; n += 1)
    world.breaks(
      world.config.watch(rule, {
        account: '222222222222',
        region: regions[n % regions.length] as string,
        resourceId: `bucket-${n}`,
      }),
    );
  const until = async (condition: () => boolean, msMax: number): Promise<boolean> => {
    const { scheduler } = world;
    const deadlineMs = scheduler.nowMs + msMax;
    while (!condition()) {
      if (scheduler.nowMs >= deadlineMs || world.violation !== undefined) return false;
      await scheduler.runUntil(scheduler.nowMs + LOOK_MS);
    }
    return true;
  };
  return { world, until };
};

const LOOK_MS = 5 * secondMs;

const policyText = (blastRadius: string): string => `version: 1
topics: { team: team }
entries:
  - name: versioning
    match: { rule: S3_BUCKET_VERSIONING_ENABLED }
    severity: medium
    mode: auto
    blast-radius: ${blastRadius}
    notify: [team]
`;
