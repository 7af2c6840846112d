/** Metric data by minute of sandbox time, as far back as an alarm may look. In memory: a restart begins afresh. */

export interface MetricId {
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Data of one metric may come in several units. Who asks without one asks for those of all. */
  readonly unit?: string;
}

export interface MetricStore {
  put(metric: MetricId, value: number, atMs: number): void;
  /** Of the data in [fromMs, toMs); undefined when there is none. Whole minutes only. */
  statistic(metric: MetricId, statistic: string, fromMs: number, toMs: number): number | undefined;
}

interface Bucket {
  sum: number;
  count: number;
  min: number;
  max: number;
}

const MINUTE_MS = 60_000;
const KEPT_MINUTES = 24 * 60;

export const createMetricStore = (): MetricStore => {
  const metrics = new Map<string, Map<number, Bucket>>();
  const putOne = (key: string, value: number, atMs: number): void => {
    const buckets = metrics.get(key) ?? new Map<number, Bucket>();
    metrics.set(key, buckets);
    const minute = Math.floor(atMs / MINUTE_MS);
    const bucket = buckets.get(minute) ?? { sum: 0, count: 0, min: value, max: value };
    bucket.sum += value;
    bucket.count += 1;
    bucket.min = Math.min(bucket.min, value);
    bucket.max = Math.max(bucket.max, value);
    buckets.set(minute, bucket);
    // Data arrive about in order: the oldest minute is the first.
    const [oldest = minute] = buckets.keys();
    if (oldest < minute - KEPT_MINUTES) buckets.delete(oldest);
  };
  return {
    put: (metric, value, atMs) => {
      const { unit: _, ...ofAnyUnit } = metric;
      for (const id of metric.unit === undefined ? [metric] : [metric, ofAnyUnit])
        putOne(keyOf(id), value, atMs);
    },
    statistic: (metric, statistic, fromMs, toMs) => {
      const buckets = metrics.get(keyOf(metric));
      const found: Bucket[] = [];
      for (let minute = Math.floor(fromMs / MINUTE_MS); minute * MINUTE_MS < toMs; minute += 1) {
        const bucket = buckets?.get(minute);
        if (bucket !== undefined) found.push(bucket);
      }
      return found.length === 0 ? undefined : statisticOf(statistic, found);
    },
  };
};

/** Dimensions are part of what a metric is; their order is not. */
const keyOf = ({ account, region, namespace, name, dimensions, unit }: MetricId): string =>
  JSON.stringify([account, region, namespace, name, Object.entries(dimensions).sort(), unit]);

const statisticOf = (statistic: string, buckets: readonly Bucket[]): number => {
  const total = (pick: (bucket: Bucket) => number): number =>
    buckets.reduce((sum, bucket) => sum + pick(bucket), 0);
  switch (statistic) {
    case 'Sum':
      return total(({ sum }) => sum);
    case 'SampleCount':
      return total(({ count }) => count);
    case 'Average':
      return total(({ sum }) => sum) / total(({ count }) => count);
    case 'Minimum':
      return Math.min(...buckets.map(({ min }) => min));
    case 'Maximum':
      return Math.max(...buckets.map(({ max }) => max));
    default:
      throw new Error(
        `The sandbox has no statistic ${statistic}: use Sum, SampleCount, Average, Minimum or Maximum.`,
      );
  }
};
