/**
 * Metrics in CloudWatch's embedded metric format: lines of the log that become metrics without a call. A line has one
 * value for each dimension, so what differs in one is in a line of its own.
 */
import type { Dimensions } from '../../domain/metrics.ts';
import type { Metrics } from '../../domain/ports.ts';

export interface BufferedMetrics extends Metrics {
  /** Writes what there is since the last time; nothing when there is nothing. */
  publish(): void;
}

interface Line {
  readonly dimensions: Dimensions;
  readonly values: Map<string, number | number[]>;
  readonly units: Map<string, string>;
}

/** CloudWatch takes so many values of a metric in a line, and drops a line that has more. */
const VALUES_MAX = 100;

/** @param write takes whole lines; by default as they are to standard output, past what Lambda makes of `console`. */
export const createMetrics = (
  write: (line: string) => void = (line) => {
    process.stdout.write(line);
  },
): BufferedMetrics => {
  const lines = new Map<string, Line>();
  const valuesOf = (name: string, unit: string, by: Dimensions = {}): Line['values'] => {
    const key = JSON.stringify(by);
    const line = lines.get(key) ?? { dimensions: by, values: new Map(), units: new Map() };
    lines.set(key, line);
    line.units.set(name, unit);
    return line.values;
  };
  const publish = (): void => {
    for (const line of lines.values()) write(`${JSON.stringify(embedded(line))}\n`);
    lines.clear();
  };
  return {
    count: (name, value = 1, by) => {
      const values = valuesOf(name, 'Count', by);
      values.set(name, Number(values.get(name) ?? 0) + value);
    },
    gauge: (name, value, by) => {
      // JSON has no NaN, and CloudWatch drops a line with a null; no value is no data.
      if (Number.isFinite(value)) valuesOf(name, unitOf(name), by).set(name, value);
    },
    time: (name, ms) => {
      const values = valuesOf(name, 'Milliseconds');
      const all = [values.get(name) ?? [], ms].flat();
      values.set(name, all.length === 1 ? ms : all);
      if (all.length === VALUES_MAX) publish();
    },
    publish,
  };
};

const unitOf = (name: string): string => /(?:Percent|Seconds)$/.exec(name)?.[0] ?? 'Count';

const embedded = ({ dimensions, values, units }: Line) => {
  const all = { service: 'selfheal', ...dimensions };
  return {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: 'Selfheal',
          Dimensions: [Object.keys(all)],
          Metrics: [...units].map(([Name, Unit]) => ({ Name, Unit })),
        },
      ],
    },
    ...all,
    ...Object.fromEntries(values),
  };
};
