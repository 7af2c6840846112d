/** Metrics in CloudWatch's embedded metric format: lines of the log that become metrics without a call. */
import { MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import type { Metrics } from '../../domain/ports.ts';

export interface BufferedMetrics extends Metrics {
  /** Writes what was counted since the last time. */
  publish(): void;
}

export const createMetrics = (): BufferedMetrics => {
  const metrics = new PowertoolsMetrics({ namespace: 'Selfheal', serviceName: 'selfheal' });
  return {
    count: (name, value = 1) => metrics.addMetric(name, MetricUnit.Count, value),
    publish: () => metrics.publishStoredMetrics(),
  };
};
