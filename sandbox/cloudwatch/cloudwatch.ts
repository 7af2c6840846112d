/**
 * CloudWatch: metrics from what functions print and from what Lambda and SQS tell of themselves, and alarms that
 * are judged every minute of sandbox time and told over their topics when they change.
 */
import type { AdminRoute } from '../core/admin-routes.ts';
import { authorizeService } from '../iam/authorize.ts';
import type { FunctionLogs } from '../lambda/function-logs.ts';
import type { Invoked } from '../lambda/lambda-runtime.ts';
import { type AlarmRecord, alarmTable } from '../lambda/records.ts';
import type { AwsService, Table, World } from '../service.ts';
import type { SnsService } from '../services/sns/sns.ts';
import type { Topic } from '../services/sns/topic-store.ts';
import { alarmMessage, alarmSubject } from './alarm-message.ts';
import { judgeAlarm, type StoredAlarmState } from './alarm-state.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { createMetricStore, type MetricStore } from './metric-store.ts';
import { putInvocation, putQueueMetrics } from './service-metrics.ts';

export interface CloudwatchDeps {
  readonly world: World;
  readonly nowMs: () => number;
  readonly sns: Pick<SnsService, 'publish'>;
}

export interface ToldAlarm extends StoredAlarmState {
  readonly name: string;
  readonly description: string;
  readonly account: string;
  readonly region: string;
}

export interface Cloudwatch {
  readonly service: AwsService;
  readonly metrics: MetricStore;
  alarms(): readonly ToldAlarm[];
  /** What a function printed may be metrics. */
  readLogs(logs: FunctionLogs): void;
  invoked(invocation: Invoked): void;
  readonly routes: readonly AdminRoute[];
}

const SERVICE = 'cloudwatch.amazonaws.com';
const MINUTE_MS = 60_000;

export const createCloudwatch = ({ world, nowMs, sns }: CloudwatchDeps): Cloudwatch => {
  const metrics = createMetricStore();
  const states: Table<StoredAlarmState> = world.table('cloudwatch-alarm-states');
  let nextMs = minuteAfter(nowMs());

  const stateOf = (key: string): StoredAlarmState => states.get(key) ?? UNKNOWN;

  const judge = (key: string, alarm: AlarmRecord, minuteMs: number): void => {
    const before = stateOf(key);
    const { state, reason } = judgeAlarm(alarm, periodsOf(metrics, alarm, minuteMs), before.state);
    if (state === before.state) return;
    const after = { state, reason, sinceMs: minuteMs };
    states.put(key, after);
    const topics = state === 'ALARM' ? alarm.actions : state === 'OK' ? (alarm.okActions ?? []) : [];
    for (const topicArn of topics)
      if (mayReach(world, alarm, topicArn))
        sns.publish(SERVICE, topicArn, {
          subject: alarmSubject(alarm, after),
          text: alarmMessage(alarm, before, after),
          nowMs: nowMs(),
        });
  };

  const told = (): readonly ToldAlarm[] =>
    [...alarmTable(world).entries()].map(([key, { name, description, account, region }]) => ({
      name,
      description,
      account,
      region,
      ...stateOf(key),
    }));

  return {
    metrics,
    service: {
      name: 'cloudwatch',
      operations: {},
      dueAt: () => (alarmTable(world).size === 0 ? undefined : nextMs),
      runDue: (dueMs) => {
        nextMs = minuteAfter(dueMs);
        const minuteMs = nextMs - MINUTE_MS;
        // How the queues were until now belongs to the minute that ends.
        putQueueMetrics(metrics, world, minuteMs - 1);
        for (const [key, alarm] of alarmTable(world).entries()) judge(key, alarm, minuteMs);
      },
    },
    alarms: told,
    readLogs: (logs) =>
      logs.onLine(({ account, region }, { fields }) => {
        for (const { values, atMs, ...metric } of embeddedMetrics(fields))
          for (const value of values) metrics.put({ account, region, ...metric }, value, atMs);
      }),
    invoked: (invocation) => putInvocation(metrics, invocation),
    routes: [
      {
        method: 'GET',
        path: 'alarms',
        answer: ({ query }) => {
          const wanted = query.get('state');
          return { alarms: told().filter(({ state }) => wanted === null || state === wanted) };
        },
      },
    ],
  };
};

const UNKNOWN: StoredAlarmState = {
  state: 'INSUFFICIENT_DATA',
  reason: 'Unchecked: Initial alarm creation',
  sinceMs: 0,
};

const minuteAfter = (ms: number): number => (Math.floor(ms / MINUTE_MS) + 1) * MINUTE_MS;

/** The latest period ends now; the first of the list is the oldest. */
const periodsOf = (
  metrics: MetricStore,
  alarm: AlarmRecord,
  minuteMs: number,
): readonly (number | undefined)[] => {
  const { account, region, namespace, metricName: name, dimensions, unit } = alarm;
  const periodMs = alarm.periodSeconds * 1_000;
  return Array.from({ length: alarm.evaluationPeriods }, (_, n) => {
    const toMs = minuteMs - (alarm.evaluationPeriods - 1 - n) * periodMs;
    const metric = { account, region, namespace, name, dimensions, ...(unit !== undefined && { unit }) };
    return metrics.statistic(metric, alarm.statistic, toMs - periodMs, toMs);
  });
};

/** The topic's policy must let CloudWatch in, and so must its key: the one that AWS keeps for SNS does not. */
const mayReach = (world: World, { account, region, name }: AlarmRecord, topicArn: string): boolean => {
  const topic = world.table<Topic>('sns-topics').get(topicArn);
  if (topic === undefined || topic.attributes.KmsMasterKeyId === 'alias/aws/sns') return false;
  return authorizeService(world, {
    service: SERVICE,
    action: 'sns:Publish',
    resource: topicArn,
    sourceArn: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`,
    sourceAccount: account,
  }).allowed;
};
