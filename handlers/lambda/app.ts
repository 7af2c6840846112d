/** The cold start of every Lambda function: settings from the environment, policy and catalog from the bundle's folder. */
import { fileURLToPath } from 'node:url';
import type { MiddlewareObj } from '@middy/core';
import { instant } from '../../domain/time.ts';
import { type App, compose } from '../../infra/compose.ts';
import { createLog } from '../../infra/observability/log.ts';
import { createMetrics } from '../../infra/observability/metrics.ts';
import { loadPackagedCatalog, loadPackagedPolicy } from '../../infra/packaged/load-packaged.ts';
import { readSettings } from '../../infra/settings.ts';

/** The path of a file in the folder that this code was packaged into. */
const beside = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const settings = readSettings(process.env);
const policy = loadPackagedPolicy(beside('policy.json'));
const metrics = createMetrics();

export const app: App = compose(settings, {
  catalog: loadPackagedCatalog(beside('catalog.json')),
  policy: () => policy,
  clock: {
    now: () => instant(Date.now()),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  },
  random: Math.random,
  log: createLog(),
  metrics,
});

/** What a middleware returns would be the function's answer, and hide an error: so this one returns nothing. */
const publish = (): void => {
  metrics.publish();
};

/** Metrics are written when the invocation ends, however it ends. */
export const publishMetrics: MiddlewareObj = { after: publish, onError: publish };
