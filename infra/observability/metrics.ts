/** Metrics in CloudWatch's embedded metric format: lines of the log that become metrics without a call. */
import type { MetricName, Metrics } from '../../domain/ports.ts';

export interface BufferedMetrics extends Metrics {
  /** Writes what was counted since the last time; nothing when nothing was. */
  publish(): void;
}

/** @param write takes whole lines; by default as they are to standard output, past what Lambda makes of `console`. */
export const createMetrics = (
  write: (line: string) => void = (line) => {
    process.stdout.write(line);
  },
): BufferedMetrics => {
  const counts = new Map<MetricName, number>();
  return {
    count: (name, value = 1) => {
      counts.set(name, (counts.get(name) ?? 0) + value);
    },
    publish: () => {
      if (counts.size === 0) return;
      write(`${JSON.stringify(embedded(counts))}\n`);
      counts.clear();
    },
  };
};

const embedded = (counts: ReadonlyMap<MetricName, number>) => ({
  _aws: {
    Timestamp: Date.now(),
    CloudWatchMetrics: [
      {
        Namespace: 'Selfheal',
        Dimensions: [['service']],
        Metrics: [...counts.keys()].map((Name) => ({ Name, Unit: 'Count' })),
      },
    ],
  },
  service: 'selfheal',
  ...Object.fromEntries(counts),
});
