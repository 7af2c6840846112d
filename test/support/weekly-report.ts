/** A week as a report tells it, the same each time: a good one, with a stopped recorder and a breaker that opened. */
import { FIGURE_NAMES, type FigureName } from '../../domain/report/figures.ts';
import { weekNamed, weeksFrom } from '../../domain/report/week.ts';
import type {
  Group,
  Percentiles,
  Rate,
  Tally,
  TrendWeek,
  WeeklyReport,
} from '../../domain/report/weekly-report.ts';
import { secondMs } from '../../domain/time.ts';

const week = weekNamed('2026-W47', 'Europe/Berlin');
if (week === undefined) throw new Error('there is no week 2026-W47');

/** @example rateOf(9, 10).value // 0.9 */
export const rateOf = (numerator: number, denominator: number): Rate => ({
  numerator,
  denominator,
  value: denominator === 0 ? null : numerator / denominator,
});

/** Zero where nothing is said; the success rate is that of `succeeded` and `attempted`. */
export const tallyOf = (counts: Partial<Record<FigureName, number>>): Tally => {
  const figures = Object.fromEntries(FIGURE_NAMES.map((name) => [name, counts[name] ?? 0])) as Record<
    FigureName,
    number
  >;
  return { figures, success: rateOf(figures.succeeded, figures.attempted) };
};

/** In seconds, for people who write tests. */
const times = (count: number, totalSeconds: number, ...[p50, p90, p99]: readonly number[]): Percentiles => ({
  count,
  totalMs: totalSeconds * secondMs,
  p50: (p50 ?? 0) * secondMs,
  p90: (p90 ?? 0) * secondMs,
  p99: (p99 ?? 0) * secondMs,
});

const group = (
  key: string,
  opened: number,
  attempted: number,
  succeeded: number,
  escalated: number,
  more: Pick<Group, 'title'> & { readonly p50?: number } = {},
): Group => {
  const { p50 = 240, ...named } = more;
  return {
    key,
    ...named,
    ...tallyOf({
      opened,
      attempted,
      succeeded,
      escalated,
      resolved: succeeded,
      'open-at-end': Math.max(0, opened - succeeded - escalated),
    }),
    toRemediate: succeeded === 0 ? null : times(succeeded, succeeded * p50 * 2, p50, p50 * 6, p50 * 40),
  };
};

/** Opened, healed, tried and ended, tried and healed; the oldest week first. */
const TREND: readonly (readonly [number, number, number, number])[] = [
  [148, 101, 118, 97],
  [161, 117, 131, 112],
  [139, 108, 120, 104],
  [172, 131, 143, 126],
  [155, 124, 134, 121],
  [168, 133, 146, 131],
  [301, 207, 246, 202],
  [224, 181, 197, 177],
  [187, 158, 168, 154],
  [176, 151, 161, 149],
  [183, 155, 167, 153],
  [214, 178, 188, 175],
];

export const trendOf = (
  counts: readonly (readonly [number, number, number, number])[],
): readonly TrendWeek[] =>
  counts.map(([opened, resolved, attempted, succeeded], index) => ({
    week: weeksFrom(week, index - counts.length + 1).id,
    ...tallyOf({ opened, resolved, attempted, succeeded }),
    toRemediateP50: resolved === 0 ? null : (420 - index * 15) * secondMs,
  }));

