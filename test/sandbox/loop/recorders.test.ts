/**
 * Sixty lanes, in one of which Config's recorder is stopped: nothing happens there any more, and that must not look
 * as though all were well. The alarm rings, and doctor, weekly report, compliance and gate say it, each by itself.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../../cli/program.ts';
import type { ComplianceReport } from '../../../domain/compliance/report.ts';
import { type Lane, laneId } from '../../../domain/finding.ts';
import type { MeasuredPart } from '../../../domain/health/measure.ts';
import type { RecorderStore, SlowFigures } from '../../../domain/health/measured-store.ts';
import { minuteMs } from '../../../domain/time.ts';
import { documentsOf } from '../../../infra/compose-ports.ts';
import { composeReport, type ReportJobs } from '../../../infra/compose-report.ts';
import { createRecorderStore, createSlowFigures } from '../../../infra/dynamodb/measured-store.ts';
import { createMetrics } from '../../../infra/observability/metrics.ts';
import { type Cloudwatch, createCloudwatch } from '../../../sandbox/cloudwatch/cloudwatch.ts';
import type { FunctionLogs } from '../../../sandbox/lambda/function-logs.ts';
import { changeRecorder } from '../../../sandbox/recorder-routes.ts';
import type { RECORDER_STATES } from '../../../sandbox/recorder-states.ts';
import type { DeployedRule } from '../../../sandbox/services/config/deployed-rules.ts';
import { EXECUTOR_ROLE, HUB_ACCOUNT, roleKey, roleTable } from '../../../sandbox/world/roles.ts';
import { memoryIo } from '../../cli/memory-io.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';
import { type PlanService, planService } from '../../support/plan-service.ts';

const ACCOUNTS = Array.from({ length: 20 }, (_, n) => ({
  account: n === 0 ? HUB_ACCOUNT : String(300_000_000_000 + n),
  name: `team-${n}-prod`,
}));
const REGIONS = ['us-east-1', 'eu-west-1', 'ap-south-1'];
const STOPPED: Lane = { account: '300000000007', region: 'eu-west-1' };
const RULE = 's3-bucket-versioning-enabled';
const LONG_NAMED = '300000000008/us-east-1';
const ALARM = 'selfheal-recorder-troubled';

let world: DrivenWorld;
let service: PlanService;
let jobs: ReportJobs;
let store: RecorderStore;
let figures: SlowFigures;
let cloudwatch: Cloudwatch;
const metrics = createMetrics((text) => hear(text));
let hear = (_: string): void => undefined;
let told: Readonly<Record<string, unknown>> = {};

beforeAll(async () => {
  world = await drivenWorld({ accounts: ACCOUNTS, regions: REGIONS, stepMs: minuteMs });
  const { sandbox, app, deployment } = world;
  // One rule is enough to say how much is compliant, and in one lane those that only an aggregator can be asked about.
  const rules = sandbox.world.table<readonly DeployedRule[]>('config:rules');
  const isKept = (lane: string, name: string) => name === RULE || (lane === LONG_NAMED && name.length > 64);
  for (const [lane, deployed] of [...rules.entries()])
    rules.put(
      lane,
      deployed.filter(({ name }) => isKept(lane, name)),
    );
  expect(rules.get(LONG_NAMED)?.length).toBeGreaterThan(1);
  service = await planService(world);
  const connection = {
    endpoint: sandbox.url,
    dynamodbEndpoint: sandbox.dynamodbEndpoint,
    credentials: { accessKeyId: HUB_ACCOUNT, secretAccessKey: 'sandbox' },
  };
  const { settings } = deployment;
  const table = { client: documentsOf(settings, connection), tableName: settings.tableName };
  store = createRecorderStore(table);
  figures = createSlowFigures(table);
  jobs = composeReport({ ...app, ports: { ...app.ports, metrics } }, settings, {
    connection,
    reports: { topicArn: settings.operationsTopicArn },
  });
  cloudwatch = createCloudwatch({ world: sandbox.world, nowMs: sandbox.clock.nowMs, sns: sandbox.sns });
  sandbox.attach(cloudwatch.service);
  cloudwatch.readLogs({
    onLine: (listener) => {
      hear = (text) => {
        const line = JSON.parse(text);
        if (line.state === undefined) told = line;
        // The machine's clock is not the sandbox's.
        const fields = { ...line, _aws: { ...line._aws, Timestamp: sandbox.clock.nowMs() } };
        const place = { account: HUB_ACCOUNT, region: 'us-east-1' } as Parameters<typeof listener>[0];
        const printed = { atMs: sandbox.clock.nowMs(), functionName: 'selfheal-report', logStream: '', text };
        listener(place, { ...printed, fields });
      };
    },
  } as FunctionLogs);
}, 120_000);
afterAll(async () => {
  service?.close();
  await world?.close();
});
afterEach(() => world.sandbox.faults.clear());

/** As the schedule does it every five minutes; answers which parts failed. */
const measure = async (): Promise<readonly MeasuredPart[]> => {
  const { failed } = (await world.track(jobs.measure())) as { readonly failed: readonly MeasuredPart[] };
  metrics.publish();
  world.sandbox.advanceBy(5 * minuteMs);
  return failed;
};
const recorder = (state: (typeof RECORDER_STATES)[number], lane = STOPPED): void => {
  changeRecorder(world.sandbox.world, { ...lane, state }, world.sandbox.clock.nowMs());
};
const alarm = () => cloudwatch.alarms().find(({ name }) => name === ALARM)?.state;
const selfheal = async (...line: readonly string[]) => {
  const io = memoryIo();
  const code = await runCommand([...line, '--url', service.url], io);
  return { code, out: io.written(), err: io.complained() };
};

