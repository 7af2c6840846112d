/** The cold start of every Lambda function: settings from the environment, policy and catalog from the bundle's folder. */
import { fileURLToPath } from 'node:url';
import type { MiddlewareObj } from '@middy/core';
import type { Clock } from '../../domain/ports.ts';
import { instant } from '../../domain/time.ts';
import { type App, compose, documentsOf } from '../../infra/compose.ts';
import { createPolicyStore } from '../../infra/dynamodb/policy-store.ts';
import { createLog } from '../../infra/observability/log.ts';
import { createMetrics } from '../../infra/observability/metrics.ts';
import { loadPackagedCatalog, loadPackagedPolicy } from '../../infra/packaged/load-packaged.ts';
import { createPolicyKeeper, type KeepPolicy } from '../../infra/policy-keeper.ts';
import { createPublishedPolicy } from '../../infra/published-policy.ts';
import { readSettings } from '../../infra/settings.ts';
import { followingPolicy } from '../follow-policy.ts';

/** The path of a file in the folder that this code was packaged into. */
const beside = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const settings = readSettings(process.env);
const metrics = createMetrics();
const log = createLog();
const clock: Clock = {
  now: () => instant(Date.now()),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
const documents = documentsOf(settings);
const store = createPolicyStore({ client: documents, tableName: settings.tableName });
const published = createPublishedPolicy({
  store,
  packaged: loadPackagedPolicy(beside('policy.json')),
  log,
  metrics,
  now: clock.now,
});

export const app: App = compose(settings, {
  documents,
  catalog: loadPackagedCatalog(beside('catalog.json')),
  policy: published.current,
  policyUpTo: published.upTo,
  clock,
  random: Math.random,
  log,
  metrics,
});

/** What the tick does for all. */
export const keepPolicy: KeepPolicy = createPolicyKeeper({
  store,
  published,
  announce: (message) => app.ports.announcer.announce([settings.operationsTopicArn], message),
  policyReplaced: app.selfheal.policyReplaced,
  clock,
  log,
});

/** Before whatever goes by the policy. */
export const followPolicy: MiddlewareObj = followingPolicy(published, log);

/** What a middleware returns would be the function's answer, and hide an error: so this one returns nothing. */
const publish = (): void => {
  metrics.publish();
};

/** Metrics are written when the invocation ends, however it ends. */
export const publishMetrics: MiddlewareObj = { after: publish, onError: publish };
