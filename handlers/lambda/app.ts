/** The cold start of every Lambda function: settings from the environment, policy and catalog from the bundle's folder. */
import type { MiddlewareObj } from '@middy/core';
import { instant } from '../../domain/time.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { type App, compose } from '../../infra/compose.ts';
import { createLog } from '../../infra/observability/log.ts';
import { createMetrics } from '../../infra/observability/metrics.ts';
import { loadPolicy } from '../../infra/policy-file.ts';
import { readSettings } from '../../infra/settings.ts';

const settings = readSettings(process.env);
const policy = loadPolicy(settings.policyFile);
const metrics = createMetrics();

export const app: App = compose(settings, {
  catalog: loadCatalog(),
  policy: () => policy,
  clock: {
    now: () => instant(Date.now()),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  },
  random: Math.random,
  log: createLog(),
  metrics,
});

/** Metrics are written when the invocation ends, however it ends. */
export const publishMetrics: MiddlewareObj = {
  after: () => metrics.publish(),
  onError: () => metrics.publish(),
};
