import { beforeEach, describe, expect, it } from 'vitest';
import { CLOSED_STATES, OPEN_STATES } from '../../../domain/case/case.ts';
import { METRIC_NAMES, METRICS, type Metric } from '../../../domain/metrics.ts';
import { minuteMs } from '../../../domain/time.ts';
import {
  createPrometheusMetrics,
  type PrometheusMetrics,
  prometheusName,
} from '../../../infra/observability/prometheus-metrics.ts';
import { readExposition } from '../../support/exposition.ts';

let nowMs = 0;
let metrics: PrometheusMetrics;
beforeEach(() => {
  nowMs = 0;
  metrics = createPrometheusMetrics(() => nowMs);
});

const page = async () => readExposition((await metrics.page()).text);
/** The samples of a family, by their labels. */
const samples = async (name: string) =>
  (await page()).get(name)?.samples.map(({ labels, value }) => [Object.values(labels).join(), value]);

describe('the page for Prometheus', () => {
  it('has every metric of the list, with its kind and what it means, and none besides', async () => {
    const families = await page();
    expect([...families.keys()].sort()).toEqual(METRIC_NAMES.map(prometheusName).sort());
    const types = { counter: 'counter', gauge: 'gauge', time: 'histogram' };
    for (const name of METRIC_NAMES) {
      const { kind, meaning }: Metric = METRICS[name];
      expect(families.get(prometheusName(name)), name).toMatchObject({ type: types[kind], help: meaning });
    }
    expect((await metrics.page()).contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it('has names as Prometheus wants them', () => {
    expect(
      (
        ['CaseOpened', 'CasesOpen', 'OldestQueuedSeconds', 'BusiestLanePercent', 'TimeToRemediate'] as const
      ).map(prometheusName),
    ).toEqual([
      'selfheal_case_opened_total',
      'selfheal_cases_open',
      'selfheal_oldest_queued_seconds',
      'selfheal_busiest_lane_ratio',
      'selfheal_time_to_remediate_seconds',
    ]);
  });

  it('counts from 0, and for each state by itself', async () => {
    expect(await samples('selfheal_case_opened_total')).toEqual([['', 0]]);
    metrics.count('CaseOpened');
    metrics.count('CaseOpened', 4);
    metrics.count('MeasureFailed', 0);
    metrics.count('CaseMoved', 2, { state: 'resolved' });
    expect(await samples('selfheal_case_opened_total')).toEqual([['', 5]]);
    expect(await samples('selfheal_case_moved_total')).toEqual(
      [...OPEN_STATES, ...CLOSED_STATES].map((state) => [state, state === 'resolved' ? 2 : 0]),
    );
  });

  it('has gauges as they were measured last, ratios from 0 to 1, and none before', async () => {
    expect(await samples('selfheal_oldest_queued_seconds')).toEqual([]);
    expect(await samples('selfheal_cases_open')).toEqual([]);
    metrics.gauge('CasesOpen', 3, { state: 'queued' });
    metrics.gauge('CasesOpen', 1, { state: 'held' });
    metrics.gauge('CasesOpen', 2, { state: 'queued' });
    metrics.gauge('SuccessRatePercent', 87.5);
    metrics.gauge('CompliancePercent', Number.NaN);
    expect(await samples('selfheal_cases_open')).toEqual([
      ['queued', 2],
      ['held', 1],
    ]);
    expect(await samples('selfheal_success_rate_ratio')).toEqual([['', 0.875]]);
    expect(await samples('selfheal_compliance_ratio')).toEqual([]);
  });

  it('leaves out what was not measured again for a quarter of an hour: it would look fine', async () => {
    metrics.gauge('RecordersTroubled', 0);
    metrics.gauge('CasesOpen', 3, { state: 'queued' });
    nowMs = 15 * minuteMs;
    metrics.gauge('CasesOpen', 4, { state: 'held' });
    expect(await samples('selfheal_recorders_troubled')).toEqual([['', 0]]);
    nowMs += 1;
    expect(await samples('selfheal_recorders_troubled')).toEqual([]);
    expect(await samples('selfheal_cases_open')).toEqual([['held', 4]]);
    metrics.gauge('RecordersTroubled', 2);
    expect(await samples('selfheal_recorders_troubled')).toEqual([['', 2]]);
  });

  it('has times in seconds, in buckets', async () => {
    metrics.time('TimeToStart', 1_500);
    metrics.time('TimeToStart', 59_000);
    const found = (await page()).get('selfheal_time_to_start_seconds')?.samples ?? [];
    const of = (name: string) => found.find((sample) => sample.name.endsWith(name))?.value;
    expect([of('_sum'), of('_count')]).toEqual([60.5, 2]);
    const upTo = (le: string) => found.find(({ labels }) => labels.le === le)?.value;
    expect([upTo('1'), upTo('5'), upTo('60'), upTo('+Inf')]).toEqual([0, 1, 2, 2]);
  });

  it('says the same however often it is read', async () => {
    metrics.count('AttemptStarted');
    metrics.gauge('BreakersOpen', 1);
    expect(await metrics.page()).toEqual(await metrics.page());
  });
});

describe('the reader of the format', () => {
  it.each([
    ['a sample without a family', 'x 1\n'],
    ['a type without help', '# TYPE x gauge\nx 1\n'],
    ['a sample of another family', '# HELP x X.\n# TYPE x gauge\ny 1\n'],
    ['a value that is none', '# HELP x X.\n# TYPE x gauge\nx one\n'],
    ['a label without quotes', '# HELP x X.\n# TYPE x gauge\nx{a=b} 1\n'],
    ['a sample told twice', '# HELP x X.\n# TYPE x gauge\nx 1\nx 2\n'],
    ['a last line that does not end', '# HELP x X.\n# TYPE x gauge\nx 1'],
    [
      'buckets that shrink',
      '# HELP x X.\n# TYPE x histogram\nx_bucket{le="1"} 2\nx_bucket{le="+Inf"} 1\nx_sum 1\nx_count 1\n',
    ],
  ])('refuses %s', (_, text) => {
    expect(() => readExposition(text)).toThrow();
  });
});
