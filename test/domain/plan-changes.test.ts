import { expect, it } from 'vitest';
import { planChanges } from '../../domain/plan-changes.ts';
import { plan } from '../support/cases.ts';

it('tells each difference between two plans, and none between the same', () => {
  expect(planChanges(plan, { ...plan, parameters: { ...plan.parameters } })).toEqual([]);
  const other = {
    document: 'AWS-Other',
    documentVersion: '2',
    parameters: { BucketName: ['a', 'b'], Added: ['x'] },
    account: '333333333333',
    region: 'eu-west-1',
    executorRoleArn: 'arn:aws:iam::333333333333:role/other',
  };
  expect(planChanges(plan, other)).toEqual([
    'runbook "AWS-Other" instead of "AWS-ConfigureS3BucketVersioning"',
    'version "2" instead of "1"',
    'parameter Added "x", which was not set',
    'parameter BucketName "a", "b" instead of "shop-prod-orders"',
    'parameter VersioningState not set any more, it was "Enabled"',
    'account "333333333333" instead of "222222222222"',
    'region "eu-west-1" instead of "us-east-1"',
    'role "arn:aws:iam::333333333333:role/other" instead of "arn:aws:iam::222222222222:role/selfheal-executor"',
  ]);
});

it('shows whatever a value holds as one printable line of bounded length', () => {
  const [line = ''] = planChanges(plan, {
    ...plan,
    documentVersion: `\u202e\u001b[31m\n${'x'.repeat(9_999)}`,
  });
  expect(line).toMatch(/^[\x20-\x7e]{1,300}$/);
});
