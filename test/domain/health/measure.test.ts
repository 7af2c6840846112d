/** What is measured, on the table's own adapters in memory; and what is left of it when parts of the world fail. */
import { describe, expect, it } from 'vitest';
import { OPEN_STATES } from '../../../domain/case/case.ts';
import type { LaneCompliance } from '../../../domain/compliance/lane-compliance.ts';
import { makeComplianceReport } from '../../../domain/compliance/report.ts';
import { laneId } from '../../../domain/finding.ts';
import { createMeasure, type MeasureDeps, type MeasuredPart, PARTS } from '../../../domain/health/measure.ts';
import type { RecorderHealth } from '../../../domain/health/recorder-health.ts';
import { type CounterName, type GaugeName, METRICS } from '../../../domain/metrics.ts';
import { PortError } from '../../../domain/ports.ts';
import { dayMs, hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { createCaseRows } from '../../../infra/dynamodb/case-rows.ts';
import { createCaseStore } from '../../../infra/dynamodb/case-store.ts';
import { createControlJournal } from '../../../infra/dynamodb/control-journal.ts';
import { createControlStore } from '../../../infra/dynamodb/control-store.ts';
import { createRecorderStore, createSlowFigures } from '../../../infra/dynamodb/measured-store.ts';
import { createPermitsInUse } from '../../../infra/dynamodb/permits-in-use.ts';
import { createReportStore } from '../../../infra/dynamodb/report-store.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { aCase, NOW } from '../../support/cases.ts';

const LANES = ['111111111111/us-east-1', '222222222222/us-east-1', '222222222222/eu-west-1'].map((id) => {
  const [account = '', region = ''] = id.split('/');
  return { account, region };
});
const RECORDING: RecorderHealth['state'] = 'recording';

const laneCompliance = (
  lane: (typeof LANES)[number],
  more: Partial<LaneCompliance> = {},
): LaneCompliance => ({
  lane,
  readAt: NOW,
  via: 'account',
  recorder: { lane, state: RECORDING },
  rules: [
    {
      name: 'r',
      plainName: 'r',
      counts: { compliant: 7, nonCompliant: 2, insufficientData: 1, notApplicable: 40 },
      nonCompliant: [],
    },
  ],
  unread: [],
  troubles: [],
  ...more,
});

const measuring = (changed: Partial<MeasureDeps> = {}) => {
  let now = NOW;
  const clock = { now: () => now, sleep: async () => undefined };
  const table = new MemoryTable({ nowMs: () => Date.parse(now), lagMs: () => 0 });
  const inTable = { client: tableClient(async (command) => table.execute(command)), tableName: 'cases' };
  const gauges = new Map<string, number>();
  const counts = new Map<CounterName, number>();
  const logged: string[] = [];
  const note = (message: string, fields: object) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const ports = {
    cases: createCaseStore({ ...inTable, now: clock.now }),
    controls: createControlStore(inTable),
    clock,
    log: { info: note, warn: note, error: note },
    metrics: {
      count: (name: CounterName, value = 1) => void counts.set(name, (counts.get(name) ?? 0) + value),
      gauge: (name: GaugeName, value: number, by: { state?: string } = {}) =>
        void gauges.set(by.state === undefined ? name : `${name} ${by.state}`, value),
      time: () => undefined,
    },
  };
  const deps: MeasureDeps = {
    ports,
    policy: () => ({ policy: { limits: { lane: { concurrencyMax: 4 } }, timezone: 'UTC' } as never }),
    rows: createCaseRows({ ...inTable, now: clock.now }),
    reports: createReportStore(inTable),
    journal: createControlJournal(inTable),
    permitsInUse: createPermitsInUse(inTable),
    recorders: {
      lanes: async () => ({ lanes: LANES.map((lane) => ({ lane })), troubles: [] }),
      read: async (lane) => ({ lane, state: RECORDING }),
    },
    recorderStore: createRecorderStore(inTable),
    slowFigures: createSlowFigures(inTable),
    compliance: {
      lanes: async () => ({ lanes: LANES, troubles: [] }),
      read: async (lane) => laneCompliance(lane),
    },
    stopwatch: () => {
      const startedAt = now;
      return () => Date.parse(now) - Date.parse(startedAt);
    },
    ...changed,
  };
  return {
    ports,
    deps,
    inTable,
    gauges,
    counts,
    logged,
    measure: () => {
      gauges.clear();
      counts.clear();
      return createMeasure(deps)();
    },
    pass: (ms: number) => {
      now = plusMs(now, ms);
    },
  };
};

let opened = 0;
const put = async (
  { ports }: Pick<ReturnType<typeof measuring>, 'ports'>,
  name: Parameters<typeof aCase>[0],
  state: object = {},
  head: object = {},
): Promise<void> => {
  opened += 1;
  const findingId = `f${opened}`;
  await ports.cases.open(aCase(name, state, { id: `${findingId}-1`, findingId, ...head }));
};

describe('measuring', () => {
  it('tells of every open state how many there are, and how long the longest wait', async () => {
    const world = measuring();
    await put(world, 'queued', { queuedAt: plusMs(NOW, -90_000) });
    await put(world, 'queued', { queuedAt: plusMs(NOW, -30_000) });
    await put(world, 'awaiting-approval', { requestedAt: plusMs(NOW, -hourMs) });
    await put(world, 'needs-human');
    await put(world, 'resolved');
    expect(await world.measure()).toEqual({ failed: [] });
    const told = Object.fromEntries(world.gauges);
    expect(told).toMatchObject({
      'CasesOpen queued': 2,
      'CasesOpen awaiting-approval': 1,
      'CasesOpen needs-human': 1,
      'CasesOpen running': 0,
      OldestQueuedSeconds: 90,
      ApprovalsWaiting: 1,
      OldestApprovalSeconds: 3_600,
      BreakersOpen: 0,
      RecordersTroubled: 0,
      CompliancePercent: 70,
      ComplianceLanesUnread: 0,
    });
    for (const state of OPEN_STATES) expect(told).toHaveProperty([`CasesOpen ${state}`]);
    expect(world.counts.get('MeasureFailed')).toBe(0);
  });

  it('says of an empty world that nothing waits', async () => {
    const world = measuring();
    await world.measure();
    expect(Object.fromEntries(world.gauges)).toMatchObject({
      OldestQueuedSeconds: 0,
      OldestApprovalSeconds: 0,
      ApprovalsWaiting: 0,
      PermitsInUse: 0,
      BusiestLanePercent: 0,
    });
  });

  it('counts permits of which the lease holds still, in covered lanes and in those of open cases', async () => {
    const world = measuring();
    const lease = (holder: string, expiresAt: string) => ({ holder, expiresAt });
    const later = plusMs(NOW, minuteMs);
    const scope = (lane: string, leases: Record<string, object>) =>
      world.inTable.client.put({
        TableName: 'cases',
        Item: { pk: `scope#lane#${lane}`, sk: 'scope', held: 9, ...leases },
      });
    await scope('222222222222/us-east-1', {
      'lease#a': lease('1', later),
      'lease#b': lease('2', later),
      'lease#c': lease('3', NOW),
    });
    await scope('999999999999/us-east-1', { 'lease#d': lease('4', later) });
    await put(world, 'running', {}, { lane: { account: '999999999999', region: 'us-east-1' } });
    await world.measure();
    expect(world.gauges.get('PermitsInUse')).toBe(3);
    expect(world.gauges.get('BusiestLanePercent')).toBe(50);
  });

  it('counts a breaker that cannot be read with the open ones: nothing starts', async () => {
    const world = measuring();
    await world.inTable.client.put({
      TableName: 'cases',
      Item: { pk: 'control', sk: 'stop', 'breaker#rule#R': 'broken' },
    });
    await world.measure();
    expect(world.gauges.get('BreakersOpen')).toBe(1);
  });
});

describe('the recorders', () => {
  it('that are in trouble are counted and kept, the first 200 of them', async () => {
    const lanes = Array.from({ length: 250 }, (_, n) => ({
      account: String(100_000_000_000 + n),
      region: 'us-east-1',
    }));
    const stopped = new Set(lanes.slice(10).map(laneId));
    const world = measuring({
      recorders: {
        lanes: async () => ({ lanes: lanes.map((lane) => ({ lane })), troubles: [] }),
        read: async (lane) => ({ lane, state: stopped.has(laneId(lane)) ? 'stopped' : 'recording' }),
      },
    });
    await world.measure();
    expect(world.gauges.get('RecordersTroubled')).toBe(240);
    const seen = await world.deps.recorderStore.read();
    expect(seen).toMatchObject({ at: NOW, lanes: 250, troubledCount: 240 });
    expect(seen?.troubled).toHaveLength(200);
    expect(seen?.troubled[0]?.lane).toEqual(lanes[10]);
  });

  it('that record again are remembered for eight days, when they were found in trouble last', async () => {
    const states = new Map<string, RecorderHealth['state']>();
    const world = measuring();
    Object.assign(world.deps.recorders, {
      read: async (lane: (typeof LANES)[number]) => ({
        lane,
        state: states.get(laneId(lane)) ?? RECORDING,
      }),
    });
    const lately = async () => (await world.deps.recorderStore.read())?.lately;
    const [one, other, third] = LANES.map(laneId) as [string, string, string];
    states.set(one, 'stopped').set(other, 'unknown');
    await world.measure();
    world.pass(hourMs);
    states.set(one, 'unknown').set(third, 'failing');
    await world.measure();
    states.clear();
    world.pass(hourMs);
    await world.measure();
    const stopped = { lane: LANES[0], state: 'stopped', lastAt: NOW };
    const failing = { lane: LANES[2], state: 'failing', lastAt: plusMs(NOW, hourMs) };
    expect(await lately()).toEqual([failing, stopped]);
    world.pass(8 * dayMs - 2 * hourMs);
    await world.measure();
    expect(await lately()).toEqual([failing, stopped]);
    world.pass(1);
    await world.measure();
    expect(await lately()).toEqual([failing]);
  });

  it('are in doubt when the list of lanes cannot be read whole: that rings too', async () => {
    const world = measuring({
      recorders: {
        lanes: async () => ({
          lanes: [],
          troubles: [
            { operation: 'config:DescribeConfigurationAggregators', code: 'AccessDenied', message: 'no' },
          ],
        }),
        read: async (lane) => ({ lane, state: 'recording' }),
      },
    });
    await world.measure();
    expect(world.gauges.get('RecordersTroubled')).toBe(1);
    expect(await world.deps.recorderStore.read()).toMatchObject({
      lanes: 0,
      doubt: 'config:DescribeConfigurationAggregators answers AccessDenied: no',
    });
  });

  it('that time does not reach are unknown, not recording', async () => {
    const world = measuring();
    const { read } = world.deps.recorders;
    const slow = measuring({
      recorders: {
        lanes: world.deps.recorders.lanes,
        read: async (lane) => {
          slow.pass(minuteMs);
          return read(lane);
        },
      },
    });
    const many = Array.from({ length: 30 }, (_, n) => ({
      lane: { account: String(100_000_000_000 + n), region: 'us-east-1' },
    }));
    Object.assign(slow.deps.recorders, { lanes: async () => ({ lanes: many, troubles: [] }) });
    await slow.measure();
    const seen = await slow.deps.recorderStore.read();
    expect(seen?.troubledCount).toBeGreaterThan(0);
    for (const { state, why } of seen?.troubled ?? [])
      expect([state, why]).toEqual(['unknown', 'time was up before it was asked']);
  });
});

describe('the success rate', () => {
  const healed = { closedAt: NOW, attempt: 1, executionId: 'e', runEndedAt: NOW, verdictRecordedAt: NOW };
  const tried = (failed: boolean) => [
    { at: plusMs(NOW, -hourMs), who: 'selfheal', what: 'attempt-intended', why: '', state: 'starting' },
    ...(failed
      ? [{ at: NOW, who: 'selfheal', what: 'x', why: '', state: 'needs-human', code: 'attempts-used-up' }]
      : []),
  ];

  it('is that of the last seven days, and not told before ten cases have ended', async () => {
    const world = measuring();
    for (let n = 0; n < 9; n += 1) await put(world, 'resolved', healed, { timeline: tried(false) });
    world.pass(1);
    await world.measure();
    expect(world.gauges.has('SuccessRatePercent')).toBe(false);
    await put(world, 'needs-human', {}, { timeline: tried(true) });
    await put(world, 'self-resolved', { closedAt: NOW });
    world.pass(hourMs);
    await world.measure();
    expect(world.gauges.get('SuccessRatePercent')).toBe(90);
  });

  it('is found once an hour and told as it was found meanwhile', async () => {
    const world = measuring();
    for (let n = 0; n < 10; n += 1) await put(world, 'resolved', healed, { timeline: tried(false) });
    world.pass(1);
    await world.measure();
    expect(world.gauges.get('SuccessRatePercent')).toBe(100);
    await put(world, 'needs-human', {}, { timeline: tried(true) });
    world.pass(5 * minuteMs);
    await world.measure();
    expect(world.gauges.get('SuccessRatePercent')).toBe(100);
    world.pass(55 * minuteMs);
    await world.measure();
    expect(world.gauges.get('SuccessRatePercent')).toBeCloseTo((100 * 10) / 11);
  });
});

describe('compliance', () => {
  const [FIRST] = LANES;
  const trouble = { operation: 'config:DescribeConfigRules', code: 'AccessDeniedException', message: 'no' };
  const changed: Readonly<Record<string, Partial<LaneCompliance>>> = {
    'cannot be read': { rules: [], troubles: [trouble] },
    'has a rule that cannot be read': {
      rules: laneCompliance(LANES[0] as never).rules.map((rule) => ({
        ...rule,
        trouble: { code: 'ThrottlingException', message: 'Rate exceeded' },
      })),
    },
    'records nothing': { recorder: { lane: LANES[0] as never, state: 'stopped' } },
  };

  it.each(Object.keys(changed))(
    'of a lane that %s is told as not known, and the share is that of the compliance report',
    async (how) => {
      const read = (lane: (typeof LANES)[number]) => laneCompliance(lane, lane === FIRST ? changed[how] : {});
      const world = measuring({
        compliance: { lanes: async () => ({ lanes: LANES, troubles: [] }), read: async (lane) => read(lane) },
      });
      await world.measure();
      const { share } = makeComplianceReport({
        madeAt: NOW,
        scope: { accounts: [], regions: [], rules: [], frameworks: [] },
        lanes: LANES.map(read),
        unreadLanes: [],
        listTroubles: [],
        frameworks: [],
        remediation: { unread: 'nobody asked' },
      });
      expect(share).toBeLessThan(0.7);
      expect(world.gauges.get('ComplianceLanesUnread')).toBe(1);
      expect(world.gauges.get('CompliancePercent')).toBeCloseTo(100 * (share ?? 0), 9);
      const told = world.logged.filter((line) => line.startsWith('compliance not known whole'));
      expect(told).toEqual([
        expect.stringMatching(/Rate exceeded|its recorder is stopped|not reached|AccessDenied/),
      ]);
      expect(told[0]).toContain(laneId(FIRST as (typeof LANES)[number]));
    },
  );

  it('is not told when no lane could be read, and neither is zero nor whole', async () => {
    const world = measuring();
    Object.assign(world.deps.compliance, {
      read: async (lane: (typeof LANES)[number]) => laneCompliance(lane, { rules: [], troubles: [trouble] }),
    });
    expect(await world.measure()).toEqual({ failed: ['compliance'] });
    expect(world.counts.get('MeasureFailed')).toBe(1);
    expect(world.gauges.has('CompliancePercent')).toBe(false);
    expect(world.gauges.get('ComplianceLanesUnread')).toBe(3);
    // It is not taken for known within the hour.
    Object.assign(world.deps.compliance, { read: async (lane: never) => laneCompliance(lane) });
    world.pass(5 * minuteMs);
    await world.measure();
    expect(world.gauges.get('CompliancePercent')).toBe(70);
  });

  it('of a lane that time does not reach is not known', async () => {
    const world = measuring();
    Object.assign(world.deps.compliance, {
      lanes: async () => ({ lanes: [...LANES, ...LANES], troubles: [] }),
      read: async (lane: never) => {
        world.pass(minuteMs);
        return laneCompliance(lane);
      },
    });
    await world.measure();
    // Two were begun in time.
    expect(world.gauges.get('ComplianceLanesUnread')).toBe(4);
    expect(world.gauges.get('CompliancePercent')).toBeCloseTo((100 * 14) / 24);
  });

  it('is asked for again of rules that time did not reach, and not for ever', async () => {
    const asked: (readonly string[] | undefined)[] = [];
    const world = measuring();
    Object.assign(world.deps.compliance, {
      lanes: async () => ({ lanes: LANES.slice(0, 1), troubles: [] }),
      read: async (lane: (typeof LANES)[number], rules?: readonly string[]) => {
        asked.push(rules);
        const unread = rules === undefined ? ['a', 'b'] : ['b'];
        const [known] = laneCompliance(lane).rules;
        return laneCompliance(lane, { unread, rules: [{ ...known, name: rules ? 'a' : 'r' } as never] });
      },
    });
    await world.measure();
    expect(asked).toEqual([undefined, ['a', 'b'], ['b']]);
    expect(world.gauges.get('ComplianceLanesUnread')).toBe(1);
  });
});

describe('a part that fails', () => {
  const ERRORS = {
    throttled: () => {
      throw new PortError('transient', 'ThrottlingException', 'dynamodb:Query', 'Rate exceeded');
    },
    denied: () => {
      throw new PortError('terminal', 'AccessDeniedException', 'dynamodb:Query', 'not authorized');
    },
    malformed: () => {
      throw new SyntaxError('Unexpected token <');
    },
  };
  /** What each part needs alone, and what it writes. */
  const NEEDS: Readonly<Record<MeasuredPart, [(deps: MeasureDeps, fail: () => never) => void, GaugeName[]]>> =
    {
      cases: [
        ({ ports }, fail) => Object.assign(ports.cases, { list: fail }),
        ['OldestQueuedSeconds', 'ApprovalsWaiting', 'OldestApprovalSeconds'],
      ],
      permits: [
        (deps, fail) => Object.assign(deps, { permitsInUse: fail }),
        ['PermitsInUse', 'BusiestLanePercent'],
      ],
      breakers: [({ ports }, fail) => Object.assign(ports.controls, { read: fail }), ['BreakersOpen']],
      'control-journal': [({ journal }, fail) => Object.assign(journal, { note: fail }), []],
      recorders: [({ recorderStore }, fail) => Object.assign(recorderStore, { write: fail }), []],
      'weekly-report': [
        ({ reports }, fail) => Object.assign(reports, { latest: fail }),
        ['WeeklyReportAgeSeconds'],
      ],
      'success-rate': [({ rows }, fail) => Object.assign(rows, { rows: fail }), ['SuccessRatePercent']],
      compliance: [
        ({ compliance }, fail) => Object.assign(compliance, { lanes: fail }),
        ['CompliancePercent', 'ComplianceLanesUnread'],
      ],
    };
  /** Who cannot read the cases does not know all lanes; who cannot read the controls has nothing for the journal. */
  const ALSO: Partial<Record<MeasuredPart, MeasuredPart>> = { cases: 'permits', breakers: 'control-journal' };

  it.each(PARTS.flatMap((part) => Object.entries(ERRORS).map(([how, fail]) => [part, how, fail] as const)))(
    '(%s, %s) is counted and named, and the others are measured',
    async (part, _, fail) => {
      const world = measuring();
      const [breaks, silent] = NEEDS[part];
      breaks(world.deps, fail);
      const failed = [part, ALSO[part] ?? []].flat();
      expect(new Set((await world.measure()).failed)).toEqual(new Set(failed));
      expect(world.counts.get('MeasureFailed')).toBe(failed.length);
      expect(world.logged.join('\n')).toContain(`could not be measured {"part":"${part}"`);
      for (const gauge of silent) expect(world.gauges.has(gauge), gauge).toBe(false);
      const others = PARTS.filter((other) => !failed.includes(other)).flatMap((other) => NEEDS[other][1]);
      for (const gauge of others)
        if (!NOT_IN_AN_EMPTY_WORLD.has(gauge)) expect(world.gauges.has(gauge), gauge).toBe(true);
    },
  );
  const NOT_IN_AN_EMPTY_WORLD: ReadonlySet<GaugeName> = new Set([
    'SuccessRatePercent',
    'WeeklyReportAgeSeconds',
  ]);

  it('leaves a memory that cannot be read or written out of it: what is found is told', async () => {
    const world = measuring();
    Object.assign(world.deps.slowFigures, {
      read: async () => ERRORS.throttled(),
      write: async () => ERRORS.denied(),
    });
    expect(await world.measure()).toEqual({ failed: [] });
    expect(world.gauges.get('CompliancePercent')).toBe(70);
  });
});

it('every gauge is measured that is said to be', async () => {
  const world = measuring();
  for (let n = 0; n < 10; n += 1)
    await put(
      world,
      'resolved',
      {},
      {
        timeline: [{ at: NOW, who: 'selfheal', what: 'attempt-intended', why: '', state: 'starting' }],
      },
    );
  Object.assign(world.deps.reports, { latest: async () => '2026-W46' });
  world.pass(1);
  await world.measure();
  const wanted = Object.entries(METRICS).flatMap(([name, { kind }]) => (kind === 'gauge' ? name : []));
  const told = [...world.gauges.keys()].map((name) => name.split(' ')[0]);
  expect(wanted.filter((name) => !told.includes(name))).toEqual([]);
  // From the end of Sunday the 15th.
  expect(world.gauges.get('WeeklyReportAgeSeconds')).toBeCloseTo(5 * 86_400 + 3 * 3_600, 0);
});
