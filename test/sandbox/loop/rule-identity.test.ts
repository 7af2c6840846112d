/** Which rule an event speaks of is for Config to say, by the rule's name, and not for the ARN in the event. */
import { afterEach, expect, it } from 'vitest';
import { minuteMs } from '../../../domain/time.ts';
import { executions } from '../../../sandbox/services/ssm/execution.ts';
import { createBrokenResource } from '../../../sandbox/world/admin.ts';
import { complianceEvent } from '../../support/compliance-event.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';

let world: DrivenWorld;
afterEach(() => world.close());

it('an event with the ARN of another rule gets no runbook of that rule', async () => {
  world = await drivenWorld();
  const { sandbox } = world;
  const nowMs = sandbox.clock.nowMs();
  const where = { account: '222222222222', region: 'us-east-1', resourceType: 'AWS::S3::Bucket', nowMs };
  const send = (configRuleName: string, resourceId: string) => {
    createBrokenResource(sandbox.world, { ...where, configRuleName, resourceId });
    return fetch(`${sandbox.url}/_sandbox/events`, {
      method: 'POST',
      body: JSON.stringify([complianceEvent({ ...where, configRuleName, resourceId })]),
    });
  };
  await send('s3-bucket-versioning-enabled', 'first-bucket');
  await world.until(async () => (await world.cases({ status: 'resolved' })).length === 1, 5 * minuteMs);
  await send('securityhub-our-own-rule', 'second-bucket');
  await world.advance(minuteMs);
  const other = (await world.cases()).find(({ finding }) => finding.resourceId === 'second-bucket');
  expect(other).toMatchObject({ entry: 'unmatched', state: { name: 'observing' } });
  expect(other?.finding.ruleIdentifier).toBeUndefined();
  expect(executions(sandbox.world).size).toBe(1);
});
