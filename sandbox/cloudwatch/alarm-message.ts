/** What CloudWatch sends over a topic when an alarm changes. */
import type { AlarmRecord } from '../lambda/records.ts';
import type { StoredAlarmState } from './alarm-state.ts';

/** SNS takes 100 characters of ASCII. */
const SUBJECT_CHARS_MAX = 100;

export const alarmSubject = ({ name, region }: AlarmRecord, { state }: StoredAlarmState): string =>
  `${state}: "${name}" in ${region}`.slice(0, SUBJECT_CHARS_MAX);

export const alarmMessage = (
  alarm: AlarmRecord,
  before: StoredAlarmState,
  { state, reason, sinceMs }: StoredAlarmState,
): string =>
  JSON.stringify({
    AlarmName: alarm.name,
    AlarmDescription: alarm.description,
    AWSAccountId: alarm.account,
    NewStateValue: state,
    NewStateReason: reason,
    StateChangeTime: new Date(sinceMs).toISOString().replace('Z', '+0000'),
    Region: alarm.region,
    AlarmArn: `arn:aws:cloudwatch:${alarm.region}:${alarm.account}:alarm:${alarm.name}`,
    OldStateValue: before.state,
    Trigger: {
      MetricName: alarm.metricName,
      Namespace: alarm.namespace,
      StatisticType: 'Statistic',
      Statistic: alarm.statistic.toUpperCase(),
      Dimensions: Object.entries(alarm.dimensions).map(([name, value]) => ({ value, name })),
      Period: alarm.periodSeconds,
      EvaluationPeriods: alarm.evaluationPeriods,
      ComparisonOperator: alarm.comparison,
      Threshold: alarm.threshold,
      TreatMissingData: alarm.treatMissingData,
    },
  });
