/** The sweep's own decisions: where it begins and ends, what it says, and what becomes of it when it dies half-way. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Case, StateName } from '../../../domain/case/case.ts';
import type { ComplianceReport } from '../../../domain/engine/intake.ts';
import { type Lane, laneId } from '../../../domain/finding.ts';
import type { MetricName } from '../../../domain/metrics.ts';
import { type CaseStore, PortError } from '../../../domain/ports.ts';
import { lanesToSweep } from '../../../domain/sweep/lanes-to-sweep.ts';
import { createSweep, SWEEP_MS_MAX, type SweepDeps } from '../../../domain/sweep/sweep.ts';
import type { SweepSource, SweptResult } from '../../../domain/sweep/sweep-source.ts';
import type { SweepKind, SweepMemory } from '../../../domain/sweep/sweep-store.ts';
import { dayMs, epochMs, instant, minuteMs } from '../../../domain/time.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { aCase } from '../../support/cases.ts';

const LANES: readonly Lane[] = Array.from({ length: 9 }, (_, n) => ({
  account: '111122223333',
  region: `eu-west-${n + 1}`,
}));
const [FIRST, SECOND] = LANES as readonly [Lane, Lane, ...Lane[]];
const catalog = loadCatalog();

let nowMs: number;
let memory: Map<SweepKind, SweepMemory>;
let counted: Map<MetricName, number>;
let taken: ComplianceReport[];
let asked: string[];
/** What the next call of each kind does, instead of going well. */
let trouble: { read?: (lane: Lane) => void; takeIn?: (report: ComplianceReport) => void; write?: () => void };
let cases: readonly Case[];

beforeEach(() => {
  nowMs = epochMs('2026-11-21T03:00:00.000Z');
  memory = new Map();
  counted = new Map();
  taken = [];
  asked = [];
  trouble = {};
  cases = [];
});

const denied = () => {
  throw new PortError('terminal', 'AccessDeniedException', 'config:DescribeComplianceByConfigRule', 'no');
};

const result = (resourceId: string): SweptResult => ({
  kind: 'result',
  resourceType: 'AWS::S3::Bucket',
  resourceId,
  evaluation: { compliance: 'NON_COMPLIANT', recordedAt: '2026-11-21T02:00:00.000Z' },
});

const source = (gathered: SweepSource['gathered']): SweepSource => ({
  gathered,
  aggregatedRules: async () => new Map(),
  aggregatedResults: async function* () {
    yield [];
  },
  rules: async (lane) => {
    trouble.read?.(lane);
    return ['s3-bucket-versioning-enabled'];
  },
  results: async function* (lane) {
    yield [result(`bucket-${lane.region}`)];
  },
});

const sweepOf = (
  lanes: readonly Lane[] = LANES,
  gathered: SweepSource['gathered'] = async () => ({ lanes: [], troubles: [] }),
) => {
  const deps: SweepDeps = {
    source: source(gathered),
    store: {
      read: async (kind) => structuredClone(memory.get(kind)),
      write: async (kind, written) => {
        if (written.running === undefined) trouble.write?.();
        memory.set(kind, structuredClone(written));
      },
    },
    ports: {
      clock: { now: () => instant(nowMs), sleep: async () => undefined },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      metrics: {
        count: (name, value = 1) => void counted.set(name, (counted.get(name) ?? 0) + value),
        gauge: () => undefined,
        time: () => undefined,
      },
      cases: {
        list: async function* ({ status }: { readonly status?: string }) {
          if (status === 'open') yield* cases;
        },
      } as unknown as CaseStore,
    },
    engine: {
      complianceReported: async (reports) =>
        reports.map((report) => {
          try {
            trouble.takeIn?.(report);
          } catch (error) {
            return { ok: false, error };
          }
          taken.push(report);
          return { ok: true, value: { kind: 'opened', caseId: 'x' } };
        }),
      complianceAsked: async (ids) => {
        asked.push(...ids);
        return ids.map(() => ({ ok: true, value: 'closed' }));
      },
    },
    catalog,
    lanes,
  };
  return createSweep(deps);
};

