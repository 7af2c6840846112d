import { expect, it } from 'vitest';
import { figuresOfHealedCase, followHealedCase } from '../../bench/healed-case.ts';

it('counts the one start and every write of a healed case, and nothing of its warm-up', async () => {
  const seen = await followHealedCase();
  expect(seen.calls['ssm.StartAutomationExecution']).toBe(1);
  // Opened and intended, started, ended, resolved: a write each.
  expect(seen.calls['dynamodb.PutItem']).toBe(4);
  expect(seen.calls['sts.AssumeRole']).toBeUndefined();
  expect(seen.calls['sqs.ReceiveMessage']).toBeUndefined();
  expect(seen.functionsUntilStart).toBe(1);
  const figures = figuresOfHealedCase(seen);
  expect(figures.map(({ value }) => Number.isFinite(value) && value > 0)).toEqual([true, true, true, true]);
}, 30_000);
