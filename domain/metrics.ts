/**
 * Every metric of selfheal's own, as data: what it is called, what it says and which functions write it. The writer,
 * the dashboard, the alarms, the page in `docs/` and Prometheus' names are all held to this list.
 *
 * Dimensions have few values, all known beforehand: never ids of cases or resources, and no lanes, because each
 * combination of values is a metric of its own in CloudWatch and is paid for.
 */

/** The functions that write metrics, as `handlers/lambda` names them. */
export type MetricSource =
  | 'api'
  | 'compliance-change'
  | 'decide'
  | 'execution-status'
  | 'operations'
  | 'report'
  | 'scheduled'
  | 'tick'
  | 'wake';

export interface Metric {
  /** For people, on the dashboard. */
  readonly title: string;
  /** In a sentence: what it says. */
  readonly meaning: string;
  /** `counter`: how often since the last line. `gauge`: how it is now. `time`: how long each took, in ms. */
  readonly kind: 'counter' | 'gauge' | 'time';
  /** As CloudWatch names it. A name that ends in `Percent` or `Seconds` says its unit; times are milliseconds. */
  readonly unit: 'Count' | 'Percent' | 'Seconds' | 'Milliseconds';
  /** Besides `service`, which all have. */
  readonly dimensions: readonly 'state'[];
  readonly emittedBy: readonly MetricSource[];
}

/** Whatever takes cases further. */
const ENGINE = ['compliance-change', 'decide', 'execution-status', 'scheduled', 'wake'] as const;
/** What follows the published policy. */
const FOLLOWERS = [
  'api',
  'compliance-change',
  'decide',
  'execution-status',
  'operations',
  'report',
  'scheduled',
  'tick',
  'wake',
] as const;
/** What takes messages from a queue. */
const QUEUED = ['compliance-change', 'execution-status', 'scheduled', 'wake'] as const;

const COUNTER = { kind: 'counter', unit: 'Count', dimensions: [] } as const;
/** How something is, as the measuring of every five minutes finds it. */
const MEASURED = { kind: 'gauge', dimensions: [], emittedBy: ['report'] } as const;
const TIME = { kind: 'time', unit: 'Milliseconds', dimensions: [] } as const;

