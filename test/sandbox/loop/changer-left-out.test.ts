/** Who changed a resource last is read from its tags: where they cannot be read, nobody is asked and nothing starts. */
import { afterEach, expect, it } from 'vitest';
import { minuteMs } from '../../../domain/time.ts';
import { executions } from '../../../sandbox/services/ssm/execution.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';
import { openPayroll } from '../../support/payroll.ts';

let world: DrivenWorld;
afterEach(() => world.close());

const POLICY = `version: 1
topics: { oncall: selfheal-oncall }
changed-by: team
defaults: { notify: [oncall], approval: { not: [changer] } }
entries:
  - { name: payroll, match: { rule: S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED }, mode: approve }
`;

it('is a doubt while Config refuses to tell the tags, and known when it tells them', async () => {
  world = await drivenWorld({ policyChanged: () => POLICY, stepMs: minuteMs });
  const { sandbox } = world;
  const fault = sandbox.faults.add({
    kind: 'error',
    service: 'config',
    operation: 'SelectResourceConfig',
    errorCode: 'AccessDeniedException',
  });
  openPayroll(world);
  await world.until(() => world.told('held') > 0, 5 * minuteMs);
  await world.advance(3 * minuteMs);
  const [held] = await world.cases();
  expect(held?.state).toMatchObject({ name: 'held', reason: 'check-failed' });
  expect(JSON.stringify(held?.state)).toContain('config:SelectResourceConfig failed with AccessDenied');
  expect(sandbox.sns.messages()).toEqual([]);
  expect(executions(sandbox.world).size).toBe(0);

  sandbox.faults.remove(fault);
  await world.until(() => world.told('awaiting-approval') > 0, 90 * minuteMs);
  const [asked] = await world.cases();
  expect(asked?.terms).toMatchObject({ approval: { not: ['changer'] }, changedBy: 'finance' });
  expect(executions(sandbox.world).size).toBe(0);
});
