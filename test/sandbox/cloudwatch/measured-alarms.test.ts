/**
 * The alarms on selfheal's own metrics, as the hub's fragments have them, over the lines that the functions' writer
 * makes: each goes off, is over again, and says what silence is to it. One world, and its clock: every alarm hears
 * the same good news, the same bad news and the same silence.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../../../infra/observability/metrics.ts';
import { deployStack } from '../../../sandbox/cloudformation/stacks.ts';
import { toTemplate } from '../../../sandbox/cloudformation/template.ts';
import { createCloudwatch } from '../../../sandbox/cloudwatch/cloudwatch.ts';
import { createFunctionLogs } from '../../../sandbox/lambda/function-logs.ts';
import { dashboardTable } from '../../../sandbox/lambda/records.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts';
import { hubTemplate } from '../../support/stack-templates.ts';
import { HUB, START_MS } from '../core/with-sandbox.ts';

type Told = Pick<ReturnType<typeof createMetrics>, 'count' | 'gauge'>;
type State = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

interface Alarm {
  readonly good: (metrics: Told) => void;
  readonly bad: (metrics: Told) => void;
  /** What it says when nothing is written any more. */
  readonly silent: State;
}

/** Right at the threshold, from either side. */
const ALARMS: Readonly<Record<string, Alarm>> = {
  'selfheal-success-rate': {
    good: (metrics) => metrics.gauge('SuccessRatePercent', 90),
    bad: (metrics) => metrics.gauge('SuccessRatePercent', 89.9),
    // Too few cases have ended: nothing is known, and nobody is woken.
    silent: 'INSUFFICIENT_DATA',
  },
  'selfheal-oldest-queued': {
    good: (metrics) => metrics.gauge('OldestQueuedSeconds', 3_599),
    bad: (metrics) => metrics.gauge('OldestQueuedSeconds', 3_600),
    silent: 'INSUFFICIENT_DATA',
  },
  'selfheal-breaker-open': {
    good: (metrics) => metrics.gauge('BreakersOpen', 0),
    bad: (metrics) => metrics.gauge('BreakersOpen', 1),
    silent: 'INSUFFICIENT_DATA',
  },
  'selfheal-recorder-troubled': {
    good: (metrics) => metrics.gauge('RecordersTroubled', 0),
    bad: (metrics) => metrics.gauge('RecordersTroubled', 1),
    silent: 'ALARM',
  },
  'selfheal-compliance': {
    good: (metrics) => metrics.gauge('CompliancePercent', 95),
    bad: (metrics) => metrics.gauge('CompliancePercent', 94.9),
    silent: 'INSUFFICIENT_DATA',
  },
  'selfheal-measure-failed': {
    good: (metrics) => metrics.count('MeasureFailed', 0),
    bad: (metrics) => metrics.count('MeasureFailed', 1),
    silent: 'ALARM',
  },
  'selfheal-weekly-report-missing': {
    good: (metrics) => metrics.gauge('WeeklyReportAgeSeconds', 691_200),
    bad: (metrics) => metrics.gauge('WeeklyReportAgeSeconds', 691_201),
    silent: 'ALARM',
  },
  'selfheal-weekly-report-failed': {
    good: () => undefined,
    bad: (metrics) => metrics.count('WeeklyReportFailed'),
    silent: 'OK',
  },
  'selfheal-message-refused': {
    good: () => undefined,
    bad: (metrics) => metrics.count('MessageRefused'),
    silent: 'OK',
  },
  'selfheal-policy-refused': {
    good: () => undefined,
    bad: (metrics) => metrics.count('PolicyRefused'),
    silent: 'OK',
  },
  'selfheal-sweep-failed': {
    good: () => undefined,
    bad: (metrics) => metrics.count('SweepFailed'),
    silent: 'OK',
  },
};
const NAMES = Object.keys(ALARMS);

const MINUTE_MS = 60_000;
const MEASURED_EVERY_MS = 5 * MINUTE_MS;
/** The longest period of the alarms, and a minute in which they are judged. */
const HEARD_MS = 61 * MINUTE_MS;
const TOPIC = `arn:aws:sns:us-east-1:${HUB}:selfheal-operations`;