export const METRICS = {
  CaseOpened: {
    ...COUNTER,
    title: 'Cases opened',
    meaning: 'Cases that were opened.',
    emittedBy: ENGINE,
  },
  CaseMoved: {
    ...COUNTER,
    title: 'Cases by state reached',
    meaning: 'Cases that came into a state: an open one, or one of the ways in which a case ends.',
    dimensions: ['state'],
    emittedBy: ENGINE,
  },
  AttemptStarted: {
    ...COUNTER,
    title: 'Attempts started',
    meaning: 'Starts of a runbook.',
    emittedBy: ENGINE,
  },
  AttemptFailed: {
    ...COUNTER,
    title: 'Attempts failed',
    meaning: 'Attempts whose run failed, or ended well and fixed nothing.',
    emittedBy: ENGINE,
  },
  TimeToStart: {
    ...TIME,
    title: 'Time to start',
    meaning: 'From the opening of a case to its first run, waiting for people and for quota included.',
    emittedBy: ENGINE,
  },
  TimeToRemediate: {
    ...TIME,
    title: 'Time to remediate',
    meaning: 'From the opening of a case to its end, of cases that were healed.',
    emittedBy: ENGINE,
  },
  TimeToVerify: {
    ...TIME,
    title: 'Time to verify',
    meaning: 'From the end of the run to the verdict, of cases that were healed.',
    emittedBy: ENGINE,
  },
  BreakerOpened: {
    ...COUNTER,
    title: 'Breakers opened',
    meaning: 'Breakers that opened, because too many attempts of a rule or a runbook had failed.',
    emittedBy: ENGINE,
  },
  MessageRefused: {
    ...COUNTER,
    title: 'Messages refused',
    meaning: 'Messages that could not be understood and were set aside with the reason.',
    emittedBy: QUEUED,
  },
  PolicyRefused: {
    ...COUNTER,
    title: 'Policies refused',
    meaning: 'Times that a published policy was found invalid, cut short or older than the one in force.',
    emittedBy: FOLLOWERS,
  },
  SweepFound: {
    ...COUNTER,
    title: 'Events lost',
    meaning: 'Cases that a sweep had to open: no event told of them.',
    emittedBy: ['scheduled'],
  },
  SweepFailed: {
    ...COUNTER,
    title: 'Sweep failures',
    meaning: 'Lanes or rules that a sweep could not read.',
    emittedBy: ['scheduled'],
  },
  WeeklyReportStored: {
    ...COUNTER,
    title: 'Weekly reports stored',
    meaning: 'Weekly reports that were made, stored and told.',
    emittedBy: ['report'],
  },
  WeeklyReportFailed: {
    ...COUNTER,
    title: 'Weekly reports failed',
    meaning:
      'Weekly reports that could not be made, stored or told; that of the last week is tried again within the hour.',
    emittedBy: ['report'],
  },
  WeeklyReportAgeSeconds: {
    ...MEASURED,
    unit: 'Seconds',
    title: 'Age of the newest weekly report',
    meaning:
      'Time since the end of the newest week that has a stored report; not written while there is none.',
  },
  MeasureFailed: {
    ...COUNTER,
    title: 'Parts of measurements that failed',
    meaning:
      'Parts of a measurement that failed, so that their gauges are missing. Each measurement writes it, 0 when all went well.',
    emittedBy: ['report'],
  },
  CasesOpen: {
    ...MEASURED,
    unit: 'Count',
    title: 'Open cases by state',
    meaning: 'Cases that are open, by the state they are in; 0 where there is none.',
    dimensions: ['state'],
  },
  OldestQueuedSeconds: {
    ...MEASURED,
    unit: 'Seconds',
    title: 'Oldest queued case',
    meaning: 'How long the case that waits longest for a permit has waited; 0 when none waits.',
  },
  ApprovalsWaiting: {
    ...MEASURED,
    unit: 'Count',
    title: 'Approvals waiting',
    meaning: 'Cases that wait for people to decide.',
  },
  OldestApprovalSeconds: {
    ...MEASURED,
    unit: 'Seconds',
    title: 'Oldest approval waiting',
    meaning: 'How long the case that waits longest for a decision has waited; 0 when none waits.',
  },
  PermitsInUse: {
    ...MEASURED,
    unit: 'Count',
    title: 'Permits in use',
    meaning: 'Permits in use in all lanes together.',
  },
  BusiestLanePercent: {
    ...MEASURED,
    unit: 'Percent',
    title: 'Permits in use, busiest lane',
    meaning: 'Permits in use of those that the lane may have at once, of the lane where that is most.',
  },
  BreakersOpen: {
    ...MEASURED,
    unit: 'Count',
    title: 'Breakers open',
    meaning: 'Breakers that are open or have a probe at work.',
  },
  RecordersTroubled: {
    ...MEASURED,
    unit: 'Count',
    title: 'Recorders in trouble',
    meaning:
      'Lanes whose recorder is stopped, missing, not delivering or could not be asked: no event means nothing there. One more while the list of lanes cannot be read whole.',
  },
  CompliancePercent: {
    ...MEASURED,
    unit: 'Percent',
    title: 'Compliance',
    meaning:
      'Compliant results of all compliant, non-compliant and insufficient ones in all lanes together, counted as in the compliance report and found once an hour; an account that cannot be asked counts as one insufficient result. Not written while nothing can be read.',
  },
  ComplianceLanesUnread: {
    ...MEASURED,
    unit: 'Count',
    title: 'Lanes without whole compliance',
    meaning:
      'Lanes whose compliance could not be read, or only in part, or in which Config does not record: what is compliant there is not known. The log says why, lane by lane.',
  },
  SuccessRatePercent: {
    ...MEASURED,
    unit: 'Percent',
    title: 'Success rate',
    meaning:
      'Cases tried and healed of all cases tried and ended, within the last 7 days; not written while fewer than 10 have ended.',
  },
} as const satisfies Readonly<Record<string, Metric>>;

/** With fewer cases ended in the 7 days a success rate says nothing, and is not written. */
export const SUCCESS_RATE_CASES_MIN = 10;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];

type OfKind<Kind extends Metric['kind']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];
export type CounterName = OfKind<'counter'>;
export type GaugeName = OfKind<'gauge'>;
export type TimeMetricName = OfKind<'time'>;

/** The value of each of a metric's dimensions. */
export type Dimensions = Readonly<Partial<Record<Metric['dimensions'][number], string>>>;
