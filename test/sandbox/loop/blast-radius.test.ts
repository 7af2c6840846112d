/** Many resources of one rule at once, in auto: some are healed unasked, the rest is one question, and few are at work. */
import { afterEach, expect, it } from 'vitest';
import { listOf } from '../../../domain/batch.ts';
import { membersOf } from '../../../domain/engine/batches.ts';
import { hourMs, minuteMs } from '../../../domain/time.ts';
import { executions } from '../../../sandbox/services/ssm/execution.ts';
import { changeSettings } from '../../../sandbox/world/settings.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';
import { breakBuckets, whatWasSeen } from '../../support/flood.ts';
import { person } from '../../support/identities.ts';
import { violations } from '../../support/invariants.ts';
import { mostAtWork } from '../../support/most-at-work.ts';

let world: DrivenWorld;
afterEach(() => world.close());

const FOUND = 40;
/** Five percent. */
const AT_ONCE = 2;
const UNASKED = 4;
const APPROVED = 6;

const runs = () => [...executions(world.sandbox.world).values()];

it("starts four of forty unasked, the rest by one decision, and never more than 5 % at once, at the sandbox's SSM", async () => {
  world = await drivenWorld({
    policyFile: 'test/fixtures/policies/blast-radius.yml',
    policyChanged: (text) => text.replace('mode: auto', 'mode: auto\n    backlog: { resources: 4 }'),
  });
  const { sandbox } = world;
  changeSettings(sandbox.world, { recorderDelayMs: 0, evaluationDelayMsMin: 0, evaluationDelayMsMax: 0 });
  breakBuckets(world, FOUND);
  await world.until(() => world.told('awaiting-approval') === FOUND - UNASKED, 10 * minuteMs);
  await world.advance(3 * minuteMs);
  expect(runs()).toHaveLength(UNASKED);
  const asked = sandbox.sns.messages().filter(({ subject }) => subject?.includes('(backlog)'));
  expect(asked.map(({ subject }) => subject)).toEqual([
    expect.stringMatching(/^\[MEDIUM\] Approve [0-9]+ cases\? S3_BUCKET_VERSIONING_ENABLED \(backlog\)$/),
  ]);
  world.restart();
  const [batch] = await world.app.ports.batches.list();
  if (batch === undefined) throw new Error('there is no batch');
  const { digest } = listOf(await membersOf(world.app.ports, batch.id));
  const decision = { answer: 'approve', who: person('ada'), reason: 'planned', digest } as const;
  expect(await world.app.selfheal.decideBatch(batch.id, decision)).toMatchObject({ cases: FOUND - UNASKED });
  await world.until(() => runs().length >= UNASKED + APPROVED, hourMs);
  expect(mostAtWork(runs().map(({ requestedMs, endedMs }) => ({ startedMs: requestedMs, endedMs })))).toBe(
    AT_ONCE,
  );
  expect(violations(await whatWasSeen(world))).toEqual([]);
});
