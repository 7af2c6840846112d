/** An organization of twenty accounts in three Regions, three lanes of which are broken, each in another way. */
import { afterEach, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import type { Lane } from '../../../domain/finding.ts';
import { laneId } from '../../../domain/finding.ts';
import { epochMs, minuteMs } from '../../../domain/time.ts';
import { createOperations } from '../../../infra/operations.ts';
import { clientSettings, HUB_REGION } from '../../../sandbox/deployment.ts';
import { executions } from '../../../sandbox/services/ssm/execution.ts';
import { breakResource } from '../../../sandbox/world/admin.ts';
import { EXECUTOR_ROLE, HUB_ACCOUNT, roleKey, roleTable } from '../../../sandbox/world/roles.ts';
import { type DrivenWorld, drivenWorld, START } from '../../support/driven-world.ts';
import { whatWasSeen } from '../../support/flood.ts';
import { violations } from '../../support/invariants.ts';
import { trusting } from '../../support/trusting-policy.ts';

const ACCOUNTS = Array.from({ length: 20 }, (_, n) => ({
  account: n === 0 ? HUB_ACCOUNT : String(300_000_000_000 + n),
  name: `team-${n}-prod`,
}));
const REGIONS = ['us-east-1', 'eu-west-1', 'ap-south-1'];
const LANES: readonly Lane[] = ACCOUNTS.flatMap(({ account }) =>
  REGIONS.map((region) => ({ account, region })),
);

const ROLE_GONE: Lane = { account: '300000000005', region: 'eu-west-1' };
const THROTTLED: Lane = { account: '300000000009', region: 'us-east-1' };
const REGION_OFF: Lane = { account: '300000000013', region: 'ap-south-1' };

let world: DrivenWorld;
afterEach(() => world.close());

const breakOneBucketInEach = (lanes: readonly Lane[]): void => {
  for (const { account, region } of lanes) {
    const name = ACCOUNTS.find((each) => each.account === account)?.name;
    breakResource(world.sandbox.world, `${name}-invoices-${region}`, {
      account,
      region,
      rule: 'S3_BUCKET_VERSIONING_ENABLED',
      nowMs: world.sandbox.clock.nowMs(),
    });
  }
  world.sandbox.wake();
};

const startOf = (about: Case): number | undefined =>
  [...executions(world.sandbox.world).values()].find(
    ({ account, region }) => laneId({ account, region }) === laneId(about.lane),
  )?.requestedMs;

const doctor = () =>
  createOperations(world.deployment.settings, world.app, {
    connection: {
      ...clientSettings(world.sandbox.url, HUB_ACCOUNT, HUB_REGION),
      dynamodbEndpoint: world.sandbox.dynamodbEndpoint,
    },
    // As long as a machine with other work may take.
    patience: { wholeMsMax: 60_000, placeMsMax: () => 60_000 },
  }).doctor;

const heldBecause = (why: string) =>
  expect.objectContaining({ name: 'held', reason: 'check-failed', detail: expect.stringContaining(why) });

it('heals 57 lanes as though the 3 broken ones were not there, and the doctor says what is wrong with the 3', async () => {
  world = await drivenWorld({ accounts: ACCOUNTS, regions: REGIONS, policyChanged: trusting });
  const { sandbox } = world;
  roleTable(sandbox.world).delete(roleKey(ROLE_GONE.account, EXECUTOR_ROLE));
  for (const service of ['ssm', 'config']) sandbox.faults.add({ kind: 'throttle', service, ...THROTTLED });
  sandbox.faults.add({ kind: 'region-off', ...REGION_OFF });
  const lanes = LANES.filter(
    ({ account, region }) => account !== ROLE_GONE.account || region === ROLE_GONE.region,
  );
  breakOneBucketInEach(lanes);

  await world.until(() => world.told('resolved') === lanes.length - 3, 8 * minuteMs);
  const all = await world.cases();
  const healed = all.filter(({ state }) => state.name === 'resolved');
  const lastStartMs = Math.max(...healed.map((about) => startOf(about) ?? Number.POSITIVE_INFINITY));
  // The event takes up to 12 s from the change, and nothing but the lane's own quota stands before the start.
  expect(lastStartMs - epochMs(START)).toBeLessThanOrEqual(15_000);

  const broken = all.filter(({ state }) => state.name !== 'resolved');
  expect(Object.fromEntries(broken.map(({ lane, state }) => [laneId(lane), state]))).toEqual({
    [laneId(ROLE_GONE)]: heldBecause('sts:AssumeRole failed with AccessDenied'),
    [laneId(THROTTLED)]: heldBecause('failed with ThrottlingException'),
    [laneId(REGION_OFF)]: heldBecause('failed with UnrecognizedClientException'),
  });
  expect(violations(await whatWasSeen(world))).toEqual([]);

  const { lanes: examined, troubles } = await doctor().examine();
  expect(examined).toBe(60);
  const told = troubles.filter(({ severity }) => severity !== 'risk');
  const of = (where: string) => told.filter((trouble) => trouble.where.startsWith(where));
  // A role is the whole account's: without it none of its lanes can be entered.
  expect(of(ROLE_GONE.account)).toHaveLength(REGIONS.length);
  for (const { what } of of(ROLE_GONE.account))
    expect(what).toContain('the role selfheal-executor is not there');
  expect(of(laneId(THROTTLED)).length).toBeGreaterThan(0);
  for (const { what } of of(laneId(THROTTLED))) expect(what).toContain('ThrottlingException');
  expect(of(laneId(REGION_OFF))).toEqual([
    expect.objectContaining({ what: expect.stringContaining('is not enabled in account') }),
  ]);
  expect(told.length).toBe(of(ROLE_GONE.account).length + of(laneId(THROTTLED)).length + 1);
}, 60_000);
