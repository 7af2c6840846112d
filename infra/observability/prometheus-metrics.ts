/**
 * The metrics of a process that stays, as Prometheus reads them: the local service has no CloudWatch. No function
 * carries this. Names follow Prometheus' own rules: snake case, base units, ratios from 0 to 1, counters in `_total`.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { CLOSED_STATES, OPEN_STATES } from '../../domain/case/case.ts';
import {
  type CounterName,
  type GaugeName,
  METRIC_NAMES,
  METRICS,
  type Metric,
  type MetricName,
  type TimeMetricName,
} from '../../domain/metrics.ts';
import type { Metrics } from '../../domain/ports.ts';
import { minuteMs, secondMs } from '../../domain/time.ts';

export interface PrometheusMetrics extends Metrics {
  /** In the text format, version 0.0.4. */
  page(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/**
 * A gauge that was not measured again for so long is left out, as CloudWatch would have no data: the last value of a
 * measurement that fails would look fine. Three measurements, as the alarms have it.
 */
const GAUGE_KEPT_MS = 15 * minuteMs;

/** In seconds: from a run of a moment to an approval that took a week. */
const BUCKETS = [1, 5, 15, 30, 60, 300, 900, 3_600, 4 * 3_600, 24 * 3_600, 7 * 24 * 3_600];

/** @param nowMs the service's own time, ms since the epoch */
export const createPrometheusMetrics = (nowMs: () => number): PrometheusMetrics => {
  const registry = new Registry();
  const counters = new Map<MetricName, Counter>();
  const gauges = new Map<MetricName, Map<string, Measured>>();
  const times = new Map<MetricName, Histogram>();

  for (const name of METRIC_NAMES) {
    const { kind, meaning: help, dimensions }: Metric = METRICS[name];
    const shared = { name: prometheusName(name), help, labelNames: dimensions, registers: [registry] };
    switch (kind) {
      case 'counter': {
        const counter = new Counter(shared);
        // What has not happened yet is 0, so that its first time is seen as one.
        if (dimensions.length > 0) for (const state of STATES) counter.inc({ state }, 0);
        counters.set(name, counter);
        break;
      }
      case 'gauge': {
        const measured = new Map<string, Measured>();
        gauges.set(name, measured);
        new Gauge({
          ...shared,
          collect() {
            this.reset();
            // prom-client starts with 0 where there are no labels, and 0 looks fine.
            if (dimensions.length === 0) this.remove({});
            const sinceMs = nowMs() - GAUGE_KEPT_MS;
            for (const { labels, value, atMs } of measured.values())
              if (atMs >= sinceMs) this.set(labels, value);
          },
        });
        break;
      }
      case 'time':
        times.set(name, new Histogram({ ...shared, buckets: BUCKETS }));
    }
  }

  return {
    count: (name, value = 1, by = {}) => counters.get(name)?.inc({ ...by }, value),
    gauge: (name, value, by = {}) => {
      if (!Number.isFinite(value)) return;
      const inBaseUnit = unitOf(name) === 'Percent' ? value / 100 : value;
      gauges.get(name)?.set(JSON.stringify(by), { labels: { ...by }, value: inBaseUnit, atMs: nowMs() });
    },
    time: (name, ms) => times.get(name)?.observe(ms / secondMs),
    page: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
};

interface Measured {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly atMs: number;
}

const STATES = [...OPEN_STATES, ...CLOSED_STATES];

const unitOf = (name: MetricName): Metric['unit'] => METRICS[name].unit;

/**
 * @example
 * prometheusName('CaseOpened') // 'selfheal_case_opened_total'
 * prometheusName('SuccessRatePercent') // 'selfheal_success_rate_ratio'
 * prometheusName('TimeToStart') // 'selfheal_time_to_start_seconds'
 */
export const prometheusName = (name: CounterName | GaugeName | TimeMetricName): string => {
  const { kind }: Metric = METRICS[name];
  const snake = name
    .replace(/Percent$/, 'Ratio')
    .replaceAll(/(?<!^)([A-Z])/g, '_$1')
    .toLowerCase();
  return `selfheal_${snake}${SUFFIXES[kind]}`;
};

const SUFFIXES: Readonly<Record<Metric['kind'], string>> = { counter: '_total', gauge: '', time: '_seconds' };
