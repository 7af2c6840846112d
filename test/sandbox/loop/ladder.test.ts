/** The story that docs/policy.md tells: one rule climbs from observe to approve to auto, by the very files shown there. */
import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { listOf } from '../../../domain/batch.ts';
import type { AwaitingApproval, Case } from '../../../domain/case/case.ts';
import { membersOf } from '../../../domain/engine/batches.ts';
import { type PolicyBook, policyBook } from '../../../domain/engine/policy-book.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { hourMs, minuteMs } from '../../../domain/time.ts';
import { executions } from '../../../sandbox/services/ssm/execution.ts';
import { breakResource } from '../../../sandbox/world/admin.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';
import { breakBuckets, LANE } from '../../support/flood.ts';
import { person } from '../../support/identities.ts';

let world: DrivenWorld;
afterEach(() => world.close());

const LADDER = 'docs/examples/ladder';

/** As it stands in the docs, with a smaller backlog where there are only few buckets. */
const rung = (file: string, more = ''): PolicyBook => {
  const parsed = parsePolicy(`${readFileSync(`${LADDER}/${file}`, 'utf8')}${more}`, file);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return policyBook(parsed.policy);
};

const runs = () => [...executions(world.sandbox.world).values()];
const inState = async (name: string): Promise<readonly Case[]> =>
  (await world.cases()).filter(({ state }) => state.name === name);

const healed = async (count: number): Promise<boolean> => (await inState('resolved')).length === count;

const breakAgain = (names: readonly string[]): void => {
  const nowMs = world.sandbox.clock.nowMs();
  for (const name of names)
    breakResource(world.sandbox.world, name, { ...LANE, rule: 'S3_BUCKET_VERSIONING_ENABLED', nowMs });
  world.sandbox.wake();
};

it('looks, asks, acts, and asks again when it is too much at once', async () => {
  world = await drivenWorld({ policyFile: `${LADDER}/1-observe.yml` });
  const names = breakBuckets(world, 4);
  await world.until(async () => (await inState('observing')).length === 4, 10 * minuteMs);
  expect(runs()).toEqual([]);

  // The observed cases are looked at again by the next policy: people are asked, and nothing runs unasked.
  world.usePolicy(() => rung('2-approve.yml'));
  await world.app.selfheal.policyReplaced();
  await world.until(async () => (await inState('awaiting-approval')).length === 4, 30 * minuteMs);
  expect(runs()).toEqual([]);
  for (const { id, state } of await inState('awaiting-approval'))
    await world.app.selfheal.decide(id, {
      planHash: (state as AwaitingApproval).planHash,
      answer: 'approve',
      who: person('grace'),
      reason: 'nobody writes there',
    });
  await world.until(() => healed(4), hourMs);
  expect(runs()).toHaveLength(4);

  // On the last rung what is too much in an hour is one question, and the answer heals it.
  world.usePolicy(() => rung('3-auto.yml', '    backlog: { resources: 2, window: 1h }\n'));
  breakAgain(names);
  await world.until(async () => (await inState('awaiting-approval')).length === 2, 30 * minuteMs);
  await world.until(() => healed(6), hourMs);
  expect(runs()).toHaveLength(6);
  const asked = (await inState('awaiting-approval')).map(({ state }) => (state as AwaitingApproval).batch);
  const [batch = ''] = asked;
  expect(asked).toEqual([batch, batch]);
  const { digest } = listOf(await membersOf(world.app.ports, batch));
  await world.app.selfheal.decideBatch(batch, {
    answer: 'approve',
    who: person('grace'),
    reason: 'go on',
    digest,
  });
  await world.until(() => healed(8), hourMs);
  expect(runs()).toHaveLength(8);
});