describe('where all record', () => {
  it('nothing rings, and the report says so last', async () => {
    expect(await measure()).toEqual([]);
    expect(told).toMatchObject({
      RecordersTroubled: 0,
      MeasureFailed: 0,
      CompliancePercent: 100,
      ComplianceLanesUnread: 0,
      PermitsInUse: 0,
    });
    expect(await store.read()).toMatchObject({ lanes: 60, troubledCount: 0, troubled: [] });
    expect(alarm()).toBe('OK');
    const { code, out } = await selfheal('report', '--week', 'current', '--format', 'md');
    expect(code).toBe(0);
    expect(out).toContain('AWS Config records in all of 60 lanes');
  });
});

describe('a recorder that is stopped in one of sixty lanes', () => {
  beforeAll(async () => {
    recorder('off');
    expect(await measure()).toEqual([]);
  }, 60_000);

  it('rings, and the operators hear of it', () => {
    expect(told).toMatchObject({ RecordersTroubled: 1, MeasureFailed: 0 });
    expect(alarm()).toBe('ALARM');
    const { operationsTopicArn } = world.deployment.settings;
    const subjects = world.sandbox.sns.messages(operationsTopicArn).map(({ subject }) => subject);
    expect(subjects).toContain(`ALARM: "${ALARM}" in us-east-1`);
  });

  it('is named with its lane and since when', async () => {
    const seen = await store.read();
    expect(seen).toMatchObject({ lanes: 60, troubledCount: 1 });
    expect(seen?.troubled).toEqual([
      { lane: STOPPED, state: 'stopped', since: expect.any(String), why: 'the recorder default is off' },
    ]);
  });

  it('stands at the top of the weekly report, in every format', async () => {
    const report = async (format: string) =>
      (await selfheal('report', '--week', 'current', '--format', format)).out;
    for (const format of ['text', 'md', 'html', 'print']) {
      const text = await report(format);
      const at = text.indexOf('AWS Config does not record as it should in 1 of 60 lanes');
      expect(at, format).toBeGreaterThan(-1);
      expect(at, format).toBeLessThan(text.search(/success rate/i));
      expect(text, format).toContain(laneId(STOPPED));
    }
    expect(JSON.parse(await report('json')).recorders).toMatchObject({ troubledCount: 1 });
  });

  it('is said by the doctor, with the command that starts it', async () => {
    const { code, out } = await selfheal('doctor', '--lane', laneId(STOPPED));
    expect(code).toBe(1);
    expect(out).toContain("Config's recorder default is off since 20");
    expect(out).toContain('aws configservice start-configuration-recorder');
  });

  it('stands above every figure of the compliance report, and nothing there is compliant', async () => {
    const compliance = (format: string) =>
      selfheal('compliance', '--account', STOPPED.account, '--format', format);
    const { out } = await compliance('text');
    const at = out.search(/recorder/i);
    expect(at).toBeGreaterThan(-1);
    expect(at).toBeLessThan(out.search(/\d %/));
    expect(out).toContain(laneId(STOPPED));
    const report = JSON.parse((await compliance('json')).out) as ComplianceReport;
    expect(report.recorders).toEqual([expect.objectContaining({ lane: STOPPED, state: 'stopped' })]);
    expect(report.overall).toMatchObject({ compliant: 10, insufficient: 5 });
  });

  it('keeps the gate from passing', async () => {
    const { code, out } = await selfheal('gate', '--rules', RULE, '--format', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(out).reasons).toEqual([
      expect.objectContaining({ code: 'recorder-off', lane: STOPPED }),
      expect.objectContaining({ code: 'score-low' }),
    ]);
  });

  it('is over when it records again', async () => {
    recorder('on');
    // The alarm looks back a quarter of an hour.
    world.sandbox.advanceBy(11 * minuteMs);
    expect(await measure()).toEqual([]);
    expect(told).toMatchObject({ RecordersTroubled: 0 });
    expect(alarm()).toBe('OK');
    expect(await store.read()).toMatchObject({ troubledCount: 0 });
  });

  it('is told by the report of that week all the same: what happened meanwhile nobody saw', async () => {
    const { out } = await selfheal('report', '--week', 'current', '--format', 'md');
    const at = out.indexOf('In 1 lane AWS Config did not record as it should for a time');
    expect(at).toBeGreaterThan(-1);
    expect(at).toBeLessThan(out.search(/success rate/i));
    expect(out.slice(at)).toContain(laneId(STOPPED));
  });
});

