/** A rule deployed over 2,000 resources that do not comply, in auto: the limits hold, and people are asked once. */
import { expect, it } from 'vitest';
import { listOf } from '../../domain/batch.ts';
import { membersOf } from '../../domain/engine/batches.ts';
import { hourMs, minuteMs } from '../../domain/time.ts';
import { createBatchStore } from '../../infra/dynamodb/batch-store.ts';
import { createCaseStore } from '../../infra/dynamodb/case-store.ts';
import { person } from '../support/identities.ts';
import { mostAtWork } from '../support/most-at-work.ts';
import { tableClient } from './memory-table.ts';
import { flood } from './simulate-flood.ts';

const FOUND = 2_000;
/** Five percent. */
const AT_ONCE = 100;
/** The backlog guard where the policy says nothing of it. */
const UNASKED = 50;
const HEALED = 100;

it('starts 50 of 2,000 unasked, asks once for the rest within minutes, and has never more than 5 % at work', async () => {
  // Two lanes start two a second: without the blast radius, 160 would be at work at once.
  const { world, until } = flood({
    resources: FOUND,
    regions: ['us-east-1', 'eu-west-1'],
    blastRadius: '{ max-concurrent-percent: 5 }',
    runs: { afterMs: 4 * minuteMs, status: 'Success' },
  });
  const { executions } = world.ssm;
  const isIn = (name: string) => world.cases().filter(({ state }) => state.name === name);
  const asked = () => isIn('awaiting-approval').length;
  const messages = () => world.announcements.map(({ subject }) => subject);

  expect([await until(() => asked() === FOUND - UNASKED, 10 * minuteMs), world.violation]).toEqual([
    true,
    undefined,
  ]);
  const callsOnAsking = world.calls;
  await until(() => isIn('resolved').length === UNASKED, 20 * minuteMs);
  expect(executions).toHaveLength(UNASKED);
  expect(messages()).toEqual([
    expect.stringMatching(/^\[MEDIUM\] Approve [0-9]+ cases\? S3_BUCKET_VERSIONING_ENABLED \(backlog\)$/),
  ]);

  const table = {
    client: tableClient(async (command) => world.table.execute(command)),
    tableName: 'simulated',
  };
  const cases = createCaseStore({ ...table, now: () => world.scheduler.now() });
  const [batch] = await createBatchStore(table).list();
  if (batch === undefined) throw new Error('there is no batch');
  const members = await membersOf({ cases }, batch.id);
  let decided: unknown;
  void world.fabric
    .anyone()
    ?.selfheal.decideBatch(batch.id, {
      answer: 'approve',
      who: person('ada'),
      reason: 'planned',
      digest: listOf(members).digest,
    })
    .then((answer) => {
      decided = answer;
    });
  await until(() => decided !== undefined, minuteMs);
  expect(decided).toMatchObject({ kind: 'done', cases: FOUND - UNASKED });
  await until(() => isIn('resolved').length >= UNASKED + HEALED, hourMs);
  expect(world.violation).toBeUndefined();
  expect(isIn('resolved').length).toBeGreaterThanOrEqual(UNASKED + HEALED);
  expect(mostAtWork(executions)).toBe(AT_ONCE);
  expect(messages()).toHaveLength(1);
  // Each case is opened by about a dozen calls; to ask for one on top of that costs but few more.
  expect(callsOnAsking / FOUND).toBeLessThan(20);
});
