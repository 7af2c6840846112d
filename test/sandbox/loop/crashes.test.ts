/** The process dies at any call, on either side of it, and starts again. What the sandbox saw must be as if it had not. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { isClosed } from '../../../domain/case/case.ts';
import { hourMs, secondMs } from '../../../domain/time.ts';
import { createRandom } from '../../../sandbox/core/random.ts';
import { clientSettings, HUB_REGION, TABLE_NAME } from '../../../sandbox/deployment.ts';
import { executions } from '../../../sandbox/services/ssm/execution.ts';
import { breakResource, createResource, makeRunbookFail } from '../../../sandbox/world/admin.ts';
import { HUB_ACCOUNT } from '../../../sandbox/world/roles.ts';
import { type CrashAt, crashingPorts } from '../../support/crashing-ports.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';
import { violations } from '../../support/invariants.ts';

const ACCOUNT = '222222222222';
const REGION = 'us-east-1';

let world: DrivenWorld;
afterEach(() => world.close());

const breakBucket = (name: string) => {
  const { sandbox } = world;
  const nowMs = sandbox.clock.nowMs();
  createResource(sandbox.world, { account: ACCOUNT, region: REGION, type: 'AWS::S3::Bucket', name }, nowMs);
  breakResource(sandbox.world, name, {
    account: ACCOUNT,
    region: REGION,
    rule: 'S3_BUCKET_VERSIONING_ENABLED',
    nowMs,
  });
  sandbox.wake();
};

const allHealed = (count: number) => async () =>
  (await world.cases()).filter(({ state }) => isClosed(state) || state.name === 'needs-human').length ===
  count;

/** Leases that nobody gave back. */
const leasesLeft = async (): Promise<readonly string[]> => {
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      ...clientSettings(world.sandbox.url, HUB_ACCOUNT, HUB_REGION),
      endpoint: world.sandbox.dynamodbEndpoint,
    }),
  );
  const { Items = [] } = await client.send(
    new ScanCommand({
      TableName: TABLE_NAME,
      FilterExpression: 'begins_with(pk, :scope)',
      ExpressionAttributeValues: { ':scope': 'scope#' },
    }),
  );
  return Items.flatMap((item) => [
    ...Object.keys(item).filter((name) => name.startsWith('lease#')),
    ...(Number(item.held ?? 0) === 0 ? [] : [`${item.pk} counts ${item.held}`]),
  ]);
};

const expectAsIfNothingHadHappened = async () => {
  const cases = await world.cases();
  const seen = { executions: [...executions(world.sandbox.world).values()], cases, laneConcurrencyMax: 80 };
  expect(violations(seen)).toEqual([]);
  expect(await leasesLeft()).toEqual([]);
};

describe('a process that is killed', () => {
  it.each([1, 2])(
    'again and again at random calls (seed %i), with runbooks that fail, loses and doubles nothing',
    async (seed) => {
      const random = createRandom(seed);
      let crashes = 0;
      const crashAt: CrashAt = () => (random() < 0.03 ? (random() < 0.5 ? 'before' : 'after') : undefined);
      const crashing = crashingPorts(crashAt, () => {
        crashes += 1;
        world.restart(crashes < 40 ? crashing : undefined);
      });
      // An event that died with its worker again and again is a dead letter: the next sweep finds what it was about.
      world = await drivenWorld({
        stepMs: 2 * secondMs,
        scheduled: true,
        decorate: (ports) => crashing(ports),
      });
      makeRunbookFail(world.sandbox.world, {
        fault: { kind: 'step-fails' },
        account: ACCOUNT,
        region: REGION,
        times: 2,
      });
      for (let n = 0; n < 8; n += 1) breakBucket(`random-${seed}-${n}`);
      await world.until(allHealed(8), 4 * hourMs);
      expect(crashes).toBeGreaterThan(3);
      const left = (await world.cases())
        .filter(({ state }) => state.name !== 'resolved')
        .map(({ id, state }) => [id, state]);
      expect(left).toEqual([]);
      await expectAsIfNothingHadHappened();
    },
  );
});
