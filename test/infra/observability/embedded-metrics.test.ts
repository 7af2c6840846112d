/**
 * The lines that the functions' own writer makes: valid by AWS's schema of them, and the same as those of Powertools
 * for AWS Lambda, which is too large to be part of a function.
 */
import { readFileSync } from 'node:fs';
import { Metrics as Powertools } from '@aws-lambda-powertools/metrics';
import { Ajv } from 'ajv';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type CounterName,
  type Dimensions,
  type GaugeName,
  METRIC_NAMES,
  METRICS,
  type Metric,
  type MetricName,
  type TimeMetricName,
} from '../../../domain/metrics.ts';
import { createMetrics } from '../../../infra/observability/metrics.ts';

/** One thing that a function tells, or the end of its invocation. */
type Told = { readonly name: MetricName; readonly value: number; readonly by?: Dimensions } | 'end';
type Line = Readonly<Record<string, unknown>> & {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly [{ readonly Metrics: readonly { readonly Name: string }[] }];
  };
};

const metricOf = (name: MetricName): Metric => METRICS[name];

const ours = (told: readonly Told[]): readonly Line[] => {
  const lines: Line[] = [];
  const metrics = createMetrics((text) => lines.push(JSON.parse(text)));
  for (const one of told) {
    if (one === 'end') {
      metrics.publish();
      continue;
    }
    const { name, value, by } = one;
    const { kind } = metricOf(name);
    if (kind === 'counter') metrics.count(name as CounterName, value, by);
    if (kind === 'gauge') metrics.gauge(name as GaugeName, value, by);
    if (kind === 'time') metrics.time(name as TimeMetricName, value);
  }
  return lines;
};

/**
 * Powertools has one set of dimensions a line too: who has several keeps a Metrics for each, as is done here. It
 * lists each count and each gauge by itself, so it is given their sums and last values at the end.
 */
const theirs = (told: readonly Told[]): readonly Line[] => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const sets = new Map<string, { metrics: Powertools; pending: Map<MetricName, number> }>();
  const flush = ({ metrics, pending }: { metrics: Powertools; pending: Map<MetricName, number> }): void => {
    for (const [name, value] of pending) metrics.addMetric(name, metricOf(name).unit, value);
    pending.clear();
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
  for (const one of told) {
    if (one === 'end') {
      for (const set of sets.values()) flush(set);
      sets.clear();
      continue;
    }
    const { name, value, by = {} } = one;
    const set = sets.get(JSON.stringify(by)) ?? {
      metrics: new Powertools({ namespace: 'Selfheal', serviceName: 'selfheal', defaultDimensions: by }),
      pending: new Map<MetricName, number>(),
    };
    sets.set(JSON.stringify(by), set);
    const { kind, unit } = metricOf(name);
    if (kind === 'time') set.metrics.addMetric(name, unit, value);
    else set.pending.set(name, kind === 'gauge' ? value : value + (set.pending.get(name) ?? 0));
  }
  return printed.mock.calls.map(([text]) => JSON.parse(text));
};

/** In which order metrics and lines come means nothing to CloudWatch; when they were written is another matter. */
const comparable = (lines: readonly Line[]): readonly string[] =>
  lines
    .map(({ _aws, ...rest }) => {
      const [{ Metrics, ...directive }] = _aws.CloudWatchMetrics;
      const named = Metrics.toSorted((left, right) => (left.Name < right.Name ? -1 : 1));
      const fields = Object.entries(rest).sort(([left], [right]) => (left < right ? -1 : 1));
      return JSON.stringify({ directive, named, fields });
    })
    .sort();

const isValid = new Ajv().compile(JSON.parse(readFileSync('test/fixtures/emf.schema.json', 'utf8')));

beforeEach(() => {
  // Powertools prints past the console otherwise, and then not at all.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const byOf = (name: MetricName, value: string): { readonly by?: Dimensions } => {
  const dimensions = metricOf(name).dimensions.map((dimension) => [dimension, value]);
  return dimensions.length === 0 ? {} : { by: Object.fromEntries(dimensions) };
};

describe('a line of metrics', () => {
  it('is as Powertools writes it and as CloudWatch takes it, for every metric there is', () => {
    const told = METRIC_NAMES.flatMap((name): readonly Told[] => [
      { name, value: 0, ...byOf(name, 'queued') },
      { name, value: 2.5, ...byOf(name, 'held') },
      { name, value: 3, ...byOf(name, 'queued') },
    ]);
    const lines = ours([...told, 'end', ...told, 'end']);
    for (const line of lines)
      expect([isValid(line), isValid.errors], JSON.stringify(line)).toEqual([true, null]);
    expect(comparable(lines)).toEqual(comparable(theirs([...told, 'end', ...told, 'end'])));
    // Without dimensions, queued and held; twice.
    expect(lines).toHaveLength(6);
  });

  it('is as Powertools writes it, whatever is told and however often', () => {
    const one = fc
      .record({
        name: fc.constantFrom(...METRIC_NAMES),
        value: fc.integer({ min: 0, max: 1e9 }),
        state: fc.constantFrom('queued', 'held', 'resolved'),
      })
      .map(({ name, value, state }): Told => ({ name, value, ...byOf(name, state) }));
    const told = fc.array(fc.oneof({ weight: 5, arbitrary: one }, fc.constant<Told>('end')), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(told, (some) => {
        const lines = ours([...some, 'end']);
        expect(lines.filter((line) => !isValid(line))).toEqual([]);
        expect(comparable(lines)).toEqual(comparable(theirs([...some, 'end'])));
        vi.restoreAllMocks();
      }),
      { numRuns: 60 },
    );
  });

  it('has no more than 100 values of a metric: CloudWatch would drop the whole line', () => {
    const told = Array.from({ length: 250 }, (_, n): Told => ({ name: 'TimeToStart', value: n }));
    const lines = ours([...told, 'end']);
    expect(lines.map(({ TimeToStart }) => [TimeToStart].flat().length)).toEqual([100, 100, 50]);
    expect(lines.flatMap(({ TimeToStart }) => TimeToStart)).toEqual(told.map((_, n) => n));
    expect(comparable(lines)).toEqual(comparable(theirs([...told, 'end'])));
  });

  it('is written by no gauge that is no number: missing data say so, and null would spoil the line', () => {
    const lines = ours([
      { name: 'CompliancePercent', value: Number.NaN },
      { name: 'SuccessRatePercent', value: Number.POSITIVE_INFINITY },
      'end',
    ]);
    expect(lines).toEqual([]);
  });
});

describe('the metrics', () => {
  it('fit in a line, together with all values of their dimensions', () => {
    expect(METRIC_NAMES.length).toBeLessThan(100);
  });

  it('have the unit that their name and kind say, and an end to their sentences', () => {
    for (const name of METRIC_NAMES) {
      const { kind, unit, meaning, title, emittedBy } = metricOf(name);
      const named = /(?:Percent|Seconds)$/.exec(name)?.[0] ?? 'Count';
      expect(unit, name).toBe(kind === 'time' ? 'Milliseconds' : named);
      expect(meaning, name).toMatch(/^[A-Z].*\.$/);
      expect(title, name).toMatch(/^[A-Z].*[a-z]$/);
      expect(emittedBy, name).not.toEqual([]);
    }
  });
});
