/** A batch of findings is taken in at once; reports of one finding stay in their order. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ComplianceReport } from '../../domain/engine/intake.ts';
import { instant } from '../../domain/time.ts';
import { type DrivenWorld, drivenWorld, START } from '../support/driven-world.ts';

let world: DrivenWorld;
beforeEach(async () => {
  world = await drivenWorld();
});
afterEach(() => world.close());

const RULE = 'rds-storage-encrypted';
const at = (seconds: number) => instant(Date.parse(START) - 60_000 + seconds * 1_000);

const report = (
  resourceId: string,
  compliance: 'COMPLIANT' | 'NON_COMPLIANT',
  seconds: number,
): ComplianceReport => ({
  account: '222222222222',
  origin: {
    region: 'us-east-1',
    configRuleName: RULE,
    configRuleArn: 'arn:aws:config:us-east-1:222222222222:config-rule/config-rule-order1',
  },
  resourceType: 'AWS::RDS::DBInstance',
  resourceId,
  evaluation: { compliance, recordedAt: at(seconds) },
  redelivered: false,
});

it('opens a case each, and asks for their tags in a query or two', async () => {
  const ids = Array.from({ length: 10 }, (_, n) => `db-CONCURRENT${n}`);
  const settled = await world.app.selfheal.complianceReported(
    ids.map((id) => report(id, 'NON_COMPLIANT', 0)),
  );
  expect(settled.map((result) => result.ok && result.value.kind)).toEqual(ids.map(() => 'opened'));
  expect(await world.cases()).toHaveLength(10);
  expect(world.sandbox.calls.counts()['config.SelectResourceConfig']).toBeLessThanOrEqual(2);
});

it('tells one finding its reports in the order in which they came', async () => {
  const settled = await world.app.selfheal.complianceReported([
    report('db-A', 'NON_COMPLIANT', 0),
    report('db-B', 'NON_COMPLIANT', 0),
    report('db-A', 'COMPLIANT', 1),
    report('db-A', 'NON_COMPLIANT', 2),
  ]);
  const values = settled.map((result) => (result.ok ? result.value : result.error));
  expect(values.map((value) => (value as { kind: string }).kind)).toEqual([
    'opened',
    'opened',
    'told',
    'opened',
  ]);
  const cases = (await world.cases()).filter(({ finding }) => finding.resourceId === 'db-A');
  expect(cases.map(({ number, state }) => [number, state.name]).sort()).toEqual([
    [1, 'self-resolved'],
    [2, 'held'],
  ]);
  expect(cases.find(({ number }) => number === 2)?.timeline.at(-1)?.why).toContain('ResourceNotIndexed');
});
