/**
 * The dashboard `selfheal` in CloudWatch, as its API takes it: what every metric of selfheal's own says, the alarms
 * that stand on them, and beside them what AWS counts of the queues and the functions.
 */
import { CLOSED_STATES, OPEN_STATES } from '../../domain/case/case.ts';
import { METRICS, type Metric, type MetricName } from '../../domain/metrics.ts';
import { DEAD_LETTER_QUEUES } from '../sqs/queues.ts';

/** One line of a graph: namespace, name, dimensions, and how it is drawn. */
export type DashboardMetric = readonly [
  ...names: string[],
  options: { readonly label?: string; readonly stat: string; readonly yAxis?: 'right' },
];

export interface Widget {
  readonly type: 'metric' | 'alarm' | 'text';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface DashboardBody {
  /** What one sees first. */
  readonly start: string;
  readonly periodOverride: 'inherit';
  readonly widgets: readonly Widget[];
}

interface Graph {
  readonly title: string;
  readonly metrics: readonly DashboardMetric[];
  /** Of several that make a whole together. */
  readonly stacked?: true;
  /** In seconds. Default: that of the measurements, three of which fall into it. */
  readonly period?: number;
  /** Where an alarm rings. */
  readonly threshold?: { readonly label: string; readonly value: number };
  readonly unit?: 'percent';
}

/** Of a function or an alarm, as the templates name them. */
export interface Watched {
  readonly alarmNames: readonly string[];
  readonly functionNames: readonly string[];
}

const COLUMNS = 24;
const TEXT_ROWS = 2;
const ALARM_ROWS = 5;
const GRAPH_COLUMNS = 8;
const GRAPH_ROWS = 6;
const MEASURED_SECONDS = 900;
const HOUR_SECONDS = 3_600;
/** For CloudFormation. */
const REGION = `\${AWS::Region}`;

/** With `${AWS::…}` where CloudFormation says partition, Region and account. */
export const dashboardBody = ({ alarmNames, functionNames }: Watched): DashboardBody => ({
  start: '-P7D',
  periodOverride: 'inherit',
  widgets: [
    {
      type: 'text',
      x: 0,
      y: 0,
      width: COLUMNS,
      height: TEXT_ROWS,
      properties: { markdown: INTRODUCTION },
    },
    {
      type: 'alarm',
      x: 0,
      y: TEXT_ROWS,
      width: COLUMNS,
      height: ALARM_ROWS,
      properties: {
        title: 'Alarms',
        alarms: alarmNames.map(
          (name) => `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:${name}`,
        ),
      },
    },
    ...graphs(functionNames).map(placed),
  ],
});

const INTRODUCTION =
  '**selfheal**: what was measured lately, and what it counts. A gap in a graph is a measurement that failed: see the alarm `selfheal-measure-failed`. What each metric means and what to do when an alarm rings stands in docs/metrics.md.';

const graphs = (functionNames: readonly string[]): readonly Graph[] => [
  {
    title: 'Success rate of 7 days, and compliance',
    metrics: [line('SuccessRatePercent', 'Minimum'), line('CompliancePercent', 'Minimum')],
    threshold: { label: 'success rate: alarm', value: 90 },
    unit: 'percent',
  },
  {
    title: 'Recorders in trouble, and lanes not read',
    metrics: [line('RecordersTroubled', 'Maximum'), line('ComplianceLanesUnread', 'Maximum')],
  },
  {
    title: 'Breakers',
    metrics: [line('BreakersOpen', 'Maximum'), line('BreakerOpened', 'Sum')],
  },
  {
    title: METRICS.CasesOpen.title,
    metrics: OPEN_STATES.map((state) => lineOfState('CasesOpen', 'Maximum', state)),
    stacked: true,
  },
  {
    title: METRICS.CaseMoved.title,
    metrics: [...OPEN_STATES, ...CLOSED_STATES].map((state) => lineOfState('CaseMoved', 'Sum', state)),
    period: HOUR_SECONDS,
  },
  {
    title: 'Cases opened, and events lost',
    metrics: [line('CaseOpened', 'Sum'), line('SweepFound', 'Sum'), line('SweepFailed', 'Sum')],
    period: HOUR_SECONDS,
  },
  {
    title: 'Attempts',
    metrics: [line('AttemptStarted', 'Sum'), line('AttemptFailed', 'Sum')],
    period: HOUR_SECONDS,
  },
  {
    title: METRICS.TimeToRemediate.title,
    metrics: ['p50', 'p90', 'p99'].map((stat) => line('TimeToRemediate', stat, { label: stat })),
    period: HOUR_SECONDS,
  },
  {
    title: 'Time to start, and to verify',
    metrics: [
      line('TimeToStart', 'p50', { label: 'to start, p50' }),
      line('TimeToStart', 'p90', { label: 'to start, p90' }),
      line('TimeToVerify', 'p50', { label: 'to verify, p50' }),
      line('TimeToVerify', 'p90', { label: 'to verify, p90' }),
    ],
    period: HOUR_SECONDS,
  },
  {
    title: METRICS.OldestQueuedSeconds.title,
    metrics: [line('OldestQueuedSeconds', 'Maximum')],
    threshold: { label: 'alarm', value: HOUR_SECONDS },
  },
  {
    title: METRICS.ApprovalsWaiting.title,
    metrics: [
      line('ApprovalsWaiting', 'Maximum'),
      line('OldestApprovalSeconds', 'Maximum', { yAxis: 'right' }),
    ],
  },
  {
    title: 'Permits in use against quota',
    metrics: [line('PermitsInUse', 'Maximum'), line('BusiestLanePercent', 'Maximum', { yAxis: 'right' })],
  },
  {
    title: 'Messages that nobody works on',
    metrics: DEAD_LETTER_QUEUES.map((queue) => [
      'AWS/SQS',
      'ApproximateNumberOfMessagesVisible',
      'QueueName',
      queue,
      { label: queue, stat: 'Maximum' },
    ]),
  },
  {
    title: 'Refused',
    metrics: [line('MessageRefused', 'Sum'), line('PolicyRefused', 'Sum')],
    period: HOUR_SECONDS,
  },
  {
    title: 'Errors of functions',
    metrics: functionNames.map((name) => [
      'AWS/Lambda',
      'Errors',
      'FunctionName',
      name,
      { label: name, stat: 'Sum' },
    ]),
    period: HOUR_SECONDS,
  },
  {
    title: 'Weekly reports',
    metrics: [line('WeeklyReportStored', 'Sum'), line('WeeklyReportFailed', 'Sum')],
    period: HOUR_SECONDS,
  },
  {
    title: METRICS.WeeklyReportAgeSeconds.title,
    metrics: [line('WeeklyReportAgeSeconds', 'Minimum')],
    threshold: { label: 'alarm', value: 8 * 24 * HOUR_SECONDS },
  },
  { title: METRICS.MeasureFailed.title, metrics: [line('MeasureFailed', 'Minimum')] },
];

type Drawn = Partial<DashboardMetric[1] & { readonly label: string; readonly yAxis: 'right' }>;

const line = (name: MetricName, stat: string, drawn: Drawn = {}): DashboardMetric => {
  const { title }: Metric = METRICS[name];
  return [
    'Selfheal',
    name,
    'service',
    'selfheal',
    { label: title, ...drawn, stat },
  ] as unknown as DashboardMetric;
};

const lineOfState = (name: MetricName, stat: string, state: string): DashboardMetric =>
  [
    'Selfheal',
    name,
    'service',
    'selfheal',
    'state',
    state,
    { label: state, stat },
  ] as unknown as DashboardMetric;

/** Three side by side, below text and alarms. */
const placed = ({ title, metrics, stacked, period, threshold, unit }: Graph, n: number): Widget => ({
  type: 'metric',
  x: (n % 3) * GRAPH_COLUMNS,
  y: TEXT_ROWS + ALARM_ROWS + Math.floor(n / 3) * GRAPH_ROWS,
  width: GRAPH_COLUMNS,
  height: GRAPH_ROWS,
  properties: {
    title,
    region: REGION,
    view: 'timeSeries',
    stacked: stacked ?? false,
    period: period ?? MEASURED_SECONDS,
    metrics,
    ...(threshold !== undefined && { annotations: { horizontal: [threshold] } }),
    yAxis: { left: { min: 0, ...(unit === 'percent' && { max: 100 }) } },
  },
});
