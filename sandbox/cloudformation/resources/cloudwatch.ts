/** CloudWatch alarms on one metric. */
import * as z from 'zod';
import { alarmTable } from '../../lambda/records.ts';
import {
  aFlag,
  aNumber,
  anything,
  generatedName,
  type ResourcePlace,
  type ResourceTypes,
  resourceType,
} from '../resource-type.ts';

const alarmSchema = z.strictObject({
  AlarmName: z.string().optional(),
  AlarmDescription: z.string().default(''),
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.strictObject({ Name: z.string(), Value: z.string() })).default([]),
  Statistic: z.enum(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']),
  Period: aNumber,
  EvaluationPeriods: aNumber,
  DatapointsToAlarm: aNumber.optional(),
  Threshold: aNumber,
  ComparisonOperator: z.enum([
    'GreaterThanOrEqualToThreshold',
    'GreaterThanThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ]),
  TreatMissingData: z.enum(['missing', 'ignore', 'breaching', 'notBreaching']).default('missing'),
  ActionsEnabled: aFlag.default(true),
  AlarmActions: z.array(z.string()).default([]),
  OKActions: z.array(z.string()).default([]),
  Unit: anything,
  Tags: anything,
});

type Alarm = z.infer<typeof alarmSchema>;

export const cloudwatchTypes: ResourceTypes = {
  'AWS::CloudWatch::Alarm': resourceType({
    schema: alarmSchema.refine(
      ({ DatapointsToAlarm, EvaluationPeriods }) =>
        (DatapointsToAlarm ?? EvaluationPeriods) === EvaluationPeriods,
      'the sandbox judges every period of an alarm: leave DatapointsToAlarm out',
    ),
    put: (alarm, place) => {
      const { account, region } = place;
      const name = nameOf(alarm, place);
      alarmTable(place.world).put(`${account}/${region}/${name}`, {
        account,
        region,
        name,
        description: alarm.AlarmDescription,
        namespace: alarm.Namespace,
        metricName: alarm.MetricName,
        dimensions: Object.fromEntries(alarm.Dimensions.map(({ Name, Value }) => [Name, Value])),
        statistic: alarm.Statistic,
        periodSeconds: alarm.Period,
        evaluationPeriods: alarm.EvaluationPeriods,
        threshold: alarm.Threshold,
        comparison: alarm.ComparisonOperator,
        treatMissingData: alarm.TreatMissingData,
        actions: alarm.ActionsEnabled ? alarm.AlarmActions : [],
        okActions: alarm.ActionsEnabled ? alarm.OKActions : [],
      });
    },
    identify: (alarm, place) => {
      const name = nameOf(alarm, place);
      return {
        ref: name,
        attributes: { Arn: `arn:aws:cloudwatch:${place.region}:${place.account}:alarm:${name}` },
      };
    },
    remove: ({ ref }, { world, account, region }) => alarmTable(world).delete(`${account}/${region}/${ref}`),
  }),
};

const nameOf = ({ AlarmName }: Alarm, place: ResourcePlace): string => AlarmName ?? generatedName(place, 255);