describe('a sweep', () => {
  it('ends in time, says what it did not reach, and begins there the next time', async () => {
    let reads = 0;
    trouble.read = () => {
      reads += 1;
      if (reads === 5) nowMs += SWEEP_MS_MAX;
    };
    const first = await sweepOf()({ id: 'one' });
    expect(first.complete).toBe(false);
    expect(first.lanes.notReached).toBeGreaterThan(0);
    expect(first.lanes.whole + first.lanes.notReached).toBe(9);
    expect(first.next).toBeDefined();
    expect(first.byLane.filter(({ swept }) => swept !== 'whole').map(({ lane }) => lane)).toContain(
      first.next,
    );

    trouble = {};
    const order: string[] = [];
    trouble.read = (lane) => void order.push(laneId(lane));
    const second = await sweepOf()({ id: 'two' });
    expect(order[0]).toBe(first.next);
    expect(new Set(order).size).toBe(9);
    expect(second).toMatchObject({ complete: true, lanes: { known: 9, whole: 9, notReached: 0 } });
    expect(second).not.toHaveProperty('next');
  });

  it('that was ordered of a part neither begins where another ended nor moves that place', async () => {
    memory.set('everything', {
      ended: [],
      laneSeenAt: {},
      last: { ...(await sweepOf()({ id: 'one' })), next: laneId(SECOND) },
    });
    const order: string[] = [];
    trouble.read = (lane) => {
      order.push(laneId(lane));
      nowMs += SWEEP_MS_MAX;
    };
    const part = await sweepOf()({ id: 'two', only: { accounts: ['111122223333'] } });
    expect(part).not.toHaveProperty('next');
    expect(order[0]).toBe(laneId(FIRST));
    expect(memory.get('everything')?.last?.next).toBe(laneId(SECOND));
    expect(memory.get('asked')?.last?.id).toBe('two');
  });

  it('that died before its report was written is made again; one that has it is not', async () => {
    trouble.write = () => {
      throw new PortError('transient', 'InternalServerError', 'dynamodb:PutItem', 'away');
    };
    await expect(sweepOf()({ id: 'one' })).rejects.toThrow('away');
    expect(memory.get('everything')).toMatchObject({ running: { id: 'one' }, ended: [] });
    trouble = {};
    await sweepOf()({ id: 'one' });
    const report = memory.get('everything')?.last;
    expect(memory.get('everything')).toMatchObject({ ended: ['one'] });
    expect(memory.get('everything')).not.toHaveProperty('running');
    taken = [];
    nowMs += minuteMs;
    expect(await sweepOf()({ id: 'one' })).toEqual(report);
    expect(taken).toEqual([]);
  });

  it('tries once more what was not taken in, as a message would come once more', async () => {
    const tries: boolean[] = [];
    trouble.takeIn = ({ redelivered }) => {
      tries.push(redelivered);
      if (!redelivered) throw new PortError('transient', 'InternalServerError', 'events:PutEvents', 'away');
    };
    const report = await sweepOf([FIRST])({ id: 'one' });
    expect(tries).toEqual([false, true]);
    expect(report).toMatchObject({ complete: true, totals: { opened: 1 } });
    trouble.takeIn = () => denied();
    expect(await sweepOf([FIRST])({ id: 'two' })).toMatchObject({
      complete: false,
      lanes: { failed: 1 },
      byLane: [{ swept: 'partly', troubles: [{ code: 'AccessDeniedException' }] }],
    });
  });

  it('counts what was lost, and the lanes that it could not read', async () => {
    trouble.read = ({ region }) => {
      if (region === FIRST.region || region === SECOND.region) denied();
    };
    const report = await sweepOf()({ id: 'one' });
    expect(report.lanes).toEqual({ known: 9, whole: 7, failed: 2, notReached: 0 });
    expect(Object.fromEntries(counted)).toEqual({ SweepFound: 7, SweepFailed: 2 });
    // Those in trouble stand first.
    expect(report.byLane.slice(0, 2).map(({ lane, swept }) => [lane, swept])).toEqual([
      [laneId(FIRST), 'partly'],
      [laneId(SECOND), 'partly'],
    ]);
  });

  it('goes on without the aggregators, and says that they did not answer', async () => {
    const report = await sweepOf([FIRST], async () => denied())({ id: 'one' });
    expect(report).toMatchObject({
      complete: false,
      lanes: { known: 1, whole: 1 },
      troubles: [{ code: 'AccessDeniedException' }],
    });
    expect(counted.get('SweepFailed')).toBe(1);
  });

  it('asks about open cases that it did not find, but not where it could not read, nor while an attempt is at work', async () => {
    const about = (state: StateName): Case => {
      const made = aCase(state);
      return {
        ...made,
        id: state,
        findingId: state,
        finding: { ...made.finding, account: FIRST.account, resourceId: state },
        origin: { region: FIRST.region, configRuleName: 's3-bucket-versioning-enabled' },
      };
    };
    cases = (['observing', 'needs-human', 'queued', 'starting', 'running', 'verifying'] as const).map(about);
    expect(await sweepOf([FIRST])({ id: 'one' })).toMatchObject({ totals: { closed: 3 } });
    expect(asked).toEqual(['observing', 'needs-human', 'queued']);
    asked = [];
    trouble.read = () => denied();
    await sweepOf([FIRST])({ id: 'two' });
    expect(asked).toEqual([]);
  });

  it('remembers lanes that no aggregator gathers from for 90 days after their last case', async () => {
    const made = aCase('needs-human');
    cases = [{ ...made, origin: { ...made.origin, region: 'ap-south-1' } }];
    const lane = `${made.finding.account}/ap-south-1`;
    await sweepOf([FIRST])({ id: 'one' });
    cases = [];
    const known = async (id: string) => (await sweepOf([FIRST])({ id })).byLane.map((each) => each.lane);
    nowMs += 80 * dayMs;
    expect(await known('two')).toContain(lane);
    nowMs += 11 * dayMs;
    expect(await known('three')).toContain(lane);
    expect(await known('four')).not.toContain(lane);
  });
});

describe('the lanes of a sweep', () => {
  const ids = (options: Parameters<typeof lanesToSweep>[0]) =>
    lanesToSweep(options).map(
      ({ lane, aggregator }) => `${laneId(lane)}${aggregator ? ` ${aggregator}` : ''}`,
    );

  it('are each swept once, from the aggregator where there is one', () => {
    expect(ids({ gathered: [{ lane: SECOND, aggregator: 'all' }], others: [SECOND, FIRST, FIRST] })).toEqual([
      laneId(FIRST),
      `${laneId(SECOND)} all`,
    ]);
  });

  it('begin after one that is gone with the next', () => {
    const [, , third] = LANES;
    expect(ids({ gathered: [], others: [FIRST, third as Lane], beginAt: laneId(SECOND) })).toEqual([
      laneId(third as Lane),
      laneId(FIRST),
    ]);
  });

  it('are those that an order names, known or not', () => {
    const only = { accounts: ['444455556666'], regions: ['eu-west-1'] };
    expect(ids({ gathered: [], others: [FIRST], only })).toEqual(['444455556666/eu-west-1']);
    expect(ids({ gathered: [], others: [FIRST, SECOND], only: { regions: ['eu-west-2'] } })).toEqual([
      laneId(SECOND),
    ]);
  });
});