describe('what is measured of lanes in other trouble', () => {
  const inAccount = (n: number, region = 'us-east-1'): Lane => ({
    account: String(300_000_000_000 + n),
    region,
  });
  const troubled = async () =>
    (await store.read())?.troubled.map(({ lane, state, why }) => `${laneId(lane)} ${state}: ${why}`);

  it('says which recorders are missing or failing, and whose deliveries fail', async () => {
    const states = ['missing', 'failing', 'undelivered'] as const;
    for (const [n, state] of states.entries()) recorder(state, inAccount(n + 1));
    await measure();
    for (const n of states.keys()) recorder('on', inAccount(n + 1));
    expect(told).toMatchObject({ RecordersTroubled: 3 });
    expect(await troubled()).toEqual([
      `${laneId(inAccount(1))} missing: Config has no recorder there`,
      expect.stringMatching(/^300000000002\/us-east-1 failing: the recorder default fails: AccessDenied: /),
      expect.stringMatching(
        /^300000000003\/us-east-1 failing: the delivery channel default does not deliver: .*NoSuchBucket/,
      ),
    ]);
  });

  it('says of those that are throttled, refused or not entered that they are unknown, and rings', async () => {
    const { faults, world: accounts } = world.sandbox;
    const asked = { service: 'config', operation: 'DescribeConfigurationRecorderStatus' } as const;
    faults.add({ kind: 'throttle', ...asked, ...inAccount(4) });
    faults.add({ kind: 'error', errorCode: 'AccessDeniedException', ...asked, ...inAccount(5) });
    const key = roleKey(inAccount(6).account, EXECUTOR_ROLE);
    const role = roleTable(accounts).get(key);
    roleTable(accounts).delete(key);
    // Credentials that were given before hold for an hour.
    world.sandbox.advanceBy(61 * minuteMs);
    // How much is compliant was measured above, and takes long.
    await figures.write('compliance', { at: world.now(), numerator: 9, denominator: 10 });
    expect(await measure()).toEqual([]);
    if (role !== undefined) roleTable(accounts).put(key, role);
    expect(told).toMatchObject({ RecordersTroubled: 5 });
    expect(await troubled()).toEqual([
      expect.stringMatching(/^300000000004\/us-east-1 unknown: config:\w+ answers ThrottlingException: /),
      expect.stringMatching(/^300000000005\/us-east-1 unknown: config:\w+ answers AccessDeniedException: /),
      ...['ap-south-1', 'eu-west-1', 'us-east-1'].map((region) =>
        expect.stringMatching(
          new RegExp(`^${laneId(inAccount(6, region))} unknown: .* answers AccessDenied: .*sts:AssumeRole`),
        ),
      ),
    ]);
  });

  it('rings when nobody tells which lanes there are, although those that are known record', async () => {
    const operation = 'DescribeConfigurationAggregators';
    const denied = { kind: 'error', errorCode: 'AccessDeniedException', service: 'config' } as const;
    world.sandbox.faults.add({ ...denied, operation });
    await measure();
    expect(told).toMatchObject({ RecordersTroubled: 1 });
    expect(await store.read()).toMatchObject({
      lanes: 1,
      troubledCount: 0,
      doubt: expect.stringContaining(`config:${operation} answers AccessDeniedException`),
    });
  });
});
