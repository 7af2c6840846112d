/** What an alarm says of a metric: a pure judgement over its periods, the latest last. */
import type { AlarmRecord } from '../lambda/records.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface StoredAlarmState {
  readonly state: AlarmState;
  readonly reason: string;
  readonly sinceMs: number;
}

export interface Judgement {
  readonly state: AlarmState;
  readonly reason: string;
}

/**
 * @param values one for each period, undefined where there were no data
 * @param before the state it was in, which missing data may leave as it is
 */
export const judgeAlarm = (
  alarm: Pick<AlarmRecord, 'threshold' | 'comparison' | 'treatMissingData' | 'evaluationPeriods'>,
  values: readonly (number | undefined)[],
  before: AlarmState,
): Judgement => {
  const known = values.filter((value) => value !== undefined);
  const missing = values.length - known.length;
  if (missing > 0 && alarm.treatMissingData === 'ignore' && known.every((value) => breaches(alarm, value)))
    return { state: before, reason: `${missing} of ${values.length} datapoints are missing and ignored.` };
  if (known.length === 0 && alarm.treatMissingData === 'missing')
    return {
      state: 'INSUFFICIENT_DATA',
      reason: `Insufficient Data: ${countOf(values.length)} unknown.`,
    };
  const missingBreaches = alarm.treatMissingData !== 'notBreaching';
  const isAlarm = values.every((value) => (value === undefined ? missingBreaches : breaches(alarm, value)));
  return { state: isAlarm ? 'ALARM' : 'OK', reason: reasonOf(alarm, values, isAlarm) };
};

const breaches = (
  { threshold, comparison }: Pick<AlarmRecord, 'threshold' | 'comparison'>,
  value: number,
) => {
  switch (comparison) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
    default:
      throw new Error(`The sandbox knows no comparison ${comparison}.`);
  }
};

/** In CloudWatch's words. */
const reasonOf = (
  {
    threshold,
    comparison,
    treatMissingData,
  }: Pick<AlarmRecord, 'threshold' | 'comparison' | 'treatMissingData'>,
  values: readonly (number | undefined)[],
  isAlarm: boolean,
): string => {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0)
    return `Threshold Crossed: no datapoints were received for ${values.length} period${values.length === 1 ? '' : 's'} and ${countOf(values.length)} treated as [${treatMissingData === 'breaching' ? 'Breaching' : 'NonBreaching'}].`;
  const compared = comparison
    .replace(/([A-Z])/g, ' $1')
    .trim()
    .toLowerCase();
  const are = `${countOf(known.length, 'was', 'were')} ${isAlarm ? '' : 'not '}${compared.replace(/ threshold$/, ' the threshold')}`;
  return `Threshold Crossed: ${are} (${threshold}): [${known.join(', ')}].`;
};

const countOf = (count: number, one = 'was', many = 'were'): string =>
  `${count} ${count === 1 ? `datapoint ${one}` : `datapoints ${many}`}`;
