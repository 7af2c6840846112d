import { describe, expect, it } from 'vitest';
import { embeddedMetrics } from '../../../sandbox/cloudwatch/embedded-metrics.ts';
import { createMetricStore } from '../../../sandbox/cloudwatch/metric-store.ts';

const lineOf = (metrics: readonly { readonly Name: string; readonly Unit?: string }[], fields: object) => ({
  _aws: {
    Timestamp: 60_000,
    CloudWatchMetrics: [{ Namespace: 'N', Dimensions: [['service', 'state']], Metrics: metrics }],
  },
  service: 's',
  state: 'held',
  ...fields,
});

describe('a line in the embedded format', () => {
  it('gives each metric with its unit and the values of its dimensions', () => {
    const line = lineOf([{ Name: 'A', Unit: 'Seconds' }, { Name: 'B' }], { A: [1, 2], B: 3 });
    const shared = { namespace: 'N', dimensions: { service: 's', state: 'held' }, atMs: 60_000 };
    expect(embeddedMetrics(line)).toEqual([
      { ...shared, name: 'A', unit: 'Seconds', values: [1, 2] },
      { ...shared, name: 'B', unit: 'None', values: [3] },
    ]);
  });

  it('is dropped with more than 100 metrics, or more than 100 values of one', () => {
    const values = (count: number) => Array.from({ length: count }, (_, n) => n);
    expect(embeddedMetrics(lineOf([{ Name: 'A' }], { A: values(100) }))).toHaveLength(1);
    expect(embeddedMetrics(lineOf([{ Name: 'A' }], { A: values(101) }))).toEqual([]);
    const named = (count: number) => values(count).map((n) => ({ Name: `A${n}` }));
    expect(embeddedMetrics(lineOf(named(100), {}))).toHaveLength(100);
    expect(embeddedMetrics(lineOf(named(101), {}))).toEqual([]);
  });
});

describe('metric data', () => {
  it('are found by their unit, and by none', () => {
    const store = createMetricStore();
    const metric = { account: '1', region: 'r', namespace: 'N', name: 'A', dimensions: {} };
    store.put({ ...metric, unit: 'Seconds' }, 5, 0);
    const sum = (unit?: string) =>
      store.statistic({ ...metric, ...(unit !== undefined && { unit }) }, 'Sum', 0, 60_000);
    expect([sum('Seconds'), sum(), sum('Count')]).toEqual([5, 5, undefined]);
  });
});
