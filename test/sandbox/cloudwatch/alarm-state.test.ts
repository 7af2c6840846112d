import { expect, test } from 'vitest';
import { judgeAlarm } from '../../../sandbox/cloudwatch/alarm-state.ts';

const AT_LEAST = 'GreaterThanOrEqualToThreshold';
const x = undefined;

test.each([
  [AT_LEAST, 'missing', [1, 2, 3], 'OK', 'ALARM'],
  [AT_LEAST, 'missing', [1, 0, 3], 'ALARM', 'OK'],
  [AT_LEAST, 'missing', [x, x, x], 'OK', 'INSUFFICIENT_DATA'],
  [AT_LEAST, 'missing', [x, x, 1], 'OK', 'ALARM'],
  [AT_LEAST, 'notBreaching', [x, x, x], 'INSUFFICIENT_DATA', 'OK'],
  [AT_LEAST, 'notBreaching', [1, x, 1], 'ALARM', 'OK'],
  [AT_LEAST, 'ignore', [x, x, x], 'ALARM', 'ALARM'],
  [AT_LEAST, 'ignore', [x, x, 0], 'ALARM', 'OK'],
  [AT_LEAST, 'breaching', [1, x, 1], 'OK', 'ALARM'],
  ['LessThanThreshold', 'breaching', [x, x, x], 'OK', 'ALARM'],
  ['LessThanThreshold', 'breaching', [x, x, 1], 'ALARM', 'OK'],
  ['GreaterThanThreshold', 'missing', [1, 1, 1], 'ALARM', 'OK'],
  ['LessThanOrEqualToThreshold', 'missing', [1, 1, 1], 'OK', 'ALARM'],
] as const)('%s, %s: %j after %s is %s', (comparison, treatMissingData, values, before, expected) => {
  const alarm = { comparison, treatMissingData, threshold: 1, evaluationPeriods: 3 };
  expect(judgeAlarm(alarm, values, before).state).toBe(expected);
});

test('says why in CloudWatch’s words', () => {
  const alarm = {
    comparison: AT_LEAST,
    treatMissingData: 'notBreaching',
    threshold: 5,
    evaluationPeriods: 1,
  };
  expect(judgeAlarm(alarm, [7], 'OK').reason).toBe(
    'Threshold Crossed: 1 datapoint was greater than or equal to the threshold (5): [7].',
  );
  expect(judgeAlarm(alarm, [x], 'ALARM').reason).toBe(
    'Threshold Crossed: no datapoints were received for 1 period and 1 datapoint was treated as [NonBreaching].',
  );
});
