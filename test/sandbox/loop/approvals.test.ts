/** A high-severity case from its message to its end, by every way a person can take. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AwaitingApproval, Case } from '../../../domain/case/case.ts';
import { hourMs, minuteMs, secondMs } from '../../../domain/time.ts';
import { executions } from '../../../sandbox/services/ssm/execution.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';
import { person } from '../../support/identities.ts';
import { openPayroll } from '../../support/payroll.ts';

let world: DrivenWorld;
let waiting: Case & { state: AwaitingApproval };

beforeEach(async () => {
  world = await drivenWorld();
  openPayroll(world);
  await world.until(async () => (await world.cases({ status: 'awaiting-approval' })).length === 1, minuteMs);
  [waiting] = (await world.cases()) as [typeof waiting];
});
afterEach(() => world.close());

const decide = (over: object = {}) =>
  world.app.selfheal.decide(waiting.id, {
    planHash: waiting.state.planHash,
    answer: 'approve',
    who: person('ada'),
    reason: 'public payroll',
    ...over,
  });
const stateNow = async () => (await world.cases())[0]?.state.name;

describe('a high-severity case', () => {
  it('is announced over SNS with the plan and the hash, and starts nothing meanwhile', async () => {
    const [message] = world.sandbox.sns.messages();
    expect(message?.subject).toMatch(
      /^\[HIGH\] Approve\? S3 bucket "shop-prod-payroll-us-east-1" in shop-prod does not block public access$/,
    );
    expect(message?.message).toContain(waiting.state.planHash);
    expect(message?.message).toContain('BucketName = shop-prod-payroll-us-east-1');
    await world.advance(10 * minuteMs);
    expect(executions(world.sandbox.world).size).toBe(0);
    const topics = world.sandbox.sns.messages().map(({ topicArn }) => topicArn.split(':').at(-1));
    expect(topics).toEqual(['selfheal-oncall', 'selfheal-team']);
  });

  it('is healed after an approval', async () => {
    expect(await decide()).toMatchObject({ kind: 'done' });
    await world.until(async () => (await stateNow()) === 'resolved', 10 * minuteMs);
    expect(executions(world.sandbox.world).size).toBe(1);
  });

  it('is closed after a denial, and nothing starts', async () => {
    expect(await decide({ answer: 'deny' })).toEqual({ kind: 'done', caseId: waiting.id, state: 'denied' });
    await world.advance(10 * minuteMs);
    expect(executions(world.sandbox.world).size).toBe(0);
    expect(await decide()).toMatchObject({ kind: 'refused', code: 'case-closed' });
  });

  it('refuses a decision on another plan, and one on a case that is not there', async () => {
    expect(await decide({ planHash: 'f'.repeat(64) })).toMatchObject({
      kind: 'refused',
      code: 'plan-hash-mismatch',
    });
    expect(
      await world.app.selfheal.decide('0000000000000000-1', {
        planHash: '',
        answer: 'deny',
        who: person('a'),
        reason: 'b',
      }),
    ).toMatchObject({
      code: 'no-such-case',
    });
  });

  it('one outcome when twenty people decide at once', async () => {
    const all = Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        world.track(decide({ who: person(`person-${n}`), answer: n % 2 ? 'approve' : 'deny' })),
      ),
    );
    // Those who are refused give way to each other.
    let isOver = false;
    void all.finally(() => {
      isOver = true;
    });
    while (!isOver) await world.advance(secondMs);
    const answers = await all;
    expect(answers.filter(({ kind }) => kind === 'done')).toHaveLength(1);
    await world.advance(5 * minuteMs);
    expect(executions(world.sandbox.world).size).toBe((await stateNow()) === 'denied' ? 0 : 1);
  });

  it('expires to a person, never to a start', async () => {
    await world.advance(5 * minuteMs);
    world.sandbox.advanceBy(30 * hourMs);
    await world.advance(3 * minuteMs);
    expect((await world.cases())[0]?.state).toMatchObject({ name: 'needs-human', code: 'approval-expired' });
    expect(executions(world.sandbox.world).size).toBe(0);
    expect(world.sandbox.sns.messages().at(-1)?.subject).toContain('Nobody decided:');
  });
});