/** What each alarm said after each of the phases, and of which the operators heard. */
const phases: Record<string, Readonly<Record<string, string | undefined>>> = {};
let heard: readonly string[] = [];
let recovered: readonly string[] = [];
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ clock: { kind: 'driven', startMs: START_MS } });
  try {
    const { world, clock, sns } = sandbox;
    const { Parameters, Conditions, Resources } = hubTemplate();
    const deployed = /^AWS::(?:CloudWatch::|SNS::Topic|KMS::Key$)/;
    await deployStack(
      sandbox,
      {
        name: 'selfheal',
        template: toTemplate({
          Parameters,
          Conditions,
          Resources: Object.fromEntries(
            Object.entries(Resources).filter(
              ([, { Type, Properties }]) =>
                deployed.test(Type) && (Properties.Namespace ?? 'Selfheal') === 'Selfheal',
            ),
          ),
        }),
        parameters: { OrganizationId: 'o-0123456789', ExternalId: 'an-external-id' },
        code: {},
      },
      { account: HUB, region: 'us-east-1' },
    );
    const cloudwatch = createCloudwatch({ world, nowMs: clock.nowMs, sns });
    sandbox.attach(cloudwatch.service);
    const logs = createFunctionLogs(world, clock.nowMs);
    cloudwatch.readLogs({ ...logs, onLine: (listener) => listeners.push(listener) });
    const told = createMetrics((text) => {
      const line = JSON.parse(text);
      // The machine's clock is not the sandbox's.
      const fields = { ...line, _aws: { ...line._aws, Timestamp: clock.nowMs() } };
      const place = { account: HUB, region: 'us-east-1' } as Parameters<(typeof listeners)[number]>[0];
      const printed = { atMs: clock.nowMs(), functionName: 'selfheal-report', logStream: '', text, fields };
      for (const listener of listeners) listener(place, printed);
    });
    /** Measures as often as selfheal does, until every alarm has heard of it. */
    const goesOn = (phase: string, tell: (alarm: Alarm) => void, forMs = HEARD_MS) => {
      for (let atMs = 0; atMs < forMs; atMs += MEASURED_EVERY_MS) {
        for (const name of NAMES) tell(ALARMS[name] as Alarm);
        told.publish();
        sandbox.advanceBy(MEASURED_EVERY_MS);
      }
      phases[phase] = Object.fromEntries(cloudwatch.alarms().map(({ name, state }) => [name, state]));
    };
    goesOn('good', ({ good }) => good(told));
    const before = sns.messages(TOPIC).length;
    goesOn('one bad measurement', ({ bad }) => bad(told), MEASURED_EVERY_MS);
    goesOn('good soon after', ({ good }) => good(told));
    goesOn('bad', ({ bad }) => bad(told));
    goesOn('good again', ({ good }) => good(told));
    const subjects = sns.messages(TOPIC).map(({ subject = '' }) => subject);
    heard = subjects.slice(before).filter((subject) => subject.startsWith('ALARM'));
    recovered = subjects.slice(before).filter((subject) => subject.startsWith('OK'));
    goesOn('silence', () => undefined);
  } finally {
    await sandbox.close();
  }
});

const listeners: Parameters<ReturnType<typeof createFunctionLogs>['onLine']>[0][] = [];

const each = (state: (alarm: Alarm) => State) =>
  Object.fromEntries(NAMES.map((name) => [name, state(ALARMS[name] as Alarm)]));

describe('the alarms on metrics of selfheal', () => {
  it('are all here', () => {
    expect(Object.keys(phases.good ?? {}).sort()).toEqual(NAMES.toSorted());
  });

  it('are quiet at the threshold and ring beyond it', () => {
    expect(phases.good).toEqual(each(() => 'OK'));
    expect(phases.bad).toEqual(each(() => 'ALARM'));
  });

  it('are over when all is well again', () => {
    expect(phases['good again']).toEqual(each(() => 'OK'));
    expect(phases['good soon after']).toEqual(each(() => 'OK'));
  });

  it('ring at the first bad measurement, but where one failed measurement means little', () => {
    const patient = new Set(['selfheal-measure-failed', 'selfheal-weekly-report-missing']);
    expect(phases['one bad measurement']).toEqual(
      Object.fromEntries(NAMES.map((name) => [name, patient.has(name) ? 'OK' : 'ALARM'])),
    );
  });

  it('tell the operators, when they ring and when it is over', () => {
    const patient = ['selfheal-measure-failed', 'selfheal-weekly-report-missing'];
    const twice = [...NAMES, ...NAMES.filter((name) => !patient.includes(name))];
    const said = (state: string) => twice.map((name) => `${state}: "${name}" in us-east-1`).sort();
    expect(heard.toSorted()).toEqual(said('ALARM'));
    expect(recovered.toSorted()).toEqual(said('OK'));
  });

  it('say of silence what it means to them', () => {
    expect(phases.silence).toEqual(each(({ silent }) => silent));
  });
});

describe('the dashboard', () => {
  it('is one that CloudWatch takes', () => {
    expect([...dashboardTable(sandbox.world).entries()].map(([name]) => name)).toEqual([`${HUB}/selfheal`]);
  });
});
