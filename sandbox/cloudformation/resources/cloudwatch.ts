/** CloudWatch alarms on one metric, and dashboards. */
import * as z from 'zod';
import { readDashboard } from '../../cloudwatch/dashboard-body.ts';
import { alarmTable, dashboardTable } from '../../lambda/records.ts';
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
  Unit: z.enum(['Count', 'Percent', 'Seconds', 'Milliseconds', 'Bytes', 'None']).optional(),
  Tags: anything,
});

type Alarm = z.infer<typeof alarmSchema>;

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

const dashboardSchema = z.strictObject({
  DashboardName: z
    .string()
    .regex(/^[\w-]{1,255}$/)
    .optional(),
  DashboardBody: z.string(),
});

export const cloudwatchTypes: ResourceTypes = {
  'AWS::CloudWatch::Alarm': resourceType({
    schema: alarmSchema
      .refine(
        ({ DatapointsToAlarm, EvaluationPeriods }) =>
          (DatapointsToAlarm ?? EvaluationPeriods) === EvaluationPeriods,
        'the sandbox judges every period of an alarm: leave DatapointsToAlarm out',
      )
      .refine(
        ({ Period, EvaluationPeriods }) =>
          Period * EvaluationPeriods <= (Period < HOUR_SECONDS ? 1 : 7) * DAY_SECONDS,
        'an alarm looks back a day at most, or seven days where its period is an hour or more',
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
        ...(alarm.Unit !== undefined && { unit: alarm.Unit }),
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
  'AWS::CloudWatch::Dashboard': resourceType({
    schema: dashboardSchema,
    put: (dashboard, place) => {
      // Read first: CloudWatch refuses a body that is none.
      const body = readDashboard(dashboard.DashboardBody);
      dashboardTable(place.world).put(dashboardKey(place.account, dashboardName(dashboard, place)), body);
    },
    identify: (dashboard, place) => ({ ref: dashboardName(dashboard, place), attributes: {} }),
    remove: ({ ref }, { world, account }) => dashboardTable(world).delete(dashboardKey(account, ref)),
  }),
};

/** A dashboard is an account's, in no Region. */
const dashboardKey = (account: string, name: string): string => `${account}/${name}`;

const dashboardName = ({ DashboardName }: z.infer<typeof dashboardSchema>, place: ResourcePlace): string =>
  DashboardName ?? generatedName(place, 255);

const nameOf = ({ AlarmName }: Alarm, place: ResourcePlace): string => AlarmName ?? generatedName(place, 255);