export const WEEKLY_REPORT: WeeklyReport = {
  version: 1,
  week,
  until: week.to,
  isOver: true,
  madeAt: '2026-11-23T05:00:12.000Z',
  policyVersion: '2026-11-18.2',
  total: tallyOf({
    opened: 214,
    resolved: 178,
    'healed-unasked': 139,
    'healed-approved': 39,
    approved: 41,
    denied: 4,
    expired: 2,
    escalated: 13,
    unverified: 3,
    'self-resolved': 11,
    suppressed: 6,
    'closed-by-human': 9,
    attempted: 188,
    succeeded: 175,
    retried: 17,
    'open-at-end': 46,
  }),
  before: tallyOf({
    opened: 183,
    resolved: 155,
    'healed-unasked': 117,
    'healed-approved': 38,
    approved: 39,
    denied: 4,
    expired: 5,
    escalated: 16,
    unverified: 1,
    'self-resolved': 8,
    suppressed: 2,
    'closed-by-human': 12,
    attempted: 167,
    succeeded: 153,
    retried: 22,
    'open-at-end': 40,
  }),
  times: {
    'to-remediate': times(178, 1_290_000, 252, 15_480, 97_200),
    'waiting-for-approval': times(39, 604_000, 9_300, 41_000, 83_000),
    'waiting-for-quota': times(178, 121_000, 11, 1_900, 9_600),
    'held-back': times(52, 392_000, 3_600, 21_600, 36_000),
    running: times(195, 31_600, 94, 341, 1_120),
    verifying: times(178, 42_400, 131, 482, 2_900),
    'approval-response': times(45, 590_000, 8_100, 39_000, 83_000),
  },
  timesBefore: {
    'to-remediate': times(155, 1_310_000, 275, 17_100, 101_000),
    'waiting-for-approval': times(38, 610_000, 9_900, 43_000, 86_000),
    'waiting-for-quota': times(155, 101_000, 9, 1_200, 8_100),
    'held-back': null,
    running: times(177, 29_100, 97, 352, 1_090),
    verifying: times(155, 40_100, 129, 455, 2_700),
    'approval-response': times(43, 590_000, 8_900, 40_000, 85_000),
  },
  trend: trendOf(TREND),
  by: {
    account: [
      group('222222222222', 96, 84, 80, 3, { title: 'prod' }),
      group('333333333333', 71, 63, 59, 5, { title: 'staging', p50: 310 }),
      group('444444444444', 41, 37, 34, 4, { title: 'sandbox', p50: 190 }),
      group('555555555555', 6, 4, 2, 1),
    ],
    rule: [
      group('S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED', 63, 58, 58, 0, { p50: 170 }),
      group('S3_BUCKET_VERSIONING_ENABLED', 52, 49, 49, 0, { p50: 160 }),
      group('INCOMING_SSH_DISABLED', 44, 37, 32, 5, { p50: 9_600 }),
      group('EC2_EBS_ENCRYPTION_BY_DEFAULT', 23, 21, 19, 2),
      group('RDS_INSTANCE_PUBLIC_ACCESS_CHECK', 19, 15, 10, 5, { p50: 11_400 }),
      group('DYNAMODB_PITR_ENABLED', 9, 8, 7, 1),
      group('CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED', 4, 0, 0, 0),
    ],
    severity: [
      group('critical', 38, 32, 26, 6, { p50: 8_700 }),
      group('high', 69, 61, 57, 4),
      group('medium', 81, 74, 71, 3),
      group('low', 26, 21, 21, 0, { p50: 150 }),
    ],
    framework: [
      group('cis', 171, 149, 140, 9),
      group('pci', 133, 119, 108, 11),
      group('hipaa', 98, 88, 83, 5),
      group('soc2', 87, 79, 75, 4),
    ],
    owner: [
      group('payments', 74, 66, 64, 2),
      group('platform', 58, 52, 50, 2),
      group('data', 39, 33, 28, 4, { p50: 5_200 }),
      group('', 43, 37, 33, 5),
    ],
  },
  runbooks: [
    {
      document: 'AWSConfigRemediation-DisablePublicAccessToRDSInstance',
      attempts: 17,
      failed: 7,
      commonestError: { error: 'InvalidDBInstanceState: the instance is not available', count: 5 },
    },
    {
      document: 'AWS-DisablePublicAccessForSecurityGroup',
      attempts: 41,
      failed: 6,
      commonestError: { error: 'AccessDenied: ec2:RevokeSecurityGroupIngress', count: 4 },
    },
    {
      document: 'AWS-ConfigureS3BucketVersioning',
      attempts: 49,
      failed: 0,
    },
  ],
  flapping: [
    {
      findingId: 'flapping-finding',
      account: '333333333333',
      region: 'eu-central-1',
      rule: 'INCOMING_SSH_DISABLED',
      resourceType: 'AWS::EC2::SecurityGroup',
      resourceId: 'sg-0f3a9c1d2b4e5f607',
      cases: 5,
      handed: true,
    },
    {
      findingId: 'second-finding',
      account: '222222222222',
      region: 'eu-west-1',
      rule: 'S3_BUCKET_VERSIONING_ENABLED',
      resourceType: 'AWS::S3::Bucket',
      resourceId: 'nightly-exports',
      cases: 2,
      handed: false,
    },
  ],
  lapsing: [
    {
      name: 'legacy-bastion',
      owner: 'grace@example.com',
      reason: 'The bastion is replaced in December.',
      covers: 'rule INCOMING_SSH_DISABLED in account 333333333333',
      expiresAt: '2026-12-01T00:00:00.000Z',
      from: 'policy',
    },
  ],
  controlEvents: [
    {
      at: '2026-11-17T13:42:10.000Z',
      kind: 'breaker-opened',
      scope: 'runbook AWSConfigRemediation-DisablePublicAccessToRDSInstance',
      why: '5 of 8 attempts failed within an hour',
    },
    {
      at: '2026-11-17T15:10:00.000Z',
      kind: 'breaker-closed',
      scope: 'runbook AWSConfigRemediation-DisablePublicAccessToRDSInstance',
      why: 'a probe succeeded',
    },
    {
      at: '2026-11-19T08:00:00.000Z',
      kind: 'stop-set',
      scope: 'account 222222222222',
      who: 'ada',
      why: 'release of the payment service',
    },
    {
      at: '2026-11-19T10:30:00.000Z',
      kind: 'stop-lifted',
      scope: 'account 222222222222',
      who: 'ada',
      why: 'released',
    },
  ],
  recorders: {
    at: '2026-11-22T22:55:00.000Z',
    lanes: 60,
    troubledCount: 1,
    troubled: [
      {
        lane: { account: '555555555555', region: 'ap-southeast-2' },
        state: 'stopped',
        since: '2026-11-20T09:14:00.000Z',
        why: 'the recorder "default" is switched off',
      },
    ],
  },
  hoursSaved: {
    hours: 74.25,
    byRule: [
      { rule: 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED', healed: 58, minutesEach: 25 },
      { rule: 'S3_BUCKET_VERSIONING_ENABLED', healed: 49, minutesEach: 20 },
      { rule: 'INCOMING_SSH_DISABLED', healed: 32, minutesEach: 35 },
      { rule: 'EC2_EBS_ENCRYPTION_BY_DEFAULT', healed: 19, minutesEach: 20 },
      { rule: 'RDS_INSTANCE_PUBLIC_ACCESS_CHECK', healed: 10, minutesEach: 20 },
    ],
    assumption:
      'For each healed case, the minutes that a person would have needed by the catalog (manual-minutes of its rule), without finding the resource and without being woken.',
  },
  cost: {
    automationSteps: 1_204,
    automationDollars: 2.41,
    requests: 18_730,
    requestDollars: 0.09,
    dollars: 2.5,
    assumption:
      'Steps of SSM Automation at 0.002 USD each, without the free ones; requests by the number that one case takes, at the list prices of us-east-1.',
  },
  doubts: ['Of 1 case the bounded story no longer shows every step: what is counted of it may be too low.'],
};

/** The same week, and in every field that others write stands a text. */
export const hostileReport = (text: string): WeeklyReport => {
  const { by, recorders, hoursSaved, cost } = WEEKLY_REPORT;
  const named = (groups: readonly Group[]): readonly Group[] =>
    groups.map((one, index) => ({ ...one, key: `${index}${text}`, title: text }));
  return {
    ...WEEKLY_REPORT,
    policyVersion: text,
    by: {
      account: named(by.account),
      rule: named(by.rule),
      severity: named(by.severity),
      framework: named(by.framework),
      owner: named(by.owner),
    },
    runbooks: WEEKLY_REPORT.runbooks.map((one) => ({
      ...one,
      document: text,
      commonestError: { error: text, count: 1 },
    })),
    flapping: WEEKLY_REPORT.flapping.map((one) => ({
      ...one,
      account: text,
      region: text,
      rule: text,
      resourceType: text,
      resourceId: text,
    })),
    lapsing: WEEKLY_REPORT.lapsing.map((one) => ({
      ...one,
      name: text,
      owner: text,
      reason: text,
      covers: text,
    })),
    controlEvents: WEEKLY_REPORT.controlEvents.map((one) => ({ ...one, scope: text, who: text, why: text })),
    ...(recorders && {
      recorders: {
        ...recorders,
        doubt: text,
        troubled: recorders.troubled.map((one) => ({
          ...one,
          lane: { account: text, region: text },
          why: text,
        })),
      },
    }),
    hoursSaved: {
      ...hoursSaved,
      byRule: hoursSaved.byRule.map((one) => ({ ...one, rule: text })),
      assumption: text,
    },
    cost: { ...cost, assumption: text },
    doubts: [text],
  };
};

const NOTHING = tallyOf({});
const { recorders: _, ...unseen } = WEEKLY_REPORT;

/** A week in which nothing at all happened, and nobody ever looked at a recorder. */
export const EMPTY_REPORT: WeeklyReport = {
  ...unseen,
  until: '2026-11-18T11:00:00.000Z',
  isOver: false,
  madeAt: '2026-11-18T11:00:00.000Z',
  total: NOTHING,
  before: NOTHING,
  times: noTimes(),
  timesBefore: noTimes(),
  trend: trendOf(TREND.map(() => [0, 0, 0, 0])),
  by: { account: [], rule: [], severity: [], framework: [], owner: [] },
  runbooks: [],
  flapping: [],
  lapsing: [],
  controlEvents: [],
  hoursSaved: { ...WEEKLY_REPORT.hoursSaved, hours: 0, byRule: [] },
  cost: {
    ...WEEKLY_REPORT.cost,
    automationSteps: 0,
    automationDollars: 0,
    requests: 0,
    requestDollars: 0,
    dollars: 0,
  },
  doubts: [],
};

function noTimes(): WeeklyReport['times'] {
  return {
    'to-remediate': null,
    'waiting-for-approval': null,
    'waiting-for-quota': null,
    'held-back': null,
    running: null,
    verifying: null,
    'approval-response': null,
  };
}
