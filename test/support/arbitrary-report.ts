/** Any weekly report that the types allow: names by others, weeks without a case, figures beyond all reason. */
import fc from 'fast-check';
import { FIGURE_NAMES } from '../../domain/report/figures.ts';
import { weekNamed } from '../../domain/report/week.ts';
import type {
  ControlEvent,
  Dimension,
  Group,
  Percentiles,
  Tally,
  TimeName,
  TrendWeek,
  WeeklyReport,
} from '../../domain/report/weekly-report.ts';
import { instant } from '../../domain/time.ts';
import { HOSTILE } from '../console/page/hostile-case.ts';

const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    ...HOSTILE.map((text) => text.slice(0, 600)),
    '',
    '=1+1',
    '🧨'.repeat(300),
    '字'.repeat(500),
  ),
);
const count = fc.oneof(fc.nat(100_000), fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER));
const ms = fc.oneof(fc.nat(10 ** 9), fc.constantFrom(0, 1, 999, Number.MAX_SAFE_INTEGER));
const at = fc
  .integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2099, 0, 1) })
  .map((epochMs) => instant(epochMs));

const tally: fc.Arbitrary<Tally> = fc
  .record({
    figures: fc.record(Object.fromEntries(FIGURE_NAMES.map((figure) => [figure, count]))),
    numerator: count,
    denominator: count,
  })
  .map(({ figures, numerator, denominator }) => ({
    figures: figures as Tally['figures'],
    success: {
      numerator: Math.min(numerator, denominator),
      denominator,
      value: denominator === 0 ? null : Math.min(numerator, denominator) / denominator,
    },
  }));

const percentiles: fc.Arbitrary<Percentiles | null> = fc.option(
  fc.record({ count, totalMs: ms, p50: ms, p90: ms, p99: ms }),
);

const TIME_NAMES = [
  'to-remediate',
  'waiting-for-approval',
  'waiting-for-quota',
  'running',
  'verifying',
  'held-back',
  'approval-response',
] as const satisfies readonly TimeName[];
const times = fc.record(Object.fromEntries(TIME_NAMES.map((time) => [time, percentiles]))) as fc.Arbitrary<
  WeeklyReport['times']
>;

const group: fc.Arbitrary<Group> = fc
  .record(
    { key: name, title: name, tally, toRemediate: percentiles },
    { requiredKeys: ['key', 'tally', 'toRemediate'] },
  )
  .map(({ tally: told, ...rest }) => ({ ...rest, ...told }) as Group);
const groups = fc.array(group, { maxLength: 8 });

const trend: fc.Arbitrary<readonly TrendWeek[]> = fc.array(
  fc
    .record({ week: fc.oneof(fc.constant('2026-W47'), name), tally, toRemediateP50: fc.option(ms) })
    .map(({ tally: told, ...rest }) => ({ ...rest, ...told })),
  { maxLength: 12 },
);

const recorders = fc
  .record(
    {
      at,
      lanes: count,
      troubled: fc.array(
        fc.record(
          {
            lane: fc.record({ account: name, region: name }),
            state: fc.constantFrom(
              'stopped' as const,
              'failing' as const,
              'missing' as const,
              'unknown' as const,
            ),
            since: at,
            why: name,
          },
          { requiredKeys: ['lane', 'state'] },
        ),
        { maxLength: 8 },
      ),
      doubt: name,
    },
    { requiredKeys: ['at', 'lanes', 'troubled'] },
  )
  .map((seen) => ({ ...seen, troubledCount: seen.troubled.length }));

const controlEvent = fc.record(
  {
    at,
    kind: fc.constantFrom<ControlEvent['kind']>(
      'stop-set',
      'stop-lifted',
      'breaker-opened',
      'breaker-closed',
    ),
    scope: name,
    who: name,
    why: name,
  },
  { requiredKeys: ['at', 'kind', 'scope'] },
) as fc.Arbitrary<ControlEvent>;

const WEEKS = ['2026-W47', '2026-W53', '2020-W01', '2026-W13'].flatMap((id) =>
  ['UTC', 'Europe/Berlin', 'Pacific/Apia', 'Asia/Kathmandu'].flatMap((zone) => weekNamed(id, zone) ?? []),
);

export const anyReport: fc.Arbitrary<WeeklyReport> = fc.record(
  {
    version: fc.constant(1 as const),
    week: fc.constantFrom(...WEEKS),
    until: at,
    isOver: fc.boolean(),
    madeAt: at,
    policyVersion: name,
    total: tally,
    before: tally,
    times,
    timesBefore: times,
    trend,
    by: fc.record({
      account: groups,
      rule: groups,
      severity: groups,
      framework: groups,
      owner: groups,
    } satisfies Record<Dimension, unknown>),
    runbooks: fc.array(
      fc.record(
        {
          document: name,
          attempts: count,
          failed: count,
          commonestError: fc.record({ error: name, count }),
        },
        { requiredKeys: ['document', 'attempts', 'failed'] },
      ),
    ),
    flapping: fc.array(
      fc.record({
        findingId: name,
        account: name,
        region: name,
        rule: name,
        resourceType: name,
        resourceId: name,
        cases: count,
        handed: fc.boolean(),
      }),
    ),
    lapsing: fc.array(
      fc.record({
        name,
        owner: name,
        reason: name,
        covers: name,
        expiresAt: at,
        from: fc.constantFrom('policy' as const, 'command' as const),
      }),
    ),
    controlEvents: fc.array(controlEvent),
    recorders,
    hoursSaved: fc.record({
      hours: count,
      byRule: fc.array(fc.record({ rule: name, healed: count, minutesEach: count })),
      assumption: name,
    }),
    cost: fc.record({
      automationSteps: count,
      automationDollars: count,
      requests: count,
      requestDollars: count,
      dollars: count,
      assumption: name,
    }),
    doubts: fc.array(name),
  },
  {
    requiredKeys: [
      'version',
      'week',
      'until',
      'isOver',
      'madeAt',
      'policyVersion',
      'total',
      'before',
      'times',
      'timesBefore',
      'trend',
      'by',
      'runbooks',
      'flapping',
      'lapsing',
      'controlEvents',
      'hoursSaved',
      'cost',
      'doubts',
    ],
  },
) as fc.Arbitrary<WeeklyReport>;
